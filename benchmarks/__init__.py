"""Measurements of speed, memory and quality. Each checks the result of what it times.

`python -m benchmarks --help` lists the commands. `pytest benchmarks` runs the suites.

Reading order: `lib` (what is spoken, the variants of the model, checks, statistics, reports), `suites` (the parts of
this package, timed by pytest, and their comparison with a baseline), `roofline` (each stage as a share of the
machine's peak), `compare` (other implementations), `quality` (what a listener hears).
"""
