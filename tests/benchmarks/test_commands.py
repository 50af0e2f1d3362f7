"""`python -m benchmarks NAME`: every command is there and explains itself."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks import __main__ as program
from benchmarks.lib.variants import Unavailable, load_available
from benchmarks.suites.regressions import BASELINE, SUITES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", program.COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main([name, "--help"])
    assert ended.value.code == 0
    assert f"    python -m benchmarks {name} " in capsys.readouterr().out


@pytest.mark.parametrize("name", program.COMMANDS)
def test_the_options_in_the_help_of_a_command_exist(name: str) -> None:
    module = import_module(f"benchmarks.{program.COMMANDS[name].module}")
    parser = ArgumentParser()
    module.add_arguments(parser)
    options = set(re.findall(r"(?<=\[)--\w+", module.__doc__))
    assert options
    assert options <= set(re.findall(r"--\w+", parser.format_help()))
    assert callable(module.run)


def test_the_overview_has_a_line_for_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        program.main(["--help"])
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown and command.summary in shown for name, command in program.COMMANDS.items())


def test_an_unknown_command_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main(["peers"])
    assert ended.value.code == 2
    assert "invalid choice: 'peers'" in capsys.readouterr().err


def test_a_command_gets_the_arguments_after_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.quality.segmentation.breaks_section", lambda _, limits: f"limits {limits}")
    program.main(["segmentation", "--limits", "60", "200"])
    assert "limits [60, 200]" in capsys.readouterr().out


def test_every_pair_of_markers_in_the_documents_belongs_to_a_command() -> None:
    names = re.findall("<!-- (.*?): measured -->", "".join(path.read_text("utf-8") for path in ROOT.glob("docs/*.md")))
    assert len(names) == 6
    assert set(names) <= program.COMMANDS.keys()


def test_the_files_that_the_baseline_names_exist() -> None:
    files = set(re.findall(r"bench_\w+\.py", BASELINE.read_text("utf-8")))
    assert files == {path.name for path in (ROOT / SUITES).glob("bench_*.py")}


def test_implementations_that_are_unavailable_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    def missing() -> int:
        raise Unavailable("it is not installed")

    assert load_available({"one": missing, "two": lambda: 2}) == {"two": 2}
    assert capsys.readouterr().err == "left out: one: it is not installed\n"
