"""Files take their names whole and for certain, and what a killed process left does not stay."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import kokoro_fast
from kokoro_fast import files
from kokoro_fast.files import WholeFile, replace_durably, swap_durably

PACKAGE = Path(kokoro_fast.__file__).parent


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the system is asked, in order: "fsync NAME", "replace NAME"."""
    found: list[str] = []
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        found.append(f"fsync {Path(os.readlink(f'/proc/self/fd/{descriptor}')).name}")
        real_fsync(descriptor)

    def replace(source: Path, target: Path) -> None:
        found.append(f"replace {target.name}")
        real_replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    return found


def test_bytes_are_on_the_disk_before_the_name_and_the_name_before_the_end(tmp_path: Path, events: list[str]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with WholeFile(folder / "a") as file:
        file.write(b"new")
        temporary = names(folder)[0]
    assert events == [f"fsync {temporary}", "replace a", "fsync folder"]


def test_all_of_a_folder_is_on_the_disk_before_its_name(tmp_path: Path, events: list[str]) -> None:
    folder = tmp_path / "place"
    (folder / "new" / "voices").mkdir(parents=True)
    (folder / "new" / "voices" / "af").touch()
    replace_durably(folder / "new", folder / "old")
    assert sorted(events[:3]) == ["fsync af", "fsync new", "fsync voices"]
    assert events[3:] == ["replace old", "fsync place"]


def test_two_folders_change_places(tmp_path: Path, events: list[str]) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"was {name}").touch()
    if not swap_durably(tmp_path / "a", tmp_path / "b"):
        pytest.skip("this disk cannot swap folders")
    assert (names(tmp_path / "a"), names(tmp_path / "b")) == (["was b"], ["was a"])
    assert events[-1] == f"fsync {tmp_path.name}"
    with pytest.raises(FileNotFoundError, match="missing"):
        swap_durably(tmp_path / "a", tmp_path / "missing")


def test_a_system_that_cannot_swap_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    monkeypatch.setattr(files.ctypes, "CDLL", lambda *_, **__: object())
    assert not swap_durably(tmp_path / "a", tmp_path / "a")


def test_a_disk_that_does_not_sync_names_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(number: int) -> None:
        def fsync(descriptor: int) -> None:
            if Path(os.readlink(f"/proc/self/fd/{descriptor}")).is_dir():
                raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "fsync", fsync)

    refuse(22)
    with WholeFile(tmp_path / "a") as file:
        file.write(b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    refuse(5)
    with pytest.raises(OSError, match=r"Input/output error: .*/b"), WholeFile(tmp_path / "b"):
        pass


def renames(call: ast.Call, function: ast.Attribute) -> bool:
    if ast.unparse(function.value) in ("os", "shutil"):
        return function.attr in ("rename", "renames", "replace", "link", "move")
    return function.attr == "rename" or (function.attr == "replace" and len(call.args) == 1)  # of a path, not a string


def test_only_this_module_renames() -> None:
    """So a new caller cannot forget what makes a name last."""
    found = [
        f"{path.relative_to(PACKAGE)}: {ast.unparse(node)}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and renames(node, node.func)
    ]
    assert found == ["files.py: os.replace(source, target)"]


KILLED = """
import os, sys
from kokoro_fast.files import WholeFile
with WholeFile(sys.argv[1]) as file:
    file.write(b"half")
    if sys.argv[2] == "dies":
        os.kill(os.getpid(), 9)
    print("open", flush=True)
    sys.stdin.readline()
"""


def a_process(target: Path, how: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", KILLED, str(target), how]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_the_next_file_in_the_folder_removes_what_a_kill_left(tmp_path: Path) -> None:
    """And leaves alone what another process is writing there."""
    with a_process(tmp_path / "killed", "dies") as killed:
        killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    (left,) = names(tmp_path)
    with a_process(tmp_path / "other", "lives") as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        files._clear_once.cache_clear()
        with WholeFile(tmp_path / "mine"):
            assert len(names(tmp_path)) == 2
            assert left not in names(tmp_path)
        other.communicate("go on\n")
    assert (tmp_path / "other").read_bytes() == b"half"
    assert names(tmp_path) == ["mine", "other"]


def test_a_file_that_was_taken_for_remains_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process may look between the moment a file is made and the moment it is held."""
    taken: list[str] = []

    def hold(descriptor: int) -> None:
        if not taken:
            taken.extend(names(tmp_path))
            (tmp_path / taken[0]).unlink()

    monkeypatch.setattr(files, "hold", hold)
    with WholeFile(tmp_path / "a") as file:
        file.write(b"whole")
    assert taken
    assert (tmp_path / "a").read_bytes() == b"whole"


@pytest.mark.parametrize("kind", ["fifo", "link", "folder"])
def test_other_things_of_such_a_name_do_no_harm(tmp_path: Path, kind: str) -> None:
    odd = tmp_path / "out" / ".kokoro-fast-0.part"
    odd.parent.mkdir()
    (tmp_path / "precious").write_bytes(b"mine")
    if kind == "fifo":
        os.mkfifo(odd)
    elif kind == "link":
        odd.symlink_to(tmp_path / "precious")
    else:
        odd.mkdir()
    with WholeFile(tmp_path / "out" / "a"):
        pass
    assert (tmp_path / "out" / "a").exists()
    assert (tmp_path / "precious").read_bytes() == b"mine"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_that_leaves_the_block_takes_nothing_away(tmp_path: Path) -> None:
    with WholeFile(tmp_path / "speech.srt") as file:
        file.write(b"whole")
        child = os.fork()
        if child == 0:
            file.discard()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    assert (tmp_path / "speech.srt").read_bytes() == b"whole"
