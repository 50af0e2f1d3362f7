"""The variants of our own model. The only file that knows how the package is asked for them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from benchmarks.checks import Waveform
from benchmarks.utterances import VOICE, Utterance
from kokoro_fast import Kokoro, ops
from kokoro_fast.backends.pytorch import PyTorchBackend
from kokoro_fast.config import SAMPLES_PER_FRAME
from kokoro_fast.errors import KokoroFastError
from kokoro_fast.model import KokoroModel

PRECISIONS = ("fp32", "bf16", "int8")

MOST_FRAMES = 2000
"""Of the longest utterance: 50 seconds."""

Contestant = Callable[[Utterance], Waveform]


class LeftOut(Exception):
    """This one cannot take part here; the message says why."""


def plain_model() -> KokoroModel:
    """The model as `model/` states it. Its tensors are memory-mapped: a second one costs nothing."""
    return KokoroModel.from_pretrained()


def native_model(precision: str) -> KokoroModel:
    """The model with its decoder and generator replaced by the fused kernels."""
    from kokoro_fast.model.fused import fuse

    with leaving_out():
        return fuse(plain_model(), precision)


def engine(precision: str = "auto") -> Kokoro:
    """The whole engine, from text to speech, with as many threads as torch uses."""
    with leaving_out():
        return Kokoro(VOICE, seed=0, precision=precision, threads=torch.get_num_threads())


def native(precision: str) -> Contestant:
    """The fused kernels."""
    with leaving_out():
        return speaker(PyTorchBackend(backend="native", precision=precision, threads=torch.get_num_threads()))


def eager() -> Contestant:
    """Plain PyTorch, operation by operation, without any kernel of ours."""
    return on_torch_ops(speaker(PyTorchBackend(backend="eager", threads=torch.get_num_threads())))


def compiled() -> Contestant:
    """Plain PyTorch through torch.compile, for any length. Loading it compiles for a minute or more."""
    with ops.force("reference"):
        return on_torch_ops(speaker(PyTorchBackend(backend="compile", threads=torch.get_num_threads())))


def torchscript() -> Contestant:
    """Plain PyTorch as one TorchScript program."""
    with warnings.catch_warnings(), ops.force("reference"):
        warnings.filterwarnings("ignore", r"`torch\.jit\.\w+` is deprecated", DeprecationWarning)
        scripted = torch.jit.script(Whole(plain_model()))
    # Noise for the longest utterance, drawn once: how long the speech will be is known inside only.
    noise = torch.randn(1, MOST_FRAMES * SAMPLES_PER_FRAME, generator=torch.Generator().manual_seed(0))

    def speak(what: Utterance) -> Waveform:
        with torch.inference_mode():
            return scripted(what.input_ids, what.style, torch.ones(1), noise)[0].numpy()

    return speak


class Whole(nn.Module):
    """Ids, style, speed and noise in, waveform out: the shape in which a model is scripted."""

    def __init__(self, model: KokoroModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, style: Tensor, speed: Tensor, noise: Tensor) -> Tensor:
        prosody = self.model.predict(input_ids, style, speed, None)
        n_samples = prosody.f0.size(1) * self.model.samples_per_half_frame
        return self.model.decode(prosody, style, noise[:, :n_samples])


def speaker(backend: PyTorchBackend) -> Contestant:
    return lambda what: backend.synthesize(what.input_ids[0].tolist(), what.style, 1.0, 0)[0]


def on_torch_ops(contestant: Contestant) -> Contestant:
    """The same with every native op replaced by its reference in plain torch."""

    def speak(what: Utterance) -> Waveform:
        with ops.force("reference"):
            return contestant(what)

    return speak


@contextmanager
def leaving_out() -> Iterator[None]:
    """What this machine lacks is a reason, no error."""
    try:
        yield
    except KokoroFastError as error:
        raise LeftOut(str(error)) from None
