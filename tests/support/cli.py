"""Runs the command line inside the test's process."""

from __future__ import annotations

import re

from click.testing import CliRunner, Result

from kokoro_fast.cli.app import cli


def run(*args: str, stdin: str | bytes = b"") -> Result:
    return CliRunner().invoke(cli, args, input=stdin, catch_exceptions=False)


def assert_refused(result: Result, code: int, *words: str) -> None:
    """One line that has the words, and nothing else."""
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert re.fullmatch(r"kokoro-fast: error: [^\n]+\n", result.stderr), result.stderr
    for word in words:
        assert word in result.stderr
