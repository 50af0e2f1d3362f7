"""Text to speech from end to end. The only file that knows every stage; read it first.

text --text--> tokens --plan--> chunks --backend--> waves --joins, stitch--> Speech
"""

from __future__ import annotations

import math
import secrets
import warnings
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from kokoro_fast.backends.pytorch import PyTorchBackend
from kokoro_fast.config import BOUNDARY_ID, DEFAULT_VOICE, MARKS, SAMPLE_RATE, SPEED_RANGE, VOCAB
from kokoro_fast.errors import InputError, UnspokenTextWarning
from kokoro_fast.joins import plan_join
from kokoro_fast.plan import iter_chunks
from kokoro_fast.speech import Speech, Word, add_word
from kokoro_fast.stitch import make_stitcher
from kokoro_fast.text import Dropped, phonemes_to_tokens, phonemizer
from kokoro_fast.timing import spoken_spans
from kokoro_fast.types import Chunk, Token
from kokoro_fast.weights import VOICES, load_voice, style_row

CROSSFADE = SAMPLE_RATE // 200
"""Samples over which chunks meet: 5 ms, short enough to stay inside the silence that every join keeps."""

N_SEEDS = 2**63
"""Torch's generators take any of these."""


class Kokoro:
    """A voice, ready to speak.

    Safe to call from several threads. The same seed gives the same samples.

    Args:
        voice: a name ("af_heart"), a file, a tensor (510, 1, 256), or a blend ("af_heart:0.7,am_adam:0.3").
        lang: language of the text, such as "en-us" or "en-gb"; None takes the language of the voice.
        device: "cpu", "cuda" or any other name torch knows.
        threads: CPU threads for one call; None for as many as this process has physical cores.
        seed: of the breath noise in the voice, 0 to 2**63 - 1; None draws a new one for each call.
        weights: a weight file (.pth, .safetensors, .onnx); None takes the cache, fetching on first use.
        backend: "native" (fused kernels, CPU), "eager" (PyTorch, any device), "compile" (torch.compile: minutes to
            start); "auto" takes native where it can be had, else eager.
        precision: "fp32", "bf16", "int8" of the native backend; "auto" takes the fastest that nobody can tell from
            fp32.

    Attributes:
        backend: what was chosen: its `name`, `precision`, `threads` and `compile_seconds`.

    Raises:
        InputError: unknown voice, language or device, a seed out of range, a backend or precision this machine lacks.
        MissingDependencyError: backend "native" without the native library.
        WeightsError: weights could not be found, fetched or read.
    """

    def __init__(
        self,
        voice: Any = DEFAULT_VOICE,
        lang: str | None = None,
        device: str = "cpu",
        threads: int | None = None,
        seed: int | None = None,
        weights: str | Path | None = None,
        backend: str = "auto",
        precision: str = "auto",
    ) -> None:
        if seed is not None and not (isinstance(seed, int) and 0 <= seed < N_SEEDS):
            raise InputError(f"seed: expected a whole number from 0 to 2**63 - 1, got {seed!r}")
        self._lang = lang or _language_of(voice)
        self._phonemizer = phonemizer(self._lang)
        self._voice = load_voice(voice)
        self._seed = seed
        self.backend = PyTorchBackend(weights, device, threads, backend, precision)

    def speak(
        self, text: str | None = None, *, voice: Any = None, speed: float = 1.0, phonemes: str | None = None
    ) -> Speech:
        """Speak a text of any length, or phonemes.

        Args:
            text: what to say. `[word](/phonemes/)` gives a word's pronunciation.
            voice: instead of the engine's own, in any form `Kokoro` takes.
            speed: 0.5 to 2.0; larger is faster.
            phonemes: symbols of the model's alphabet, instead of text.

        Raises:
            InputError: nothing speakable, both or neither of text and phonemes, a speed out of range, a symbol outside
                the alphabet, an unknown voice.
        """
        return Speech.join(self.stream(text, voice=voice, speed=speed, phonemes=phonemes))

    __call__ = speak

    def stream(
        self, text: str | None = None, *, voice: Any = None, speed: float = 1.0, phonemes: str | None = None
    ) -> Iterator[Speech]:
        """Speak part by part; `speak` is the join of these parts. Arguments as there, checked at the call.

        Each part's times count from its own first sample, its character ranges from the start of the text.
        """
        low, high = SPEED_RANGE
        if not (math.isfinite(speed) and low <= speed <= high):
            raise InputError(f"speed: expected {low} to {high}, got {speed}")
        rows = self._voice if voice is None else load_voice(voice)
        chunks = iter_chunks(self._tokens(text, phonemes))
        first = next(chunks, None)
        if first is None:
            raise InputError(f"expected something to say, got nothing speakable in {_excerpt(text or phonemes or '')}")
        return self._render(chain([first], chunks), rows, speed)

    def _tokens(self, text: str | None, phonemes: str | None) -> Iterable[Token]:
        if (text is None) == (phonemes is None):
            raise InputError(f"expected text or phonemes, got {'neither' if text is None else 'both'}")
        if phonemes is not None:
            return phonemes_to_tokens(phonemes)
        if not isinstance(text, str):
            raise InputError(f"text: expected a string, got {type(text).__name__}")
        return self._tokens_of_text(text)

    def _tokens_of_text(self, text: str) -> Iterator[Token]:
        for part in self._phonemizer.stream(text):
            for dropped in part.dropped:
                warnings.warn(_report(dropped), UnspokenTextWarning, stacklevel=2)
            yield from part.tokens

    def _render(self, chunks: Iterator[Chunk], rows: Any, speed: float) -> Iterator[Speech]:
        stitcher = make_stitcher(CROSSFADE)
        seed = secrets.randbits(48) if self._seed is None else self._seed
        emitted = 0
        for index, (chunk, is_last) in enumerate(_marking_last(chunks)):
            ids = [BOUNDARY_ID, *(VOCAB[symbol] for symbol in chunk.phonemes), BOUNDARY_ID]
            # Another seed for each chunk: the same noise twice in a row would be heard as a pattern.
            audio, durations = self.backend.synthesize(
                ids, style_row(rows, len(ids) - 2), speed, (seed + index) % N_SEEDS
            )
            join = plan_join(audio, chunk.boundary, is_first=index == 0, is_last=is_last)
            start = stitcher.begin(len(audio), *join) - join.trim_head
            pieces = [stitcher.push(audio)]
            words = _words(chunk, durations, start - emitted, stitcher.position - emitted)
            stitcher.end()
            if is_last:
                pieces.append(stitcher.flush())
            sound = np.clip(np.concatenate(pieces), -1.0, 1.0)
            yield Speech(sound, chunk.phonemes, words)
            emitted += len(sound)


def _marking_last(chunks: Iterator[Chunk]) -> Iterator[tuple[Chunk, bool]]:
    """Each chunk with whether it is the last: known once the next one was looked for."""
    for chunk, following in pairwise(chain(chunks, [None])):
        if chunk is not None:
            yield chunk, following is None


def _words(chunk: Chunk, durations: list[int], offset: int, end_of_sound: int) -> tuple[Word, ...]:
    """The chunk's words with their times, counted from the first sample of its part.

    `offset` is where the chunk's own first sample would fall, `end_of_sound` where its sound is over: the durations of
    the edge phonemes reach into the silence that was cut.
    """
    words: list[Word] = []
    for token, start, end in spoken_spans(chunk, durations):
        if start == end or all(symbol in MARKS for symbol in token.phonemes):
            continue
        start, end = (min(max(sample + offset, 0), end_of_sound) for sample in (start, end))
        word = Word(
            token.text, token.phonemes, start / SAMPLE_RATE, end / SAMPLE_RATE, token.char_start, token.char_end
        )
        add_word(words, word)
    return tuple(words)


def _language_of(voice: Any) -> str:
    """The language a published voice speaks; American English for any other."""
    name = voice.replace(":", ",").split(",")[0].strip() if isinstance(voice, str) else ""
    return VOICES[name].language if name in VOICES else "en-us"


def _report(dropped: Dropped) -> str:
    where = f"{_excerpt(dropped.text)} at character {dropped.char_start}"
    if dropped.symbols:
        return f"{where}: left out {dropped.symbols!r}, expected symbols of the model's alphabet"
    return f"{where}: left out, no pronunciation was found"


def _excerpt(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
