"""Has anything become slower? Runs the suites and compares them with the baseline in this repository.

    python -m benchmarks regressions [--update] [--only EXPRESSION]

Times are stored in units of a calibration that is measured beside each of them, so that neither a slower machine nor a
busy one looks like a regression. The baseline (`baseline.json`) has one set of values for each kind of CPU and number
of threads. A benchmark that seems to be slower is measured once more, and the better value counts. A regression over
15 % fails with exit code 1, and so does a benchmark that is in the baseline but not in the run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIMIT = 0.15
"""A value may grow by this share of its baseline."""

ROOT = Path(__file__).parents[2]
BASELINE = ROOT / "benchmarks" / "baseline.json"
SUITES = "benchmarks/suites"

Values = dict[str, float]
"""By the name of a benchmark, a value of which lower is better."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the benchmarks of a run differ from a baseline. `changes` are shares: 0.2 is a fifth slower."""

    changes: dict[str, float]
    missing: list[str]
    new: list[str]

    @property
    def regressions(self) -> dict[str, float]:
        return {name: change for name, change in self.changes.items() if change > LIMIT}

    @property
    def passed(self) -> bool:
        return not (self.regressions or self.missing)


def compare(baseline: Mapping[str, float], now: Mapping[str, float]) -> Comparison:
    """Compare the values of a run, of which lower is better, with those of the baseline."""
    return Comparison(
        changes={name: now[name] / value - 1 for name, value in baseline.items() if name in now},
        missing=sorted(set(baseline) - set(now)),
        new=sorted(set(now) - set(baseline)),
    )


def report(result: Comparison) -> str:
    """The lines that a person reads: each regression and by how much, each missing or new benchmark, and a summary."""
    lines = [f"slower by {change:.0%}: {name}" for name, change in result.regressions.items()]
    lines += [f"missing, though the baseline has it: {name}" for name in result.missing]
    lines += [f"new, not in the baseline: {name}" for name in result.new]
    within = len(result.changes) - len(result.regressions)
    lines.append(f"{'passed' if result.passed else 'FAILED'}: {within} of {len(result.changes)} within {LIMIT:.0%}")
    return "\n".join(lines)


def better(first: Mapping[str, float], second: Mapping[str, float]) -> Values:
    """The lower value of each benchmark from two measurements."""
    return {name: min(values[name] for values in (first, second) if name in values) for name in {**first, **second}}


def tracked_values(results: Mapping[str, Any]) -> Values:
    """The tracked values in the JSON of pytest-benchmark."""
    return {
        each["fullname"].removeprefix(f"{SUITES}/"): each["extra_info"]["tracked_value"]
        for each in results["benchmarks"]
        if "tracked_value" in each["extra_info"]
    }


def measure(selection: Iterable[str]) -> Values:
    """Run the benchmarks that pytest arguments select.

    Raises:
        SystemExit: the check of a benchmark failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        command = [sys.executable, "-m", "pytest", "-q", "--benchmark-only", "--benchmark-columns=median,iqr,rounds"]
        command += [f"--benchmark-json={results}", *selection]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            raise SystemExit("a benchmark failed: see above")
        return tracked_values(json.loads(results.read_text("utf-8")))


def fingerprint() -> str:
    """The kind of machine: its instruction sets, by which kernels are chosen, and the number of threads."""
    import torch

    has = torch.cpu.get_capabilities()
    sets = ("avx2", "avx512_f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")
    found = [name for name in sets if has.get(name)]
    return " ".join([str(has.get("architecture", "unknown")), *found, f"{torch.get_num_threads()} threads"])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--update", action="store_true", help="make this run the baseline for machines of this kind")
    parser.add_argument("--only", metavar="EXPRESSION", help="run only benchmarks that match, as with pytest -k")


def run(args: argparse.Namespace) -> None:
    baselines: dict[str, Values] = json.loads(BASELINE.read_text("utf-8")) if BASELINE.exists() else {}
    machine = fingerprint()
    if not args.update and machine not in baselines:
        raise SystemExit(f"expected a baseline for {machine}, got {sorted(baselines)}: run with --update")
    now = measure([SUITES, *(["-k", args.only] if args.only else [])])
    if args.update:
        kept = baselines.get(machine, {}) if args.only else {}
        baselines[machine] = dict(sorted({**kept, **now}.items()))
        BASELINE.write_text(json.dumps(baselines, indent=1, sort_keys=True) + "\n", "utf-8")
        print(f"{len(now)} values are the baseline for {machine}")
        return
    baseline = baselines[machine]
    if args.only:
        baseline = {name: value for name, value in baseline.items() if name in now}
    result = compare(baseline, now)
    if result.regressions:
        print(f"once more: {len(result.regressions)} benchmarks that seem slower")
        now = better(now, measure(f"{SUITES}/{name}" for name in result.regressions))
        result = compare(baseline, now)
    print(report(result))
    sys.exit(not result.passed)
