"""What decides durations, pitch and energy, on native convolutions and LSTMs; always in float32.

`model.albert` and `model.prosody` say what it computes. Batches are done row by row, so padding needs no masks.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from ..albert import Albert
from ..layers import AdaLayerNorm, BidirectionalLSTM, StyledBlock
from ..prosody import DurationEncoder, ProsodyPredictor, TextEncoder
from .convs import PackedConv, Style, all_of
from .decoder import FusedStyledBlock

PANEL = 64
"""Gates that the native LSTM sums at once."""


def packed_linear(layers: list[nn.Linear], slope: float = 1.0) -> PackedConv:
    """Linear layers of the same input as one: x (T, C_in) -> (T, C_out), their outputs side by side."""
    weight = torch.cat([layer.weight for layer in layers])
    return PackedConv(weight[:, :, None], torch.cat([layer.bias for layer in layers]), "fp32", slope=slope)


class FusedLSTM(nn.Module):
    """One LSTM layer in both directions: x (T, C_in) -> (T, C_out). The products with the input are one convolution.

    Args:
        slope: of a leaky ReLU before the layer; 1 for none.
    """

    hidden: Tensor  # (2, 4 * H / 64, H, 64)

    def __init__(self, layer: BidirectionalLSTM, slope: float = 1.0) -> None:
        super().__init__()
        given = dict(layer.lstm.named_parameters())
        weight = torch.cat([given["weight_ih_l0"], given["weight_ih_l0_reverse"]])
        forward = given["bias_ih_l0"] + given["bias_hh_l0"]
        backward = given["bias_ih_l0_reverse"] + given["bias_hh_l0_reverse"]
        self.input = PackedConv(weight[:, :, None], torch.cat([forward, backward]), "fp32", slope=slope)
        hidden = torch.stack([given["weight_hh_l0"], given["weight_hh_l0_reverse"]])  # (2, 4 * H, H)
        self.register_buffer("hidden", hidden.unflatten(1, (-1, PANEL)).transpose(2, 3).contiguous())

    def forward(self, x: Tensor) -> Tensor:
        return torch.ops.kokoro_fast.lstm(self.input(x).unflatten(1, (2, -1)), self.hidden)


class FusedAlbert(nn.Module):
    """Symbol ids (B, T) -> contextual encodings (B, T, 768)."""

    positions: Tensor  # (512, 128)

    def __init__(self, albert: Albert) -> None:
        super().__init__()
        layer = albert.layer
        self.n_layers, self.n_heads = albert.n_layers, layer.n_heads
        # Every position of the table with the one type that occurs.
        self.register_buffer("positions", albert.position_embedding.weight + albert.type_embedding.weight[0])
        self.symbol_embedding, self.embedding_norm = albert.symbol_embedding, albert.embedding_norm
        self.embedding_projection = packed_linear([albert.embedding_projection])
        self.query_key_value = packed_linear([layer.query, layer.key, layer.value])
        self.attention_output, self.attention_norm = packed_linear([layer.attention_output]), layer.attention_norm
        self.ffn, self.ffn_output = packed_linear([layer.ffn]), packed_linear([layer.ffn_output])
        self.ffn_norm = layer.ffn_norm

    def forward(self, input_ids: Tensor, valid: Tensor | None) -> Tensor:
        lengths = None if valid is None else valid.sum(1)
        return pad_sequence([self.row(ids) for ids in rows(input_ids, lengths)], batch_first=True)

    def row(self, ids: Tensor) -> Tensor:
        """ids (T,) -> (T, 768)."""
        x = self.embedding_norm(self.symbol_embedding(ids) + self.positions[: ids.size(0)])
        x = self.embedding_projection(x)
        for _ in range(self.n_layers):
            x = self.attention_norm(self.attention_output(self.attention(x), residual=x))
            x = self.ffn_norm(self.ffn_output(F.gelu(self.ffn(x), approximate="tanh"), residual=x))
        return x

    def attention(self, x: Tensor) -> Tensor:
        """x (T, 768) -> what the heads gather (T, 768)."""
        query, key, value = self.query_key_value(x).view(1, x.size(0), 3, self.n_heads, -1).transpose(1, 3).unbind(2)
        heads = F.scaled_dot_product_attention(query, key, value)
        return heads[0].transpose(0, 1).flatten(1)


class FusedTextEncoder(nn.Module):
    """ids (B, T) -> (B, 512, T)."""

    def __init__(self, encoder: TextEncoder) -> None:
        super().__init__()
        self.embedding, self.norms = encoder.embedding, encoder.norms
        # The activation after each norm is done by what comes next.
        self.convs = nn.ModuleList(
            PackedConv(conv.weight, conv.bias, "fp32", slope=0.2 if i else 1.0, padding=int(conv.padding[0]))
            for i, conv in enumerate(all_of(nn.Conv1d, encoder.convs))
        )
        self.lstm = FusedLSTM(encoder.lstm, slope=0.2)

    def forward(self, input_ids: Tensor, lengths: Tensor | None) -> Tensor:
        return pad_sequence([self.row(ids) for ids in rows(input_ids, lengths)], batch_first=True).transpose(1, 2)

    def row(self, ids: Tensor) -> Tensor:
        x = self.embedding(ids)
        for conv, norm in zip(self.convs, self.norms):
            x = norm(conv(x))
        return self.lstm(x)


class FusedDurationEncoder(nn.Module):
    """x (B, T, 512), style (B, 128) -> (B, T, 640), style in the last columns."""

    def __init__(self, encoder: DurationEncoder) -> None:
        super().__init__()
        self.lstms = nn.ModuleList(FusedLSTM(lstm) for lstm in all_of(BidirectionalLSTM, encoder.lstms))
        self.style = Style([norm.projection for norm in all_of(AdaLayerNorm, encoder.norms)])

    def forward(self, x: Tensor, style: Tensor, lengths: Tensor | None) -> Tensor:
        encoded: list[Tensor] = []
        for b, row in enumerate(rows(x, lengths)):
            encoded.append(self.row(row, style[b]))
        return pad_sequence(encoded, batch_first=True)

    def row(self, x: Tensor, style: Tensor) -> Tensor:
        styles = style.expand(x.size(0), -1)
        x = torch.cat([x, styles], dim=1)
        adapted = self.style(style)
        for i, lstm in enumerate(self.lstms):
            scale, shift = adapted[i].unbind()
            hidden = lstm(x)
            x = torch.cat([F.layer_norm(hidden, [hidden.size(1)], 1 + scale, shift, eps=1e-5), styles], dim=1)
        return x


class FusedProsodyPredictor(nn.Module):
    """Durations for every phoneme, then pitch and energy for every half-frame."""

    def __init__(self, prosody: ProsodyPredictor) -> None:
        super().__init__()
        self.encoder = FusedDurationEncoder(prosody.encoder)
        self.duration_lstm = FusedLSTM(prosody.duration_lstm)
        self.duration_projection = prosody.duration_projection
        self.contour_lstm = FusedLSTM(prosody.contour_lstm)
        self.f0_contour = FusedContour(prosody.f0_blocks, prosody.f0_projection)
        self.energy_contour = FusedContour(prosody.energy_blocks, prosody.energy_projection)

    def expected_frames(self, encoding: Tensor, lengths: Tensor | None) -> Tensor:
        """encoding (B, T, 640) -> (B, T)."""
        frames: list[Tensor] = []
        for row in rows(encoding, lengths):
            frames.append(torch.sigmoid(self.duration_projection(self.duration_lstm(row))).sum(1))
        return pad_sequence(frames, batch_first=True)

    def contours(self, encoding: Tensor, style: Tensor, n_frames: Tensor | None) -> tuple[Tensor, Tensor]:
        """encoding (B, F, 640) -> pitch in Hz and energy, two of (B, H), H = 2F."""
        f0: list[Tensor] = []
        energy: list[Tensor] = []
        for b, row in enumerate(rows(encoding, n_frames)):
            hidden = self.contour_lstm(row)
            f0.append(self.f0_contour(hidden, style[b]))
            energy.append(self.energy_contour(hidden, style[b]))
        return pad_sequence(f0, batch_first=True), pad_sequence(energy, batch_first=True)


class FusedContour(nn.Module):
    """x (F, 512), style (128,) -> (H,)."""

    weight: Tensor  # (256,)
    bias: Tensor  # (1,)

    def __init__(self, blocks: nn.ModuleList, projection: nn.Conv1d) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(FusedStyledBlock(block, "fp32") for block in all_of(StyledBlock, blocks))
        self.register_buffer("weight", projection.weight[0, :, 0].clone())
        self.register_buffer("bias", projection.bias)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x, style)
        return x @ self.weight + self.bias


def rows(x: Tensor, lengths: Tensor | None) -> list[Tensor]:
    """The valid part of each row of a batch: x (B, T, ...) -> B of (T_b, ...)."""
    valid: list[Tensor] = []
    for b in range(x.size(0)):
        valid.append(x[b] if lengths is None else x[b, : int(lengths[b])])
    return valid
