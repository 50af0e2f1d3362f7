"""Sound files: the right samples in every format, and whole or not there whatever happens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from kokoro_fast import audio
from kokoro_fast.audio.encoders import FfmpegFormat, Tags
from kokoro_fast.audio.pcm import _to_int16
from kokoro_fast.errors import InputError, MissingDependencyError
from kokoro_fast.speech import Speech

SUFFIXES = list(audio.FORMATS)
LOSSLESS = [".wav", ".flac"]


def tone(seconds: float) -> NDArray[np.float32]:
    """A tone with a little noise (S,), so that no encoder finds it too easy."""
    n_samples = int(seconds * 24_000)
    noise = np.random.default_rng(0).standard_normal(n_samples)
    return (0.5 * np.sin(np.arange(n_samples) * 0.05) + 0.01 * noise).astype(np.float32)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def heard_by_players(path: Path) -> tuple[NDArray[np.float32], int]:
    """What FFmpeg plays: samples (S,) from time 0 on, without the encoder's delay, and their rate."""
    import av

    with av.open(path) as file:
        frames = list(file.decode(audio=0))
    pieces = [frame.to_ndarray().reshape(-1) for frame in frames]
    sound = np.concatenate([piece / 32768 if piece.dtype == np.int16 else piece for piece in pieces])
    start = round(frames[0].pts * frames[0].time_base * frames[0].sample_rate)
    return sound[max(-start, 0) :].astype(np.float32), frames[0].sample_rate


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_played(tmp_path: Path, suffix: str) -> None:
    samples = tone(2)
    path = tmp_path / f"tone{suffix}"
    audio.write(path, samples)
    heard, rate = heard_by_players(path)
    assert rate == (48_000 if suffix == ".opus" else 24_000)  # Opus is always played at that rate
    heard = heard[:: rate // 24_000]
    assert 0 <= len(heard) - len(samples) <= 1024  # AAC fills its last frame
    assert np.corrcoef(heard[: len(samples)], samples)[0, 1] > 0.998
    assert names(tmp_path) == [path.name]


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3"])
def test_what_is_read_back(tmp_path: Path, suffix: str) -> None:
    samples = tone(2)
    path = tmp_path / f"tone{suffix}"
    audio.write(path, samples)
    heard, rate = soundfile.read(path)
    assert rate == 24_000
    assert heard.shape == samples.shape  # mono; libsndfile takes the encoder's delay off an .mp3
    assert np.corrcoef(heard, samples)[0, 1] > 0.999


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_lossless_files_hold_the_raw_pcm(tmp_path: Path, suffix: str) -> None:
    samples = tone(0.1) * 3  # some of it beyond 1
    audio.write(tmp_path / f"tone{suffix}", samples)
    heard, _ = soundfile.read(tmp_path / f"tone{suffix}", dtype="int16")
    assert heard.astype("<i2").tobytes() == audio.pcm16(samples)


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_pieces_make_the_same_file(tmp_path: Path, suffix: str) -> None:
    samples = tone(4)
    audio.write(tmp_path / f"whole{suffix}", samples)
    with audio.Writer(tmp_path / f"pieces{suffix}") as file:
        for piece in np.array_split(samples, [0, 1, 700, 50_000]):
            file.write(piece)
    assert (tmp_path / f"pieces{suffix}").read_bytes() == (tmp_path / f"whole{suffix}").read_bytes()


def test_long_vorbis_in_one_piece(tmp_path: Path) -> None:
    samples = np.tile(tone(10), 12)
    audio.write(tmp_path / "long.ogg", samples)
    assert soundfile.info(tmp_path / "long.ogg").frames == len(samples)


@pytest.mark.parametrize("suffix", [".WAV", ".Mp3", ".M4B"])
def test_sample_rate_and_upper_case(tmp_path: Path, suffix: str) -> None:
    audio.write(tmp_path / f"TONE{suffix}", tone(1), 16_000)
    heard, rate = heard_by_players(tmp_path / f"TONE{suffix}")
    assert rate == 16_000
    assert 16_000 < len(heard) < 26_000 if suffix != ".WAV" else len(heard) == 24_000


def test_opus_at_a_rate_that_it_does_not_know(tmp_path: Path) -> None:
    audio.write(tmp_path / "tone.opus", tone(1), 22_050)
    assert soundfile.info(tmp_path / "tone.opus").duration == pytest.approx(24_000 / 22_050, abs=0.01)


def test_sixteen_bit_numbers_are_taken_as_they_are(tmp_path: Path) -> None:
    numbers = np.array([0, 1, -1, 32767, -32768], np.int16)
    with audio.Writer(tmp_path / "tone.wav") as file:
        file.write(numbers)
    assert soundfile.read(tmp_path / "tone.wav", dtype="int16")[0].tolist() == numbers.tolist()


def test_a_wav_that_is_too_long_for_its_header(tmp_path: Path) -> None:
    """Only the header is looked at: the sound would be 25 hours."""
    with audio.Writer(tmp_path / "long.wav", tags=Tags(n_samples=2**31)) as file:
        file.write(tone(0.1))
    assert (tmp_path / "long.wav").read_bytes()[:4] == b"RF64"
    assert soundfile.info(tmp_path / "long.wav").frames == 2400


def test_an_error_of_the_encoder_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is: the thread of the encoder must not die and leave the writer waiting."""
    monkeypatch.setitem(audio.FORMATS, ".mp3", FfmpegFormat("mp3", "libmp3lame", "much"))
    with pytest.raises(TypeError):
        audio.write(tmp_path / "tone.mp3", tone(0.1))
    monkeypatch.setitem(audio.FORMATS, ".mp3", FfmpegFormat("mp3", "no such codec", 1))
    with pytest.raises(MissingDependencyError, match="no encoder no such codec"):
        audio.write(tmp_path / "tone.mp3", tone(0.1))
    assert names(tmp_path) == []


def test_speech_saves_through_here(tmp_path: Path) -> None:
    Speech(tone(0.5), "", ()).save(tmp_path / "speech.flac")
    assert soundfile.info(tmp_path / "speech.flac").frames == 12_000


def test_rounding_and_clipping() -> None:
    half = 0.5 / 32767
    samples = np.array([0, 1, -1, 2, -np.inf, np.inf, np.nan, half, 3 * half, -3 * half, -5 * half], np.float32)
    expected = [0, 32767, -32767, 32767, -32767, 32767, 0, 0, 2, -2, -2]
    assert audio.to_int16(samples).tolist() == expected
    assert _to_int16(samples).tolist() == expected
    assert audio.pcm16(np.array([1, -1, 2 / 32767])) == b"\xff\x7f\x01\x80\x02\x00"


def test_native_and_numpy_agree() -> None:
    from kokoro_fast import _native as native

    samples = np.random.default_rng(0).uniform(-1.2, 1.2, 100_000).astype(np.float32)
    np.testing.assert_array_equal(native.float_to_pcm16(samples), _to_int16(samples))


def test_two_dimensions_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected shape \(S,\), got \(2, 3\)"):
        audio.pcm16(np.zeros((2, 3)))


@pytest.mark.parametrize("name", ["speech", "speech.aac", "speech.wav.txt"])
def test_unknown_suffix(tmp_path: Path, name: str) -> None:
    with pytest.raises(
        InputError, match=r"expected a name that ends in \.wav, \.flac, \.ogg, \.mp3, \.opus, \.m4b, \.m4a, got"
    ):
        audio.write(tmp_path / name, tone(0.1))
    assert names(tmp_path) == []


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.wav").mkdir()
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "link.wav").symlink_to(tmp_path / "pipe.wav")
    before = names(tmp_path)
    for name in ("missing/speech.wav", "file/speech.wav", "folder.wav", "pipe.wav", "link.wav"):
        with pytest.raises(InputError, match=r"^output .*: expected"):
            audio.write(tmp_path / name, tone(0.1))
    assert names(tmp_path) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission(tmp_path: Path) -> None:
    (tmp_path / "kept.wav").touch(mode=0o444)
    with pytest.raises(InputError, match="without write permission"):
        audio.write(tmp_path / "kept.wav", tone(0.1))
    (tmp_path / "closed").mkdir(mode=0o555)
    with pytest.raises(InputError, match="cannot write there: Permission denied"):
        audio.write(tmp_path / "closed" / "speech.wav", tone(0.1))


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link.wav").symlink_to(tmp_path / "target.wav")
    audio.write(tmp_path / "link.wav", tone(0.1))
    assert (tmp_path / "link.wav").is_symlink()
    assert soundfile.info(tmp_path / "target.wav").frames == 2400


def test_the_umask_decides_who_may_read(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    audio.write(tmp_path / "speech.wav", tone(0.1))
    assert (tmp_path / "speech.wav").stat().st_mode == (tmp_path / "plain").stat().st_mode


def fail_halfway(path: Path, error: BaseException) -> None:
    with audio.Writer(path) as file:
        file.write(tone(1))
        assert len(names(path.parent)) == 2  # the old file and the temporary one
        raise error


@pytest.mark.parametrize("error", [RuntimeError(), KeyboardInterrupt(), SystemExit()], ids=repr)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_error_leaves_what_was_there(tmp_path: Path, suffix: str, error: BaseException) -> None:
    path = tmp_path / f"speech{suffix}"
    path.write_bytes(b"old")
    with pytest.raises(type(error)):
        fail_halfway(path, error)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == [path.name]


FULL_DISK = """
import errno, resource, sys
import numpy as np
from kokoro_fast.audio import Writer
path, *sizes = sys.argv[1:]
samples = np.random.default_rng(0).uniform(-0.5, 0.5, 60_000)
for size in map(int, sizes):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        with Writer(path) as file:
            for piece in np.array_split(samples, 7):
                file.write(piece)
    except OSError as error:
        assert (error.errno, error.filename) == (errno.EFBIG, path), repr(error)
    else:
        raise SystemExit(f"{size} bytes were enough")
"""


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_is_never_silent(tmp_path: Path, suffix: str) -> None:
    """Also where only the encoder's very last bytes do not fit, of which libsndfile says nothing."""
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, 60_000)
    audio.write(tmp_path / f"whole{suffix}", samples)
    size = (tmp_path / f"whole{suffix}").stat().st_size
    path = tmp_path / f"speech{suffix}"
    path.write_bytes(b"old")
    sizes = [0, 1, 100, size // 2, size - 500, size - 100, size - 1]
    run = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path), *map(str, sizes)], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == sorted([path.name, f"whole{suffix}"])


INTERRUPTED = """
import os, signal, sys
import numpy as np
from kokoro_fast.audio import Writer
samples = np.random.default_rng(0).uniform(-0.5, 0.5, 24_000)
signal.signal(signal.SIGALRM, signal.default_int_handler)
for tenths in range(1, 30):
    try:
        with Writer(sys.argv[1]) as file:
            file.write(samples)
            signal.setitimer(signal.ITIMER_REAL, tenths / 1e4)
            while True:
                file.write(samples)
    except KeyboardInterrupt:
        assert os.listdir(os.path.dirname(sys.argv[1])) == []
"""


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_interrupt_inside_the_encoder_is_not_lost(tmp_path: Path, suffix: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(tmp_path / f"speech{suffix}")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert names(tmp_path) == []
