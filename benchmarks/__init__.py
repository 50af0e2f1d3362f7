"""Measurements. Each checks the result of what it times: `python -m benchmarks.peers`, `pytest benchmarks`."""
