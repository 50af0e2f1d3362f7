"""Export: folders that speak without this package, for hosts in C++ and for ONNX runtimes.

Reading order: `artifact` (what goes into a folder), `folder` (how it appears), then one writer of model files for each
kind: `torchscript`, `aoti`, `onnx`. `phoneme_lines` turns a text into lines for such hosts. Names load their module on
first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kokoro_fast._lazy import lazy_names

if TYPE_CHECKING:
    from kokoro_fast.export.artifact import export

__all__ = ["export"]

__getattr__ = lazy_names(__name__, {"export": "artifact"})
