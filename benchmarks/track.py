"""Has anything become slower? Runs the benchmarks and compares them with the baseline in this repository.

    python -m benchmarks.track [--update] [--only EXPRESSION]

Figures are stored in units of a calibration that is taken beside each of them, so that neither a slower day nor a busy
neighbor looks like a regression; the baseline has one set for each kind of CPU and number of threads. What seems to be
slower is measured once more, and the better of both figures counts. A regression over 15 % fails with exit code 1, and
so does a benchmark that the baseline has and the run has not.
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
"""A figure may grow by this share of its baseline."""

BASELINE = Path(__file__).with_name("baseline.json")
ROOT = Path(__file__).parents[1]

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of each benchmark of a baseline. `changes` are shares: 0.2 is a fifth slower."""

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
    """Set figures, of which lower is better, against those of the baseline."""
    return Comparison(
        changes={name: now[name] / figure - 1 for name, figure in baseline.items() if name in now},
        missing=sorted(set(baseline) - set(now)),
        new=sorted(set(now) - set(baseline)),
    )


def report(result: Comparison) -> str:
    """What a person wants to read: every regression and by how much, what is missing, and the rest in one line."""
    lines = [f"slower by {change:.0%}: {name}" for name, change in result.regressions.items()]
    lines += [f"missing, though the baseline has it: {name}" for name in result.missing]
    lines += [f"new, not in the baseline: {name}" for name in result.new]
    within = len(result.changes) - len(result.regressions)
    lines.append(f"{'passed' if result.passed else 'FAILED'}: {within} of {len(result.changes)} within {LIMIT:.0%}")
    return "\n".join(lines)


def better(one: Mapping[str, float], other: Mapping[str, float]) -> Figures:
    """Two measurements of the same things: the lower figure of each."""
    return {name: min(figures[name] for figures in (one, other) if name in figures) for name in {**one, **other}}


def figures_in(results: Mapping[str, Any]) -> Figures:
    """The figures in the JSON of pytest-benchmark, by the benchmarks' names."""
    return {
        each["fullname"].removeprefix("benchmarks/"): each["extra_info"]["figure"]
        for each in results["benchmarks"]
        if "figure" in each["extra_info"]
    }


def measure(chosen: Iterable[str]) -> Figures:
    """Run benchmarks by pytest arguments. A benchmark whose check fails ends everything."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        command = [sys.executable, "-m", "pytest", "-q", "--benchmark-only", "--benchmark-columns=median,iqr,rounds"]
        command += [f"--benchmark-json={results}", *chosen]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            raise SystemExit("a benchmark failed: see above")
        return figures_in(json.loads(results.read_text("utf-8")))


def fingerprint() -> str:
    """The kind of machine, as far as kernels are chosen by it: instruction sets and threads."""
    import torch

    has = torch.cpu.get_capabilities()
    sets = ("avx2", "avx512_f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")
    found = [name for name in sets if has.get(name)]
    return " ".join([str(has.get("architecture", "unknown")), *found, f"{torch.get_num_threads()} threads"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="make this run the baseline of such machines")
    parser.add_argument("--only", metavar="EXPRESSION", help="only benchmarks that match, as pytest -k has it")
    args = parser.parse_args()
    baselines: dict[str, Figures] = json.loads(BASELINE.read_text("utf-8")) if BASELINE.exists() else {}
    machine = fingerprint()
    if not args.update and machine not in baselines:
        raise SystemExit(f"expected a baseline for {machine}, got {sorted(baselines)}: run with --update")
    now = measure(["benchmarks", *(["-k", args.only] if args.only else [])])
    if args.update:
        kept = baselines.get(machine, {}) if args.only else {}
        baselines[machine] = dict(sorted({**kept, **now}.items()))
        BASELINE.write_text(json.dumps(baselines, indent=1, sort_keys=True) + "\n", "utf-8")
        print(f"{len(now)} figures are the baseline for {machine}")
        return
    baseline = baselines[machine]
    if args.only:
        baseline = {name: figure for name, figure in baseline.items() if name in now}
    result = compare(baseline, now)
    if result.regressions:
        print(f"once more: {len(result.regressions)} that seem slower")
        now = better(now, measure(f"benchmarks/{name}" for name in result.regressions))
        result = compare(baseline, now)
    print(report(result))
    sys.exit(not result.passed)


if __name__ == "__main__":
    main()
