"""Work that outlives a kill: taken up where it stopped, and whole at the end. Sound and words are synthetic."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from support.book_parts import OPTIONS, a_part, heard, names, sound_of

from kokoro_fast.book import ResumableJob
from kokoro_fast.errors import InputError
from kokoro_fast.speech import Speech
from kokoro_fast.types import Word


class Killed(BaseException):
    """As an interrupt would come."""


def work_until(path: Path, end: int, options: dict[str, object] = OPTIONS, seed: int = 5) -> None:
    def run() -> None:
        with ResumableJob(path) as work:
            work.begin(options, seed)
            for number in range(work.n_parts, end):
                work.add(a_part(number))
            raise Killed

    with pytest.raises(Killed):
        run()


def test_work_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "book.wav"
    work_until(path, 2)
    work_until(path, 3, seed=6)
    assert names(tmp_path) == [".book.wav.kokoro-fast", "journal.jsonl", "sound.pcm"]
    with ResumableJob(path) as work:
        assert work.begin(OPTIONS, 7) is None
        assert (work.n_parts, work.n_samples, work.char_end, work.seed) == (3, 72_000, 25, 5)
        assert not work.complete
        work.add(a_part(3))
        work.finish()
        assert heard(work) == sound_of(4)
        assert [word.start_sample for word in work.words()] == [21_000, 45_000, 69_000, 93_000]
        assert list(work.phonemes()) == ["wˈɜd"] * 4
        work.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_at_once_leaves_nothing(tmp_path: Path) -> None:
    work_until(tmp_path / "book.wav", 0)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_before_its_first_part_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "book.wav"
    work_until(path, 2)
    work_until(path, 0, {**OPTIONS, "speed": 1.5})
    with ResumableJob(path) as work:
        assert work.begin(OPTIONS, 9) is None
        assert (work.n_parts, work.seed) == (2, 5)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"the text": "other"}, "the text was digest, is other"),
        ({"the text": "f" * 64}, "the text has changed"),
        ({"speed": 1.5}, "speed was 1.0, is 1.5"),
        ({"seed": 3}, "seed has changed"),
    ],
)
def test_other_options_start_anew(tmp_path: Path, changed: dict[str, object], message: str) -> None:
    path = tmp_path / "book.wav"
    work_until(path, 3)
    with ResumableJob(path) as work:
        assert work.begin({**OPTIONS, **changed}, 9) == message
        assert (work.n_parts, work.seed) == (0, 9)
        work.add(a_part(0))
        assert heard(work) == sound_of(1)
    with ResumableJob(path) as work:
        assert work.begin({**OPTIONS, **changed}, 10) is None
        assert (work.n_parts, work.seed) == (1, 9)


def test_complete_work_stays_complete(tmp_path: Path) -> None:
    path = tmp_path / "book.wav"
    with ResumableJob(path) as work:
        work.begin(OPTIONS, 5)
        work.add(a_part(0))
        work.finish()
    with ResumableJob(path) as work:
        work.begin(OPTIONS, 6)
        assert work.complete
        work.finish()
        assert heard(work) == sound_of(1)
        assert len(list(work.words())) == 1


def test_a_word_in_two_parts_is_one(tmp_path: Path) -> None:
    pieces = [Word("ab", "a", 10, 100, 0, 2), Word("ab", "b", 0, 50, 0, 2), Word("c", "c", 60, 90, 3, 4)]
    with ResumableJob(tmp_path / "book.wav") as work:
        work.begin(OPTIONS, 5)
        work.add(Speech(np.zeros(100, np.float32), "a", (pieces[0],)))
        work.add(Speech(np.zeros(30, np.float32), "", ()))  # a pause
        work.add(Speech(np.zeros(100, np.float32), "b c", (pieces[1], pieces[2])))
        found = [(word.text, word.phonemes, word.start_sample, word.end_sample) for word in work.words()]
    assert found == [("ab", "ab", 10, 180), ("c", "c", 190, 220)]


def test_two_runs_at_once(tmp_path: Path) -> None:
    path = tmp_path / "book.wav"
    (tmp_path / "link.wav").symlink_to(path)
    with ResumableJob(path) as work:
        work.begin(OPTIONS, 5)
        work.add(a_part(0))
        for name in (path, tmp_path / "link.wav"):
            with (
                pytest.raises(InputError, match=rf"^output {name}: another run is making this file$"),
                ResumableJob(name),
            ):
                pass
        with ResumableJob(tmp_path / "other.wav"):
            pass
        work.remove()
    with ResumableJob(path):
        pass
    assert names(tmp_path) == ["link.wav"]


def test_places_where_no_work_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / ".book.wav.kokoro-fast").touch()
    for name in ("missing/book.wav", "file/book.wav", "book.wav"):
        with pytest.raises(InputError, match=r"^output .*: cannot write there: "), ResumableJob(tmp_path / name):
            pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o555)
    with (
        pytest.raises(InputError, match="cannot write there: Permission denied"),
        ResumableJob(tmp_path / "closed" / "b.wav"),
    ):
        pass


def test_files_of_others_stay(tmp_path: Path) -> None:
    folder = tmp_path / ".book.wav.kokoro-fast"
    folder.mkdir()
    (folder / "note.txt").touch()
    with ResumableJob(tmp_path / "book.wav") as work:
        work.begin(OPTIONS, 5)
        work.add(a_part(0))
        work.remove()
    assert names(tmp_path) == [".book.wav.kokoro-fast", "note.txt"]


IN_A_PROCESS = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from kokoro_fast.book import ResumableJob
from support.book_parts import OPTIONS, a_part
path, limit = Path(sys.argv[2]), int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
with ResumableJob(path) as work:
    work.begin(OPTIONS, 5)
    print(work.n_parts, flush=True)
    number = work.n_parts
    while True:
        work.add(a_part(number))
        number += 1
"""


def a_process(path: Path, limit: int = 1 << 40) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", IN_A_PROCESS, str(Path(__file__).parents[1]), str(path), str(limit)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_killed_twice_while_writing(tmp_path: Path) -> None:
    path = tmp_path / "book.wav"
    done = 0
    for _ in range(2):
        process = a_process(path)
        assert process.stdout is not None
        assert int(process.stdout.readline()) >= done
        sound = tmp_path / ".book.wav.kokoro-fast" / "sound.pcm"
        goal = 48_000 * (done + 5)
        deadline = time.monotonic() + 60
        while (not sound.exists() or sound.stat().st_size < goal) and time.monotonic() < deadline:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with ResumableJob(path) as work:
            work.begin(OPTIONS, 5)
            assert work.n_parts >= done + 4
            done = work.n_parts
    with ResumableJob(path) as work:
        work.begin(OPTIONS, 5)
        work.add(a_part(done))
        assert heard(work) == sound_of(done + 1)


def test_a_full_disk_costs_one_part(tmp_path: Path) -> None:
    path = tmp_path / "book.wav"
    process = a_process(path, 48_000 * 3 + 1000)
    _, error = process.communicate(timeout=60)
    assert f"OSError: [Errno {errno.EFBIG}] File too large: '{path}'" in error
    with ResumableJob(path) as work:
        work.begin(OPTIONS, 5)
        assert work.n_parts == 3
        work.add(a_part(3))
        assert heard(work) == sound_of(4)
