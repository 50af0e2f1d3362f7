"""Benchmarks that pytest runs: the parts of this package, and the whole.

Reading order: `conftest` (how a call is timed), `bench_*`, `regressions` (the comparison with `baseline.json`).
"""
