"""A bar chart as SVG text, drawn without a library."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

ROW, LABELS, BARS, VALUES, HEAD = 26, 190, 420, 90, 44
"""Pixels: height of a row, widths of the three columns, height of the title."""

HIGHLIGHT, PLAIN = "#2a78b8", "#b8bec6"


def bar_chart(title: str, values: Mapping[str, float], highlighted: str) -> str:
    """Horizontal bars, longest first; those whose names begin with `highlighted` are colored.

    Args:
        title: what the values are, with their unit.
        values: the length of each bar by its name, above zero.
    """
    longest = max(values.values())
    height = HEAD + ROW * len(values) + 10
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LABELS + BARS + VALUES}" height="{height}" '
        'font-family="sans-serif" font-size="13">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="10" y="26" font-size="15" font-weight="bold">{escape(title)}</text>',
    ]
    for row, (name, value) in enumerate(sorted(values.items(), key=lambda item: -item[1])):
        top, width = HEAD + ROW * row, BARS * value / longest
        color = HIGHLIGHT if name.startswith(highlighted) else PLAIN
        lines += [
            f'<text x="{LABELS - 8}" y="{top + 17}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{LABELS}" y="{top + 3}" width="{width:.1f}" height="{ROW - 6}" fill="{color}"/>',
            f'<text x="{LABELS + width + 6:.1f}" y="{top + 17}">{value:.1f}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])
