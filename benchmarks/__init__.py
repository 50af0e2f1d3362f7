"""Measurements. Each checks the result of what it times.

`pytest benchmarks` measures our own parts, `python -m benchmarks.track` compares that with the baseline in the
repository, `python -m benchmarks.peers` runs the others beside us and writes `docs/performance.md`.

Reading order: `utterances` (what is spoken), `ours` (the variants of our model), `contestants` (the others), `checks`
(is it speech?), `figures` (all statistics), `calibration`, `conftest` (how a benchmark is timed), the suites `bench_*`,
`track`; then `flops`, `peaks` and `roofline`, `chart`, `papers`, and `peers`, which uses them all.
"""
