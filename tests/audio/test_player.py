"""Sound on an audio device. The device is made of paper: a module that has what is used of sounddevice."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from click.testing import CliRunner

from kokoro_fast.audio.pcm import pcm16
from kokoro_fast.audio.player import AHEAD, BLOCK, Player
from kokoro_fast.cli.app import cli
from kokoro_fast.errors import InputError, MissingDependencyError


class PaperDevice:
    """What was done with the only stream. It plays a block when `may_play` is set."""

    def __init__(self) -> None:
        self.heard = b""
        self.calls: list[str] = []
        self.settings: dict[str, object] = {}
        self.may_play = threading.Event()
        self.may_play.set()
        self.failure: Exception | None = None

    def open(self, **settings: object) -> PaperDevice:
        if self.failure and not self.may_play.is_set():
            raise self.failure
        self.settings = settings
        return self

    def write(self, block: bytes) -> None:
        assert self.may_play.wait(60)
        if self.failure:
            raise self.failure
        self.heard += block

    def __getattr__(self, name: str) -> object:
        return lambda: self.calls.append(name)


class PortAudioError(Exception):
    pass


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> PaperDevice:
    device = PaperDevice()
    module = ModuleType("sounddevice")
    vars(module).update(RawOutputStream=device.open, PortAudioError=PortAudioError)
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    return device


NAME = "kokoro-fast-player"
"""Of the player's thread."""

NOISE = np.random.default_rng(0).uniform(-1, 1, 3 * BLOCK + 7).astype(np.float32)


def test_all_is_heard_in_order(device: PaperDevice) -> None:
    with Player() as player:
        player.play(NOISE)
        player.play(NOISE[:5])
    assert device.heard == pcm16(NOISE) + pcm16(NOISE[:5])
    assert device.settings == {"samplerate": 24_000, "channels": 1, "dtype": "int16"}
    assert device.calls == ["start", "stop", "abort", "close"]  # stop waits for the end of the sound


def test_an_interrupt_stops_at_once(device: PaperDevice) -> None:
    device.may_play.clear()

    def play_and_interrupt() -> None:
        with Player() as player:
            player.play(NOISE)
            device.may_play.set()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        play_and_interrupt()
    assert device.calls == ["start", "abort", "close"]
    assert NAME not in [thread.name for thread in threading.enumerate()]


def test_who_is_too_fast_waits(device: PaperDevice) -> None:
    device.may_play.clear()
    too_much = np.zeros((AHEAD + 5) * BLOCK, np.float32)
    with Player() as player:
        assert NAME in [thread.name for thread in threading.enumerate()]
        maker = threading.Thread(target=player.play, args=(too_much,))
        maker.start()
        maker.join(0.2)
        assert maker.is_alive()
        device.may_play.set()
        maker.join(60)
        assert not maker.is_alive()
    assert len(device.heard) == 2 * len(too_much)


def test_a_device_that_fails(device: PaperDevice) -> None:
    device.failure = PortAudioError("unplugged")

    def play() -> None:
        with Player() as player:
            player.play(NOISE)

    with pytest.raises(InputError, match=r"^--play: the audio device failed: unplugged$"):
        play()
    assert device.calls[-2:] == ["abort", "close"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_child_neither_plays_nor_waits(device: PaperDevice) -> None:
    with Player() as player:
        player._blocks.mutex.acquire()  # as another thread may hold it at that moment
        child = os.fork()
        if not child:
            signal.alarm(30)
            try:
                with pytest.raises(InputError, match="expected sound to be played by the process that opened it"):
                    player.play(NOISE)
                player.__exit__(None, None, None)
                os._exit(len(device.calls) - 1)  # the parent's start is the only call
            finally:
                os._exit(100)
        player._blocks.mutex.release()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert device.calls == ["start", "stop", "abort", "close"]


def test_no_device(device: PaperDevice) -> None:
    device.failure = PortAudioError("no default output device")
    device.may_play.clear()
    with (
        pytest.raises(InputError, match="expected an audio output device, found none that works: no default"),
        Player(),
    ):
        pass


def test_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(MissingDependencyError, match=r'sounddevice: pip install "kokoro-fast\[play\]"'), Player():
        pass


@pytest.mark.usefixtures("fetched")
def test_say_and_play(device: PaperDevice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    heard = CliRunner().invoke(cli, ["say", "Hello there.", "--play"], catch_exceptions=False)
    assert (heard.exit_code, heard.stdout) == (0, "")
    assert heard.stderr.startswith("played: ")
    assert len(device.heard) > 20_000
    assert list(tmp_path.iterdir()) == []
    device.heard = b""
    both = CliRunner().invoke(cli, ["say", "Hello there.", "--play", "-o", "a.wav", "-q"], catch_exceptions=False)
    assert (both.exit_code, both.stderr) == (0, "")
    assert (tmp_path / "a.wav").read_bytes().endswith(device.heard)


def test_say_without_a_device_makes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    result = CliRunner().invoke(cli, ["say", "Hello.", "--play"], catch_exceptions=False)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "expected the package sounddevice" in result.stderr
    assert list(tmp_path.iterdir()) == []
