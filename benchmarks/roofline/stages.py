"""The model taken apart: the stages from ids to samples, each with the input that it has in a real utterance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.lib.utterances import Utterance
from kokoro_fast.model import KokoroModel
from kokoro_fast.model.kokoro import draw_noise, durations_at, expand, phoneme_indices

Call = Callable[[], Any]


def stages(model: KokoroModel, what: Utterance) -> dict[str, Call]:
    """A call for each stage by name, in the order of the data. Each returns its result, and needs inference mode.

    "encode" goes from ids to durations and contains "albert"; "generator" contains the stages whose names begin so.
    Those are left out where the generator has no such modules.
    """
    speed, style = torch.ones(1), what.style
    timbre = style[:, : model.style_width]
    with torch.inference_mode():
        expected, encoding, _ = model.encode(what.input_ids, style, None)
        durations = durations_at(expected, speed, None)
        expanded = expand(encoding, phoneme_indices(durations, int(durations.sum())))
        prosody = model.predict(what.input_ids, style, speed)
        features = model.decoder(prosody.text, prosody.f0, prosody.energy, timbre, None)
        noise = draw_noise(prosody, prosody.f0.size(1) * model.samples_per_half_frame, 1.0, seed=0)
        generate = lambda: model.generator(features, prosody.f0, timbre, noise, None)  # noqa: E731
        inner = inputs_of(inner_stages(model.generator), generate)
    return {
        "albert": lambda: model.albert(what.input_ids, None),
        "encode": lambda: model.encode(what.input_ids, style, None)[1],
        "contours": lambda: model.shape_contours(expanded, style, None)[0],
        "decoder": lambda: model.decoder(prosody.text, prosody.f0, prosody.energy, timbre, None),
        "generator": generate,
        **inner,
    }


def inner_stages(generator: nn.Module) -> dict[str, nn.Module]:
    """The modules of the generator that can be timed alone."""
    modules = dict(generator.named_modules())
    names = {"source": "source", "stage 0": "stages.0", "stage 1": "stages.1", "output conv": "output_conv"}
    return {f"generator {name}": modules[path] for name, path in names.items() if path in modules}


def inputs_of(modules: dict[str, nn.Module], run: Call) -> dict[str, Call]:
    """Run once, and return a call for each module that repeats its first call of that run."""
    calls: dict[str, Call] = {}
    with hooks(modules, lambda name, module, args, _: calls.setdefault(name, lambda: first(module(*args)))):
        run()
    return {name: calls[name] for name in modules if name in calls}


@contextmanager
def hooks(modules: dict[str, nn.Module], observe: Callable[[str, nn.Module, Any, Any], object]) -> Iterator[None]:
    """Call `observe` after every call of the modules, with name, module, arguments and result."""

    def hook_of(name: str) -> Callable[[nn.Module, Any, Any], None]:
        def hook(module: nn.Module, args: Any, result: Any) -> None:
            observe(name, module, args, result)

        return hook

    handles = [module.register_forward_hook(hook_of(name)) for name, module in modules.items()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def first(result: Any) -> Tensor:
    """The tensor of a result: a module returns it alone, or first in a tuple."""
    return result[0] if isinstance(result, tuple) else result
