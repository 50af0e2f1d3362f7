"""Every tensor of the model and its shape, derived from `ModelConfig` without torch and without the model.

With this table reading is strict: a missing, extra or mis-shaped tensor is an error that names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from math import prod
from typing import TYPE_CHECKING

from kokoro_fast.config import ModelConfig
from kokoro_fast.errors import WeightsError

if TYPE_CHECKING:
    from torch import Tensor

Shape = tuple[int, ...]
Shapes = Iterator[tuple[str, Shape]]

SOURCE_BLOCK_KERNELS = (7, 11)
"""The kernels of the residual blocks after the source convolutions, as the reference (kokoro 0.9.4) fixes them."""


def tensor_shapes(config: ModelConfig | None = None) -> dict[str, Shape]:
    """The shape of every tensor in the model's `state_dict()`, by name."""
    config = config or ModelConfig()
    return dict([*_albert(config), *_text_encoder(config), *_prosody(config), *_decoder(config), *_generator(config)])


def layout_digest() -> str:
    """Twelve hexadecimal digits that change with any name or shape: they tell the caches of two versions apart."""
    return sha256(repr(sorted(tensor_shapes().items())).encode()).hexdigest()[:12]


def check_complete(state: Mapping[str, Tensor], origin: str = "weights") -> None:
    """Raise WeightsError, naming the tensor, if `state` is not exactly the model's set of names and shapes.

    Args:
        origin: the file or source to name in the message.
    """
    expected = tensor_shapes()
    problems = [f"tensor {name} is missing" for name in expected if name not in state]
    problems += [f"tensor {name} is not part of the model" for name in state if name not in expected]
    problems += [
        f"tensor {name} has shape {tuple(state[name].shape)}, expected {shape}"
        for name, shape in expected.items()
        if name in state and tuple(state[name].shape) != shape
    ]
    if problems:
        raise WeightsError(f"{origin}: {problems[0]}{and_more(len(problems) - 1)}")


def and_more(n: int) -> str:
    """The tail of a message that names the first of several problems."""
    return f" (and {n} more)" if n else ""


def _albert(config: ModelConfig) -> Shapes:
    embedding, hidden, inner = config.albert_embedding, config.albert_hidden, config.albert_intermediate
    yield "albert.symbol_embedding.weight", (config.n_symbols, embedding)
    yield "albert.position_embedding.weight", (config.albert_positions, embedding)
    yield "albert.type_embedding.weight", (2, embedding)
    yield from _norm("albert.embedding_norm", embedding)
    yield from _linear("albert.embedding_projection", embedding, hidden)
    for name in ("query", "key", "value", "attention_output"):
        yield from _linear(f"albert.layer.{name}", hidden, hidden)
    yield from _norm("albert.layer.attention_norm", hidden)
    yield from _linear("albert.layer.ffn", hidden, inner)
    yield from _linear("albert.layer.ffn_output", inner, hidden)
    yield from _norm("albert.layer.ffn_norm", hidden)
    yield from _linear("albert_projection", hidden, config.hidden)


def _text_encoder(config: ModelConfig) -> Shapes:
    hidden = config.hidden
    yield "text_encoder.embedding.weight", (config.n_symbols, hidden)
    for i in range(config.text_layers):
        yield from _conv(f"text_encoder.convs.{i}", hidden, hidden, config.text_kernel)
        yield from _norm(f"text_encoder.norms.{i}", hidden)
    yield from _lstm("text_encoder.lstm", hidden, hidden // 2)


def _prosody(config: ModelConfig) -> Shapes:
    hidden, style = config.hidden, config.style
    for i in range(config.text_layers):
        yield from _lstm(f"prosody.encoder.lstms.{i}", hidden + style, hidden // 2)
        yield from _linear(f"prosody.encoder.norms.{i}.projection", style, 2 * hidden)
    yield from _lstm("prosody.duration_lstm", hidden + style, hidden // 2)
    yield from _linear("prosody.duration_projection", hidden, config.max_duration)
    yield from _lstm("prosody.contour_lstm", hidden + style, hidden // 2)
    for contour in ("f0", "energy"):
        yield from _block(f"prosody.{contour}_blocks.0", style, hidden, hidden)
        yield from _block(f"prosody.{contour}_blocks.1", style, hidden, hidden // 2, upsample=True)
        yield from _block(f"prosody.{contour}_blocks.2", style, hidden // 2, hidden // 2)
        yield from _conv(f"prosody.{contour}_projection", hidden // 2, 1, 1)


def _decoder(config: ModelConfig) -> Shapes:
    hidden, wide, style = config.hidden, config.decoder_hidden, config.style
    joined = wide + config.decoder_residual + 2
    yield from _block("decoder.encode", style, hidden + 2, wide)
    for i in range(3):
        yield from _block(f"decoder.decode.{i}", style, joined, wide)
    yield from _block("decoder.decode.3", style, joined, hidden, upsample=True)
    yield from _conv("decoder.f0_conv", 1, 1, 3)
    yield from _conv("decoder.energy_conv", 1, 1, 3)
    yield from _conv("decoder.text_projection", hidden, config.decoder_residual, 1)


def _generator(config: ModelConfig) -> Shapes:
    spectrum = config.n_fft + 2
    channels = config.hidden
    yield from _linear("generator.source.linear", config.harmonics + 1, 1)
    for i, kernel in enumerate(config.upsample_kernels):
        later = prod(config.upsample_rates[i + 1 :])
        yield f"generator.stages.{i}.upsample.weight", (channels, channels // 2, kernel)
        channels //= 2
        yield f"generator.stages.{i}.upsample.bias", (channels,)
        yield from _conv(f"generator.stages.{i}.source_conv", spectrum, channels, 2 * later if later > 1 else 1)
        yield from _resblock(f"generator.stages.{i}.source_block", config, channels, SOURCE_BLOCK_KERNELS[i])
        for j, size in enumerate(config.resblock_kernels):
            yield from _resblock(f"generator.stages.{i}.resblocks.{j}", config, channels, size)
    yield from _conv("generator.output_conv", channels, spectrum, 7)


def _block(name: str, style: int, inputs: int, outputs: int, upsample: bool = False) -> Shapes:
    """A residual block of the prosody predictor or the decoder: two AdaIN norms, two convolutions."""
    yield from _linear(f"{name}.norm1.projection", style, 2 * inputs)
    yield from _linear(f"{name}.norm2.projection", style, 2 * outputs)
    yield from _conv(f"{name}.conv1", inputs, outputs, 3)
    yield from _conv(f"{name}.conv2", outputs, outputs, 3)
    if inputs != outputs:
        yield f"{name}.shortcut.weight", (outputs, inputs, 1)
    if upsample:
        yield f"{name}.upsample.weight", (inputs, 1, 3)
        yield f"{name}.upsample.bias", (inputs,)


def _resblock(name: str, config: ModelConfig, channels: int, kernel: int) -> Shapes:
    """A residual block of the generator: for each dilation two rounds of AdaIN, Snake (alpha), convolution."""
    for i in range(len(config.resblock_dilations)):
        for half in ("dilated", "plain"):
            yield from _linear(f"{name}.{half}.{i}.projection", config.style, 2 * channels)
            yield f"{name}.{half}.{i}.alpha", (channels,)
            yield from _conv(f"{name}.{half}.{i}.conv", channels, channels, kernel)


def _linear(name: str, inputs: int, outputs: int) -> Shapes:
    yield f"{name}.weight", (outputs, inputs)
    yield f"{name}.bias", (outputs,)


def _conv(name: str, inputs: int, outputs: int, kernel: int) -> Shapes:
    yield f"{name}.weight", (outputs, inputs, kernel)
    yield f"{name}.bias", (outputs,)


def _norm(name: str, channels: int) -> Shapes:
    yield f"{name}.weight", (channels,)
    yield f"{name}.bias", (channels,)


def _lstm(name: str, inputs: int, hidden: int) -> Shapes:
    """A bidirectional LSTM of one layer, with torch's names and gate order i, f, g, o."""
    for direction in ("", "_reverse"):
        yield f"{name}.lstm.weight_ih_l0{direction}", (4 * hidden, inputs)
        yield f"{name}.lstm.weight_hh_l0{direction}", (4 * hidden, hidden)
        yield f"{name}.lstm.bias_ih_l0{direction}", (4 * hidden,)
        yield f"{name}.lstm.bias_hh_l0{direction}", (4 * hidden,)
