"""Tokens to chunks: where a text is cut into the pieces that the model speaks in one call.

Reading order: `atoms` (what is never cut), `kinds` and `breaks` (what a cut after each atom would be), `costs` (how bad
that is: the only table of weights), `planner` (the cheapest way to cut).
"""
