"""Keeps the bits of torch's own kernels in a compiled model where the network hears them.

The network sees the phase of spectral bins that hold nothing but rounding errors, so a last bit in the source of the
sound is heard (docs/decisions/0005-phases-in-the-references-order.md). It is 0.3 dB where there is no noise, if the
compiler writes out the whole source as arithmetic of its own. So a window becomes a constant, and a few operations stay
calls of torch's kernels. Then only the sine of the source differs, by a last bit: 0.003 dB at most. With the last bits
of the pitch, the whole is 0.02 to 0.1 dB from torch's own, and as near to the golden files.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

import torch
from torch.fx import GraphModule, Node

_aten = torch.ops.aten

_KEPT = (_aten.upsample_linear1d.default, _aten.tanh.default, _aten.gelu.default)
"""The operations that stay calls: the phases between half-frames, the end of the source, and every op with a tanh."""


def with_torchs_own_kernels(module: GraphModule) -> GraphModule:
    """Make the windows of a graph constants and its interpolations calls of one kernel. Return the changed graph."""
    for node in list(module.graph.nodes):
        if node.target is _aten.hann_window.default:
            _replace(module, node, _window)
        elif node.target is _aten.upsample_linear1d.vec:
            _replace(module, node, _interpolation)
    module.recompile()
    return module


@contextmanager
def torchs_own_kernels() -> Iterator[None]:
    """Let the compiler call torch's kernels for a few operations, which it would write out as arithmetic of its own."""
    from torch._inductor import decomposition, lowering

    decomposition.fast_random_decomps.cache_clear()  # a copy of the table
    try:
        with mock.patch.dict(decomposition.decompositions) as written_out, mock.patch.dict(lowering.lowerings) as code:
            for operation in _KEPT:
                written_out.pop(operation, None)
                code[operation] = lowering.fallback_handler(operation, add_to_fallback_set=False)
            yield
    finally:
        decomposition.fast_random_decomps.cache_clear()


def _replace(module: GraphModule, node: Node, make: Callable[[GraphModule, Node], Node]) -> None:
    with module.graph.inserting_before(node):
        new = make(module, node)
    new.meta["val"] = node.meta["val"]
    node.replace_all_uses_with(new)
    module.graph.erase_node(node)


def _window(module: GraphModule, node: Node) -> Node:
    (length,) = node.args
    assert isinstance(length, int)
    module.register_buffer(node.name, torch.hann_window(length, dtype=node.meta["val"].dtype))
    return module.graph.get_attr(node.name)


def _interpolation(module: GraphModule, node: Node) -> Node:
    """A call of the kernel with the length of its result: x (B, C, T) -> (B, C, factor * T)."""
    x, size, align_corners, factors = node.args
    assert size is None
    assert isinstance(factors, (list, tuple))
    (factor,) = factors
    assert isinstance(factor, float)
    graph = module.graph
    columns = graph.call_function(operator.mul, (graph.call_function(_aten.sym_size.int, (x, 2)), int(factor)))
    return graph.call_function(_aten.upsample_linear1d.default, (x, [columns], align_corners, factor))
