"""PL-BERT: an ALBERT encoder over phonemes (Lan et al. 2019; Li et al. 2023). One layer, applied twelve times."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from kokoro_fast.config import ModelConfig

# The value of the checkpoint's own training configuration, which is not PyTorch's default.
ALBERT_EPS = 1e-12


class Albert(nn.Module):
    """Phoneme ids (B, T) -> contextual encodings (B, T, 768)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width = config.albert_embedding
        self.n_layers = config.albert_layers
        self.symbol_embedding = nn.Embedding(config.n_symbols, width)
        self.position_embedding = nn.Embedding(config.albert_positions, width)
        self.type_embedding = nn.Embedding(2, width)
        self.embedding_norm = nn.LayerNorm(width, eps=ALBERT_EPS)
        self.embedding_projection = nn.Linear(width, config.albert_hidden)
        self.layer = AlbertLayer(config)

    def forward(self, input_ids: Tensor, valid: Tensor | None) -> Tensor:
        positions = torch.arange(input_ids.size(1), device=input_ids.device)
        x = self.symbol_embedding(input_ids) + self.type_embedding.weight[0] + self.position_embedding(positions)
        x = self.embedding_projection(self.embedding_norm(x))
        for _ in range(self.n_layers):
            x = self.layer(x, valid)
        return x


class AlbertLayer(nn.Module):
    """Self-attention and a feed-forward network, each followed by its residual norm. x (B, T, 768), valid (B, T)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width = config.albert_hidden
        self.n_heads = config.albert_heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.attention_output = nn.Linear(width, width)
        self.attention_norm = nn.LayerNorm(width, eps=ALBERT_EPS)
        self.ffn = nn.Linear(width, config.albert_intermediate)
        self.ffn_output = nn.Linear(config.albert_intermediate, width)
        self.ffn_norm = nn.LayerNorm(width, eps=ALBERT_EPS)

    def forward(self, x: Tensor, valid: Tensor | None) -> Tensor:
        x = self.attention_norm(x + self.attention(x, valid))
        return self.ffn_norm(x + self.ffn_output(F.gelu(self.ffn(x), approximate="tanh")))

    def attention(self, x: Tensor, valid: Tensor | None) -> Tensor:
        mask = None if valid is None else valid[:, None, None, :]
        heads = F.scaled_dot_product_attention(
            self.split_heads(self.query(x)), self.split_heads(self.key(x)), self.split_heads(self.value(x)), mask
        )
        return self.attention_output(heads.transpose(1, 2).flatten(2))

    def split_heads(self, x: Tensor) -> Tensor:
        """(B, T, 768) -> (B, heads, T, 64)."""
        return x.unflatten(2, (self.n_heads, -1)).transpose(1, 2)
