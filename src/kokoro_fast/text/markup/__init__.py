"""Markup in a text: links, pauses, voices, SSML, Markdown.

Reading order: `edits` (what markup becomes), `scanner` (what has the shape of a tag), `parser` (what it means); for
Markdown `lines` (what a line may be), `inline` (which signs are a pair), `markdown` (what they mean).
"""
