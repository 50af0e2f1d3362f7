"""Chunks to speech: the sound of each chunk, joined on one timeline, with the times of its words.

Reading order: `synthesizer` (the loop over the chunks), `timeline` (joins their sound), `lookahead` (which chunk is the
last), `pauses` and `stitcher` (how two chunks meet), `alignment` (when each word is spoken), `leveling` (even pace and
loudness), `early_window` (the first sound of a chunk before the rest), `throughput` (how fast this machine is).
"""
