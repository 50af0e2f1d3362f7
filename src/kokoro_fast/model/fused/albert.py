"""ALBERT on native products, always in float32; `model.albert` says what it computes.

A batch is done row by row, so padding needs no masks.
"""

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from kokoro_fast.model.albert import Albert
from kokoro_fast.model.fused.layers import packed_linear, rows


class FusedAlbert(nn.Module):
    """Phoneme ids (B, T) -> contextual encodings (B, T, 768)."""

    positions: Tensor  # (512, 128)

    def __init__(self, albert: Albert) -> None:
        super().__init__()
        layer = albert.layer
        self.n_layers, self.n_heads = albert.n_layers, layer.n_heads
        # The embedding of every position, with that of the one token type that occurs.
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
        """x (T, 768) -> the outputs of all heads, side by side (T, 768)."""
        query, key, value = self.query_key_value(x).view(1, x.size(0), 3, self.n_heads, -1).transpose(1, 3).unbind(2)
        heads = F.scaled_dot_product_attention(query, key, value)
        return heads[0].transpose(0, 1).flatten(1)
