"""What the benchmarks share.

Reading order: `utterances` (what is spoken), `variants` (the model in each precision and backend), `checks` (is it
speech?), `statistics`, `calibration`, `subprocess_worker`; `metrics` and `listening` (how near a sound is, and what a
speech recognizer hears in it); `markdown` and `chart` (reports).
"""
