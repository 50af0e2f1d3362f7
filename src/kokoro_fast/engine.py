"""Text to speech from end to end. The only file that knows every stage; read it first.

text --text--> tokens --plan--> chunks --backend--> waves --joins, stitch--> Speech
                                        \\__________synthesis__________/
"""

from __future__ import annotations

import math
import secrets
import warnings
from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from kokoro_fast.ahead import Cancelled
from kokoro_fast.backends.opening import open_backend
from kokoro_fast.config import DEFAULT_VOICE, SPEED_RANGE
from kokoro_fast.errors import InputError, UnspokenTextWarning
from kokoro_fast.joins import PARAGRAPH_MORE_SECONDS
from kokoro_fast.plan import iter_chunks
from kokoro_fast.speech import Speech
from kokoro_fast.stream import SpeechStream
from kokoro_fast.supply import Pace, Supply
from kokoro_fast.synthesis import N_SEEDS, Run, Synthesis
from kokoro_fast.text import Dropped, Mode, Scope, load_lexicon, parse_markup, phonemes_to_tokens, phonemizer
from kokoro_fast.text.feed import Feed
from kokoro_fast.types import Boundary, Chunk, Token
from kokoro_fast.weights import VOICES, load_voice

PARAGRAPH_PAUSE = Chunk((), Boundary.PARAGRAPH, pause=PARAGRAPH_MORE_SECONDS)
"""For a blank line that came after the sentence before it was spoken."""


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
            start); "auto" takes native where it can be had, else eager. "torchscript", "aoti" and "onnx" run an
            exported folder, as does "auto" with `path`.
        precision: "fp32", "bf16", "int8" of the native backend; "auto" takes the fastest that nobody can tell from
            fp32.
        path: a folder that `kokoro-fast export` wrote, instead of the weights; its voices go before the cache.
        lexicon: pronunciations that go before those of the dictionaries: {"JSON": "ʤˈAsᵊn"}, or a .json or .tsv file.

    Attributes:
        backend: what was chosen: its `name`, `precision`, `threads` and `compile_seconds`.

    Raises:
        InputError: unknown voice, language or device, a seed out of range, a backend or precision this machine lacks, a
            lexicon that cannot be read.
        MissingDependencyError: backend "native" without the native library.
        WeightsError: weights could not be found, fetched or read, or a folder does not fit this machine.
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
        lexicon: Mapping[str, str] | str | Path | None = None,
        path: str | Path | None = None,
    ) -> None:
        if seed is not None and not (isinstance(seed, int) and 0 <= seed < N_SEEDS):
            raise InputError(f"seed: expected a whole number from 0 to 2**63 - 1, got {seed!r}")
        self._lang = lang or _language_of(voice)
        self._phonemizer = phonemizer(self._lang)
        self._voices = partial(load_voice, folder=None if path is None else Path(path) / "voices")
        self._voice = self._voices(voice)
        self._seed = seed
        self._lexicon = None if lexicon is None else load_lexicon(lexicon)
        self._pace = Pace()
        self.backend = open_backend(backend, path, weights, device, threads, precision)

    def speak(
        self,
        text: str | None = None,
        *,
        voice: Any = None,
        speed: float = 1.0,
        phonemes: str | None = None,
        markup: Mode = "error",
    ) -> Speech:
        """Speak a text of any length, or phonemes: chunk by chunk as a whole, evened with those before.

        Args:
            text: what to say, with markup (docs/markup.md): `[pause:1s]`, `[word](/phonemes/)`.
            voice: instead of the engine's own, in any form `Kokoro` takes.
            speed: 0.5 to 2.0; larger is faster.
            phonemes: symbols of the model's alphabet, instead of text.
            markup: what is not understood as markup is an "error", or is read as "plain" text.

        Raises:
            InputError: nothing speakable, both or neither of text and phonemes, a speed out of range, a symbol outside
                the alphabet, an unknown voice, markup that is not understood.
        """
        return Speech.join(self.parts(text, voice=voice, speed=speed, phonemes=phonemes, markup=markup))

    __call__ = speak

    def parts(
        self,
        text: str | None = None,
        *,
        voice: Any = None,
        speed: float = 1.0,
        phonemes: str | None = None,
        markup: Mode = "error",
        skip: int = 0,
    ) -> Iterator[Speech]:
        """The parts that `speak` joins, one for each chunk: a book in constant memory. Arguments as there.

        Each part's times count from its own first sample, its character ranges from the start of the text.

        Args:
            skip: leave out so many parts; with the engine's `seed`, the rest has the samples that it would have had.
        """
        synthesis = self._synthesis(voice, speed)
        chunks = iter_chunks(self._tokens(text, phonemes, markup))
        first = next(chunks, None)
        if first is None:
            raise _nothing_to_say(text or phonemes or "")
        return synthesis.parts([(chain([first], chunks), True)], skip)

    def stream(
        self,
        text: str | Iterable[str] | None = None,
        *,
        voice: Any = None,
        speed: float = 1.0,
        phonemes: str | None = None,
        markup: Mode = "error",
        early: bool = True,
    ) -> SpeechStream:
        """Speak live: the first sound within a blink, and never a gap at the speed of this machine.

        The first chunk is short, and its first window goes out before the rest of it is made, by guessed
        statistics: docs/streaming.md says how near that is. What follows is exact. Arguments as for `speak`; what is
        wrong with the text itself is raised by the first part.

        Args:
            text: a string, or pieces of text as a language model makes them.
            early: False makes all of it exact, and waits for the whole of each chunk.
        """
        if text is not None and not isinstance(text, str):
            if phonemes is not None:
                raise InputError("expected text or phonemes, got both")
            return self._live(Feed.of(text), voice, speed, markup, early)
        tokens = self._tokens(text, phonemes, markup)

        def runs(supply: Supply) -> Iterator[Run]:
            yield iter_chunks(tokens, schedule=supply.most_symbols), True

        return self._stream(runs, voice, speed, early, text or phonemes or "")

    def astream(
        self,
        text: str | Iterable[str] | AsyncIterable[str] | None = None,
        *,
        voice: Any = None,
        speed: float = 1.0,
        phonemes: str | None = None,
        markup: Mode = "error",
        early: bool = True,
    ) -> SpeechStream:
        """`stream` for text that comes from an async iterator too. Call it where an event loop runs."""
        if isinstance(text, AsyncIterable):
            return self._live(Feed.of_async(text), voice, speed, markup, early)
        return self.stream(text, voice=voice, speed=speed, phonemes=phonemes, markup=markup, early=early)

    def _live(self, feed: Feed, voice: Any, speed: float, markup: Mode, early: bool) -> SpeechStream:
        """Live speech of a text that is still coming."""

        def runs(supply: Supply) -> Iterator[Run]:
            scope = Scope()
            # The end of a sentence is worth waiting for while there is sound to play.
            while run := feed.take(patience=supply.seconds / 2):
                if run.starts_paragraph:
                    yield [PARAGRAPH_PAUSE], False
                tokens = self._tokens_of_text(run.text, markup, scope, run.start)
                yield iter_chunks(tokens, schedule=supply.most_symbols, final=run.ends_text), run.ends_text
            scope.close()

        return self._stream(runs, voice, speed, early, "the text", feed)

    def _stream(
        self,
        runs: Callable[[Supply], Iterator[Run]],
        voice: Any,
        speed: float,
        early: bool,
        said: str,
        feed: Feed | None = None,
    ) -> SpeechStream:
        supply = Supply(self._pace, early and self.backend.has_windows)
        synthesis = self._synthesis(voice, speed, supply)

        def parts(cancelled: Cancelled) -> Iterator[Speech]:
            spoken = synthesis.parts(runs(supply), stop=cancelled.__bool__)
            first = next(spoken, None)
            if first is None:
                raise _nothing_to_say(said)
            yield first
            yield from spoken

        return SpeechStream(parts, feed)

    def _synthesis(self, voice: Any, speed: float, supply: Supply | None = None) -> Synthesis:
        low, high = SPEED_RANGE
        if not (math.isfinite(speed) and low <= speed <= high):
            raise InputError(f"speed: expected {low} to {high}, got {speed}")
        seed = secrets.randbits(48) if self._seed is None else self._seed
        rows = self._voice if voice is None else self._voices(voice)
        return Synthesis(self.backend, rows, self._voices, speed, seed, self._pace, supply)

    def _tokens(self, text: str | None, phonemes: str | None, markup: Mode) -> Iterable[Token]:
        if (text is None) == (phonemes is None):
            raise InputError(f"expected text or phonemes, got {'neither' if text is None else 'both'}")
        if phonemes is not None:
            return phonemes_to_tokens(phonemes)
        if not isinstance(text, str):
            raise InputError(f"text: expected a string, got {type(text).__name__}")
        for name in parse_markup(text, markup).voices:
            self._voices(name)  # before the first sound, and not when it is reached
        return self._tokens_of_text(text, markup)

    def _tokens_of_text(self, text: str, markup: Mode, scope: Scope | None = None, start: int = 0) -> Iterator[Token]:
        """Tokens of a text, or of a piece of one that begins at character `start`."""
        for part in self._phonemizer.stream(text, self._lexicon, markup, scope):
            for dropped in part.dropped:
                warnings.warn(_report(dropped, start), UnspokenTextWarning, stacklevel=2)
            for token in part.tokens:
                yield token if start == 0 else token.later(start)


def _language_of(voice: Any) -> str:
    """The language a published voice speaks; American English for any other."""
    name = voice.replace(":", ",").split(",")[0].strip() if isinstance(voice, str) else ""
    return VOICES[name].language if name in VOICES else "en-us"


def _nothing_to_say(said: str) -> InputError:
    return InputError(f"expected something to say, got nothing speakable in {_excerpt(said)}")


def _report(dropped: Dropped, start: int) -> str:
    where = f"{_excerpt(dropped.text)} at character {start + dropped.char_start}"
    if dropped.symbols:
        return f"{where}: left out {dropped.symbols!r}, expected symbols of the model's alphabet"
    return f"{where}: left out, no pronunciation was found"


def _excerpt(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
