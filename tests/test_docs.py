"""The papers of the project say what is true: their code runs, their commands, files and names exist."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
import soundfile

from kokoro_fast.text import LANGUAGES
from kokoro_fast.weights import VOICES

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src" / "kokoro_fast"
DOCS = ROOT / "docs"
PAPERS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "examples" / "README.md", *sorted(DOCS.glob("**/*.md"))]
README = (ROOT / "README.md").read_text("utf-8")
CI = (ROOT / ".ci" / "run").read_text("utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

INSTALL_AND_SPEAK = 'pip install . && kokoro-fast say "Hello from Kokoro." -o hello.wav'
INSTALL_AND_TEST = 'pip install ".[test]" && pytest'
FULL_ROUND = 'pytest -m ""'


def fenced(text: str, language: str) -> list[str]:
    """The code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def table_commands() -> list[str]:
    """The commands in the first column of the README's table of the command line."""
    return re.findall(r"^\| `(kokoro-fast [^`]+)` \|", README, re.MULTILINE)


def run_cli(*args: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kokoro_fast", *args]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)


PYTHON_BLOCKS = [
    pytest.param(block, id=f"{paper.relative_to(ROOT)}-{number}")
    for paper in PAPERS
    for number, block in enumerate(fenced(paper.read_text("utf-8"), "python"), 1)
]


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
@pytest.mark.parametrize("code", PYTHON_BLOCKS)
def test_python_code_runs(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "<example>", "exec"), {"__name__": "example"})


def test_the_readme_has_code_to_run() -> None:
    assert len(fenced(README, "python")) == 2
    assert len(fenced(README, "python")[0].strip().splitlines()) <= 10


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
def test_the_first_command_speaks(tmp_path: Path) -> None:
    _, say = INSTALL_AND_SPEAK.split(" && ")
    program, *args = shlex.split(say)
    assert PYPROJECT["project"]["scripts"][program] == "kokoro_fast.cli:main"
    done = run_cli(*args, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "arning" not in done.stderr
    samples, rate = soundfile.read(tmp_path / "hello.wav", dtype="float32")
    assert rate == 24_000
    assert 1.0 < len(samples) / rate < 4.0
    assert abs(samples).max() > 0.05


def test_install_commands_are_the_promised_ones() -> None:
    blocks = [line for block in fenced(README, "bash") for line in block.splitlines()]
    assert INSTALL_AND_SPEAK in blocks
    assert INSTALL_AND_TEST in blocks


def test_ci_runs_the_full_round() -> None:
    install, test = INSTALL_AND_TEST.split(" && ")
    lines = CI.splitlines()
    assert lines.index(install) < lines.index(FULL_ROUND)
    assert FULL_ROUND.startswith(test)
    contributing = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert FULL_ROUND in [line.split("  ")[0] for block in fenced(contributing, "bash") for line in block.splitlines()]


def test_the_quick_round_leaves_out_every_marker() -> None:
    options = PYPROJECT["tool"]["pytest"]["ini_options"]
    assert set(re.findall(r"not (\w+)", " ".join(options["addopts"]))) == {
        line.split(":")[0] for line in options["markers"]
    }


def test_ci_can_be_run() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_every_command_of_the_table_exists(tmp_path: Path) -> None:
    helps: dict[str, str] = {}
    commands = table_commands()
    assert {shlex.split(command)[1] for command in commands} == {
        "say",
        "fetch",
        "voices",
        "doctor",
        "export",
        "phonemes",
    }
    for command in commands:
        _, name, *args = shlex.split(command)
        if name not in helps:
            done = run_cli(name, "--help", folder=tmp_path)
            assert done.returncode == 0, done.stderr
            helps[name] = done.stdout
        for option in [arg for arg in args if arg.startswith("-") and arg != "-"]:
            assert re.search(rf"(?<![\w-]){option}(?![\w-])", helps[name]), f"{command}: no option {option}"


def test_the_other_options_of_say_exist(tmp_path: Path) -> None:
    sentence = re.search(r"`say` takes (.*?)\. ", README, re.DOTALL)
    assert sentence
    options = re.findall(r"`(--\w+)`", sentence[1])
    assert "--voice" in options
    shown = run_cli("say", "--help", folder=tmp_path).stdout
    assert [option for option in options if option not in shown] == []


def test_the_table_of_languages_is_the_catalog() -> None:
    rows = re.findall(r"^\| (\w[\w ]+) \| `([\w-]+)` \| (\d+) \| (text|phonemes) \|$", README, re.MULTILINE)
    counts = Counter(voice.language for voice in VOICES.values())
    assert rows == [
        (language.name, language.code, str(counts[language.code]), "text" if language.supported else "phonemes")
        for language in LANGUAGES
    ]


def test_environment_variables_are_those_the_code_reads() -> None:
    python = "".join(path.read_text("utf-8") for path in SOURCES.rglob("*.py"))
    cpp = "".join(path.read_text("utf-8") for path in (ROOT / "csrc").rglob("*.cpp"))
    read = {*re.findall(r'"(KOKORO_FAST_[A-Z]+)"', python), *re.findall(r'getenv\("(KOKORO_FAST_[A-Z]+)"', cpp)}
    table = (DOCS / "environment.md").read_text("utf-8")
    assert read == set(re.findall(r"^\| `(KOKORO_FAST_[A-Z]+)` \|", table, re.MULTILINE))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.relative_to(ROOT)))
def test_files_named_in_the_papers_exist(paper: Path) -> None:
    text = paper.read_text("utf-8")
    names = re.findall(r"`([\w.][\w./-]*(?:\.(?:py|cpp|h|md|toml)|/))`", text)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    prose = re.sub(r"`[^`\n]*`", "", prose)
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", prose) if not link.startswith("/") and "://" not in link]
    missing = [name for name in names if not any(path.exists() for path in places(name))]
    missing += [link for link in links if not (paper.parent / link).exists()]
    assert missing == []


def test_the_papers_name_files_and_link_to_each_other() -> None:
    """Or the test above would find nothing that it could miss."""
    text = "".join(paper.read_text("utf-8") for paper in PAPERS)
    assert len(re.findall(r"`[\w./-]+\.(?:py|cpp|h)`", text)) > 100
    assert len(re.findall(r"\]\([\w./-]+\.md", text)) > 30


def test_the_architecture_names_every_file_and_package() -> None:
    files = {path.relative_to(SOURCES) for path in SOURCES.rglob("*.py")}
    expected = {f"{file.parent}/" if file.name == "__init__.py" and file.parts[1:] else str(file) for file in files}
    named = set(re.findall(r"`([\w/]+(?:\.py|/))`", (DOCS / "architecture.md").read_text("utf-8")))
    named |= {f"{Path(name).parent}/" for name in named}  # a file that is named names its package
    assert expected - named == set()


def test_the_site_has_every_page() -> None:
    named = re.findall(r"([\w/.-]+\.md)", (ROOT / "mkdocs.yml").read_text("utf-8").split("\nnav:")[1])
    assert sorted(named) == sorted(str(path.relative_to(DOCS)) for path in DOCS.glob("**/*.md"))


def test_decisions_are_numbered_and_listed() -> None:
    names = sorted(path.name for path in (DOCS / "decisions").glob("[0-9]*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    listed = re.findall(r"\]\((\d{4}[\w-]+\.md)\)", (DOCS / "decisions" / "index.md").read_text("utf-8"))
    assert sorted(listed) == names


def places(name: str) -> list[Path]:
    """Where the papers may mean a file to be: from the root, in the package, or anywhere in the C++ sources."""
    return [ROOT / name, SOURCES / name, *(ROOT / "csrc").rglob(name if "/" not in name else "no such file")]


def test_markers_in_the_papers_are_known() -> None:
    known = {line.split(":")[0] for line in PYPROJECT["tool"]["pytest"]["ini_options"]["markers"]}
    contributing = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", contributing, re.MULTILINE)) == known


def tracked_files() -> list[Path]:
    """What is in the repository, or would be."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    return [path for name in listed if name and (path := ROOT / name).is_file()]


def test_no_registry_and_no_machine_is_named_anywhere() -> None:
    hosts = (
        "pypi|org",
        "pythonhosted|org",
        "npmjs|org",
        "npmjs|com",
        "huggingface|co",
        "hf|co",
        "download.pytorch|org",
    )
    forbidden = [host.replace("|", ".").encode() for host in hosts]  # in pieces, so that this file has none of them
    forbidden += [f"/{folder}/".encode() for folder in ("root", "work")]
    pattern = re.compile(rb"(?<![\w])(?:" + b"|".join(map(re.escape, forbidden)) + rb")")
    files = tracked_files()
    assert Path(__file__).resolve() in {path.resolve() for path in files}
    found = {path.relative_to(ROOT): match[0] for path in files if (match := pattern.search(path.read_bytes()))}
    assert found == {}
