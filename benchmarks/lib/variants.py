"""The variants of this package's model. The only benchmark file that knows how the package is asked for them."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor, nn

from benchmarks.lib.checks import Waveform
from benchmarks.lib.utterances import VOICE, Utterance
from kokoro_fast import Kokoro, ops
from kokoro_fast.backends.pytorch import PyTorchBackend
from kokoro_fast.config import SAMPLES_PER_FRAME
from kokoro_fast.errors import KokoroFastError, WeightsError
from kokoro_fast.model import KokoroModel

PRECISIONS = ("fp32", "bf16", "int8")

MAX_FRAMES = 2000
"""Frames of the longest utterance: 50 seconds."""

Implementation = Callable[[Utterance], Waveform]
"""Something that speaks, loaded and ready."""


class Unavailable(Exception):
    """This machine or environment cannot run an implementation; the message says why."""


Loaded = TypeVar("Loaded")


def load_available(loaders: Mapping[str, Callable[[], Loaded]]) -> dict[str, Loaded]:
    """Load each by name. Those that are unavailable are left out, and standard error says why."""
    loaded: dict[str, Loaded] = {}
    for name, loader in loaders.items():
        try:
            loaded[name] = loader()
        except (Unavailable, WeightsError) as error:
            print(f"left out: {name}: {error}", file=sys.stderr)
    return loaded


def plain_model() -> KokoroModel:
    """The model as `model/` states it. Its tensors are memory-mapped, so a second one costs nothing."""
    return KokoroModel.from_pretrained()


def native_model(precision: str) -> KokoroModel:
    """The model with its decoder and generator replaced by the fused kernels."""
    from kokoro_fast.model.fused import fuse

    with errors_as_unavailable():
        return fuse(plain_model(), precision)


def engine(precision: str = "auto") -> Kokoro:
    """The whole engine, from text to speech, with as many threads as torch uses."""
    with errors_as_unavailable():
        return Kokoro(VOICE, seed=0, precision=precision, threads=torch.get_num_threads())


def native(precision: str) -> Implementation:
    """The fused kernels."""
    with errors_as_unavailable():
        return spoken_by(PyTorchBackend(backend="native", precision=precision, threads=torch.get_num_threads()))


def eager() -> Implementation:
    """Plain PyTorch, operation by operation, without the package's kernels."""
    return with_torch_ops(spoken_by(PyTorchBackend(backend="eager", threads=torch.get_num_threads())))


def compiled() -> Implementation:
    """Plain PyTorch through torch.compile, for any length. Loading it compiles for a minute or more."""
    with ops.force("reference"):
        return with_torch_ops(spoken_by(PyTorchBackend(backend="compile", threads=torch.get_num_threads())))


def torchscript() -> Implementation:
    """Plain PyTorch as one TorchScript program."""
    with warnings.catch_warnings(), ops.force("reference"):
        warnings.filterwarnings("ignore", r"`torch\.jit\.\w+` is deprecated", DeprecationWarning)
        scripted = torch.jit.script(WholeModel(plain_model()))
    # Noise for the longest utterance, drawn once: only the program itself knows how long the speech will be.
    noise = torch.randn(1, MAX_FRAMES * SAMPLES_PER_FRAME, generator=torch.Generator().manual_seed(0))

    def speak(what: Utterance) -> Waveform:
        with torch.inference_mode():
            return scripted(what.input_ids, what.style, torch.ones(1), noise)[0].numpy()

    return speak


class WholeModel(nn.Module):
    """Ids, style, speed and noise in, waveform out: the form in which the model is scripted."""

    def __init__(self, model: KokoroModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, style: Tensor, speed: Tensor, noise: Tensor) -> Tensor:
        prosody = self.model.predict(input_ids, style, speed, None)
        n_samples = prosody.f0.size(1) * self.model.samples_per_half_frame
        return self.model.decode(prosody, style, noise[:, :n_samples])


def spoken_by(backend: PyTorchBackend) -> Implementation:
    """The implementation that a backend is."""
    return lambda what: backend.synthesize(what.input_ids[0].tolist(), what.style, 1.0, 0)[0]


def with_torch_ops(implementation: Implementation) -> Implementation:
    """The same with every native op replaced by its reference in plain torch."""

    def speak(what: Utterance) -> Waveform:
        with ops.force("reference"):
            return implementation(what)

    return speak


@contextmanager
def errors_as_unavailable() -> Iterator[None]:
    """Raise the package's own errors as `Unavailable`: a variant that this machine lacks is left out."""
    try:
        yield
    except KokoroFastError as error:
        raise Unavailable(str(error)) from None
