"""Plays sound on the default audio device while more of it is made."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Queue
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.audio.pcm import pcm16
from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.errors import InputError, MissingDependencyError
from kokoro_fast.forks import Owner

BLOCK = SAMPLE_RATE // 10
"""The number of samples handed to the device at once: it goes on for this long after a stop."""

AHEAD = 600
"""The number of blocks that may wait to be played, a minute of sound. A caller that makes sound faster then waits."""


class Player:
    """Plays samples in the order they come.

        with Player() as player:
            player.play(samples)

    The block ends when all is heard; if it raises, an interrupt included, the sound stops at once.

    Raises:
        MissingDependencyError: sounddevice or its PortAudio library is not installed; on entering the block.
        InputError: there is no output device, or it fails; on entering the block or while playing. Also in a forked
            child of the process that opened the device.
    """

    def __init__(self) -> None:
        self._blocks: Queue[bytes | None] = Queue(AHEAD)
        self._stopped = threading.Event()
        self._failure: Exception | None = None

    def __enter__(self) -> Self:
        self._owner = Owner("sound to be played")
        self._device = _open_device()
        self._thread = threading.Thread(target=self._work, name="kokoro-fast-player", daemon=True)
        self._thread.start()
        return self

    def play(self, samples: NDArray[np.float32]) -> None:
        """Take samples (S,) in [-1, 1]. Waits while a minute of sound is already waiting."""
        self._owner.check()
        sound = pcm16(samples)
        for start in range(0, len(sound), 2 * BLOCK):
            self._check()
            self._blocks.put(sound[start : start + 2 * BLOCK])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self._owner.is_here():
            return  # the thread and the device are the parent's
        try:
            if error is None:
                self._blocks.put(None)
                self._thread.join()
        finally:
            self._stopped.set()  # an interrupt while the rest is played ends here too
            if self._thread.is_alive():
                self._blocks.put(None)
                self._thread.join()
            self._device.abort()
            self._device.close()
        if error is None:
            self._check()

    def _work(self) -> None:
        while (block := self._blocks.get()) is not None:
            if not self._stopped.is_set():
                self._attempt(self._device.write, block)
        if not self._stopped.is_set():
            self._attempt(self._device.stop)  # waits until the last block is heard

    def _attempt(self, action: Callable[..., Any], *args: Any) -> None:
        try:
            action(*args)
        except Exception as error:  # any error at all is raised where samples are given
            self._failure = error
            self._stopped.set()

    def _check(self) -> None:
        if self._failure is not None:
            raise InputError(f"--play: the audio device failed: {self._failure}")


def _open_device() -> Any:
    """The default output, started: 16-bit mono at the model's rate."""
    try:
        import sounddevice
    except ImportError:
        raise MissingDependencyError(
            '--play: expected the package sounddevice: pip install "kokoro-fast[play]"'
        ) from None
    except OSError as error:  # the package is there, the library it loads is not
        raise MissingDependencyError(f"--play: expected the PortAudio library (libportaudio2): {error}") from None
    try:
        device = sounddevice.RawOutputStream(samplerate=SAMPLE_RATE, channels=1, dtype="int16")
        device.start()
    except (sounddevice.PortAudioError, ValueError) as error:
        raise InputError(f"--play: expected an audio output device, found none that works: {error}") from None
    return device
