"""Artifact folders are whole or not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.small_artifact import names

from kokoro_fast.artifact.manifest import check_artifact
from kokoro_fast.errors import InputError
from kokoro_fast.export import folder
from kokoro_fast.export.folder import new_folder
from kokoro_fast.files import hold


def test_a_folder_appears_when_it_is_whole(tmp_path: Path) -> None:
    with new_folder(tmp_path / "out") as work:
        (work / "file").write_text("text", "utf-8")
        assert not (tmp_path / "out").exists()
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == ["file"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(143), RuntimeError("no"), OSError(28, "No space")])
def test_an_error_leaves_what_was_there(small: Path, error: BaseException) -> None:
    def write(target: Path) -> None:
        with new_folder(target) as work:
            (work / "file").touch()
            raise error

    before = check_artifact(small)
    for target in (small, small.parent / "other"):
        with pytest.raises(type(error)) as caught:
            write(target)
        if isinstance(caught.value, OSError):
            assert (caught.value.filename, caught.value.strerror) == (str(target), "No space")
    assert names(small.parent) == ["kokoro"]
    assert check_artifact(small) == before


def test_an_artifact_is_replaced(small: Path) -> None:
    with new_folder(small) as work:
        (work / "new").touch()
    assert names(small) == ["new"]
    assert names(small.parent) == ["kokoro"]


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"format": 2}'])
def test_a_damaged_artifact_is_replaced(small: Path, damage: bytes) -> None:
    (small / "manifest.json").write_bytes(damage)
    with new_folder(small) as work:
        (work / "new").touch()
    assert names(small) == ["new"]


def test_no_other_folder_is_touched(small: Path) -> None:
    (small / "notes.txt").touch()
    with pytest.raises(InputError, match=r"expected an artifact and nothing else, got also notes\.txt; remove it"):
        new_folder(small).__enter__()
    (small / "notes.txt").unlink()
    (small / "manifest.json").unlink()
    with pytest.raises(InputError, match=r"expected an artifact to replace, got a folder with model\.pt; remove it"):
        new_folder(small).__enter__()
    other = small.parent / "website"
    other.mkdir()
    (other / "manifest.json").write_text('{"name": "App"}', "utf-8")
    with pytest.raises(InputError, match=r"got a folder with another manifest\.json; remove it"):
        new_folder(other).__enter__()
    assert names(small.parent) == ["kokoro", "website"]


def test_places_where_no_folder_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    for target, said in (
        (tmp_path / "file", "expected a folder or nothing there, got a file"),
        (tmp_path / "none" / "out", "expected the folder .*none to exist"),
        (tmp_path / "file" / "out", "expected the folder .*file to exist"),
        (Path("/proc/artifact"), "cannot write there"),
        (Path("."), "expected a folder of its own"),
        (Path("/"), "expected a folder of its own"),
    ):
        with pytest.raises(InputError, match=f"output {target}: {said}"):
            new_folder(target).__enter__()
    assert names(tmp_path) == ["file"]


def test_an_empty_folder_and_a_link_are_filled(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    with new_folder(tmp_path / "link") as work:
        (work / "file").touch()
    assert names(tmp_path / "empty") == ["file"]
    assert (tmp_path / "link").is_symlink()


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / ".out.export-0123abcd"
    left.mkdir()
    (left / "model.pt").touch()
    with new_folder(tmp_path / "out") as work:
        assert not left.exists()
        with new_folder(tmp_path / "out") as other:  # another process at the same work is left alone
            assert work.exists()
            (other / "second").touch()
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("can_swap", [True, False])
def test_an_artifact_is_replaced_with_and_without_a_swap(
    small: Path, can_swap: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not can_swap:
        monkeypatch.setattr(folder, "swap_durably", lambda *_: False)
    with new_folder(small) as work:
        (work / "new").touch()
    assert (names(small), names(small.parent)) == (["new"], ["kokoro"])


class Killed(BaseException):
    """As a signal would come."""


def test_a_signal_between_the_two_steps_leaves_what_was_there(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = check_artifact(small)
    done: list[Path] = []

    def once(source: Path, target: Path) -> None:
        if len(done) == 1:
            done.append(target)
            raise Killed
        done.append(target)
        source.rename(target)

    monkeypatch.setattr(folder, "swap_durably", lambda *_: False)
    monkeypatch.setattr(folder, "replace_durably", once)
    with pytest.raises(Killed), new_folder(small) as work:
        (work / "new").touch()
    assert check_artifact(small) == before
    assert names(small.parent) == ["kokoro"]


@pytest.mark.parametrize("fails", [False, True])
def test_an_artifact_comes_back_after_a_kill_between_the_two_steps(small: Path, fails: bool) -> None:
    """The next run has it at its place before it makes another, and so has it still where that fails."""
    before = check_artifact(small)
    (small.parent / ".kokoro.export-0123abcd").mkdir()
    small.rename(small.parent / ".kokoro.export-0123abcd-old")

    def write() -> None:
        with new_folder(small) as work:
            assert check_artifact(small) == before
            (work / "new").touch()
            if fails:
                raise Killed

    if fails:
        with pytest.raises(Killed):
            write()
        assert check_artifact(small) == before
    else:
        write()
        assert names(small) == ["new"]
    assert names(small.parent) == ["kokoro"]


def test_an_artifact_that_another_process_is_replacing_is_left_to_it(small: Path) -> None:
    old = small.parent / ".kokoro.export-0123abcd-old"
    small.rename(old)
    descriptor = os.open(old, os.O_RDONLY)
    try:
        hold(descriptor)
        with new_folder(small) as work:
            assert not small.exists()
            (work / "new").touch()
        assert names(small.parent) == [old.name, "kokoro"]
    finally:
        os.close(descriptor)
