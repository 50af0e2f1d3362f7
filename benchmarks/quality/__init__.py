"""What a listener hears: where chunks end, how much they differ, and whether a long text stays right to its end.

Reading order: `labeled_breaks` (texts with marked breaks), `segmentation`, `consistency`, `long_form`.
"""
