"""Markup in a text: links, pauses, voices, SSML.

Reading order: `edits` (what markup becomes), `scanner` (what has the shape of markup), `parser` (what it means).
"""
