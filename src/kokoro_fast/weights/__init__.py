"""Weights and voices: found, fetched, verified, cached, and read into one canonical dict of tensors.

Reading order: `names` (our tensor names and the official ones), `shapes` (every tensor and its shape), `formats` (files
to that dict, with `torch_file`, `onnx_file` and `onnx_weights` behind it), `catalog` (which files are published
where), `fetch` (how bytes come to this machine), `cache` (the folder), `store` (weights in it), `voice_store` (voices
in it), `voice_files` (one voice out of a file), `voices` (names, blends, style rows).

This package knows dicts of tensors and nothing of the model. Torch loads when a tensor is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kokoro_fast._lazy import lazy_names

if TYPE_CHECKING:
    from kokoro_fast.weights.cache import cache_dir
    from kokoro_fast.weights.catalog import VOICES, Voice
    from kokoro_fast.weights.formats import load_state, save_state
    from kokoro_fast.weights.shapes import check_complete, tensor_shapes
    from kokoro_fast.weights.store import describe_cache, fetch_weights, find_weights
    from kokoro_fast.weights.voice_store import fetch_voices, find_voice
    from kokoro_fast.weights.voices import load_voice, style_row

__all__ = [
    "VOICES",
    "Voice",
    "cache_dir",
    "check_complete",
    "describe_cache",
    "fetch_voices",
    "fetch_weights",
    "find_voice",
    "find_weights",
    "load_state",
    "load_voice",
    "save_state",
    "style_row",
    "tensor_shapes",
]

__getattr__ = lazy_names(
    __name__,
    {
        "VOICES": "catalog",
        "Voice": "catalog",
        "load_state": "formats",
        "save_state": "formats",
        "check_complete": "shapes",
        "tensor_shapes": "shapes",
        "cache_dir": "cache",
        "describe_cache": "store",
        "fetch_voices": "voice_store",
        "fetch_weights": "store",
        "find_voice": "voice_store",
        "find_weights": "store",
        "load_voice": "voices",
        "style_row": "voices",
    },
)
