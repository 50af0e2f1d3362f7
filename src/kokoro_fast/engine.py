"""Text to speech from end to end. The only file that knows every stage; read it first.

text --text--> tokens --chunking--> chunks --synthesis, with a backend--> parts --> Speech
                                             \\_ streaming: ahead, in a thread _/
"""

from __future__ import annotations

import math
import secrets
from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path

from kokoro_fast.backends.factory import open_backend
from kokoro_fast.chunking.planner import iter_chunks
from kokoro_fast.config import DEFAULT_VOICE, SPEED_RANGE
from kokoro_fast.errors import InputError, nothing_to_say
from kokoro_fast.speech import Speech
from kokoro_fast.streaming.live import LiveSource, LiveText, WholeText
from kokoro_fast.streaming.pacing import PlaybackBuffer
from kokoro_fast.streaming.prefetch import CancellationToken
from kokoro_fast.streaming.stream import SpeechStream
from kokoro_fast.synthesis.lookahead import ChunkRun
from kokoro_fast.synthesis.synthesizer import N_SEEDS, Synthesizer
from kokoro_fast.synthesis.throughput import Throughput
from kokoro_fast.text import (
    EmojiMode,
    MarkupMode,
    load_lexicon,
    parse_markup,
    phonemes_to_tokens,
    phonemizer,
    resolve_language,
)
from kokoro_fast.text.feed import Feed
from kokoro_fast.types import Token, VoiceLike
from kokoro_fast.weights import VOICES, load_voice


class Kokoro:
    """A voice, ready to speak.

    Safe to call from several threads. The same seed gives the same samples.

    Args:
        voice: a name ("af_heart"), a file, a tensor (510, 1, 256), or a blend ("af_heart:0.7,am_adam:0.3").
        lang: the language of the text, such as "en-us" or "en-gb"; None takes the language of the voice.
        device: "cpu", "cuda" or any other name that torch knows.
        threads: CPU threads for one call; None for as many as this process has physical cores.
        seed: the seed of the breath noise in the voice, 0 to 2**63 - 1; None draws a new one for each call.
        weights: a weight file (.pth, .safetensors, .onnx); None takes the cache, fetching on first use.
        backend: "native" (fused kernels, CPU), "eager" (PyTorch, any device), "compile" (torch.compile: minutes to
            start); "auto" takes native where it can be had, else eager. "torchscript", "aoti" and "onnx" run an
            exported folder, as does "auto" with `path`.
        precision: "fp32", "bf16" or "int8" of the native backend; "auto" takes the fastest that nobody can tell from
            fp32.
        path: a folder that `kokoro-fast export` wrote, instead of the weights. Its voices are looked up before those of
            the cache.
        lexicon: pronunciations that override those of the dictionaries: {"JSON": "ʤˈAsᵊn"}, or a .json or .tsv file.
        normalize: whether numbers, dates, money, units, abbreviations, addresses and Markdown are put into words first
            (English; docs/normalization.md).
        emoji: whether emoji are "silent", or read by their "names" (English).

    Attributes:
        backend: what runs the model: its `name`, `precision`, `threads` and `compile_seconds`.

    Raises:
        InputError: an unknown voice, language or device, a seed out of range, a backend or precision that this machine
            lacks, or a lexicon that cannot be read.
        MissingDependencyError: backend "native" without the native library.
        WeightsError: weights could not be found, fetched or read, or a folder does not fit this machine.
    """

    def __init__(
        self,
        voice: VoiceLike = DEFAULT_VOICE,
        lang: str | None = None,
        device: str = "cpu",
        threads: int | None = None,
        seed: int | None = None,
        weights: str | Path | None = None,
        backend: str = "auto",
        precision: str = "auto",
        lexicon: Mapping[str, str] | str | Path | None = None,
        path: str | Path | None = None,
        normalize: bool = True,
        emoji: EmojiMode = "silent",
    ) -> None:
        if seed is not None and not (isinstance(seed, int) and 0 <= seed < N_SEEDS):
            raise InputError(f"seed: expected a whole number from 0 to 2**63 - 1, got {seed!r}")
        language = resolve_language(lang or _language_of(voice))
        self._phonemizer = partial(phonemizer, language, normalize, emoji)
        if language.supported:
            self._phonemizer()  # what is wrong with an option is said now, not at the first text
        self._voices = partial(load_voice, folder=None if path is None else Path(path) / "voices")
        self._voice = self._voices(voice)
        self._seed = seed
        self._lexicon = None if lexicon is None else load_lexicon(lexicon)
        self._throughput = Throughput()
        self.backend = open_backend(backend, path, weights, device, threads, precision)

    def speak(
        self,
        text: str | None = None,
        *,
        voice: VoiceLike | None = None,
        speed: float = 1.0,
        phonemes: str | None = None,
        markup: MarkupMode = "error",
    ) -> Speech:
        """Speak a text of any length, or phonemes, chunk by chunk; pace and loudness are even from chunk to chunk.

        Args:
            text: what to say, with markup (docs/markup.md): `[pause:1s]`, `[word](/phonemes/)`.
            voice: a voice to use instead of the engine's own, in any form that `Kokoro` takes.
            speed: 0.5 to 2.0; larger is faster.
            phonemes: symbols of the model's alphabet, instead of text.
            markup: how to treat an invalid or unknown tag: as an "error", or as "plain" text; "markdown" is plain, too,
                and reads all of Markdown, not only what can be nothing else.

        Raises:
            InputError: nothing speakable, both or neither of text and phonemes, a speed out of range, a symbol outside
                the alphabet, an unknown voice, or markup that is not understood.
        """
        return Speech.join(self.parts(text, voice=voice, speed=speed, phonemes=phonemes, markup=markup))

    __call__ = speak

    def parts(
        self,
        text: str | None = None,
        *,
        voice: VoiceLike | None = None,
        speed: float = 1.0,
        phonemes: str | None = None,
        markup: MarkupMode = "error",
        skip: int = 0,
    ) -> Iterator[Speech]:
        """The parts that `speak` joins, one for each chunk, so that a book takes constant memory. Arguments as there.

        The times of each part count from its own first sample, its character ranges from the start of the text.

        Args:
            skip: how many parts to leave out. With the engine's `seed`, the rest has the samples that it would have
                had.
        """
        synthesizer = self._synthesizer(voice, speed)
        chunks = iter_chunks(self._tokens(text, phonemes, markup))
        first = next(chunks, None)
        if first is None:
            raise nothing_to_say(text or phonemes or "")
        return synthesizer.parts([ChunkRun(chain([first], chunks), ends_text=True)], skip)

    def stream(
        self,
        text: str | Iterable[str] | None = None,
        *,
        voice: VoiceLike | None = None,
        speed: float = 1.0,
        phonemes: str | None = None,
        markup: MarkupMode = "error",
        early: bool = True,
    ) -> SpeechStream:
        """Speak live: the first sound comes within a blink, and no gap follows that this machine could avoid.

        The first chunk is short, and its first window goes out before the rest of it is made, by predicted statistics:
        docs/streaming.md says how near that comes. The sound after it is exact. Arguments as for `speak`; an error of
        the text itself is raised by the first part.

        Args:
            text: a string, or pieces of text as a language model makes them.
            early: whether a first window may go out early. False makes all of the sound exact, and the listener waits
                for the whole of each chunk.
        """
        if text is not None and not isinstance(text, str):
            if phonemes is not None:
                raise InputError("expected text or phonemes, got both")
            return self._stream_feed(Feed.of(text, self._phonemizer().markdown(markup)), voice, speed, markup, early)
        source = WholeText(self._tokens(text, phonemes, markup))
        return SpeechStream(self._live_parts(source, voice, speed, early, text or phonemes or ""))

    def astream(
        self,
        text: str | Iterable[str] | AsyncIterable[str] | None = None,
        *,
        voice: VoiceLike | None = None,
        speed: float = 1.0,
        phonemes: str | None = None,
        markup: MarkupMode = "error",
        early: bool = True,
    ) -> SpeechStream:
        """`stream`, also for text from an async iterator. Call it where an event loop runs."""
        if isinstance(text, AsyncIterable):
            return self._stream_feed(
                Feed.of_async(text, self._phonemizer().markdown(markup)), voice, speed, markup, early
            )
        return self.stream(text, voice=voice, speed=speed, phonemes=phonemes, markup=markup, early=early)

    def _stream_feed(
        self, feed: Feed, voice: VoiceLike | None, speed: float, markup: MarkupMode, early: bool
    ) -> SpeechStream:
        source = LiveText(feed, self._phonemizer(), self._lexicon, markup)
        return SpeechStream(self._live_parts(source, voice, speed, early, "the text"), feed)

    def _live_parts(
        self, source: LiveSource, voice: VoiceLike | None, speed: float, early: bool, said: str
    ) -> Callable[[CancellationToken], Iterator[Speech]]:
        """A function that makes the parts of a stream, in its worker's thread. `said` names the text in an error."""
        buffer = PlaybackBuffer(self._throughput, early and self.backend.has_windows)
        synthesizer = self._synthesizer(voice, speed, buffer)

        def parts(cancelled: CancellationToken) -> Iterator[Speech]:
            is_silent = True
            for part in synthesizer.parts(source.runs(buffer), should_stop=cancelled.__bool__):
                is_silent = False
                yield part
            if is_silent:
                raise nothing_to_say(said)

        return parts

    def _synthesizer(self, voice: VoiceLike | None, speed: float, buffer: PlaybackBuffer | None = None) -> Synthesizer:
        low, high = SPEED_RANGE
        if not (math.isfinite(speed) and low <= speed <= high):
            raise InputError(f"speed: expected {low} to {high}, got {speed}")
        seed = secrets.randbits(48) if self._seed is None else self._seed
        rows = self._voice if voice is None else self._voices(voice)
        return Synthesizer(self.backend, rows, self._voices, speed, seed, self._throughput, buffer)

    def _tokens(self, text: str | None, phonemes: str | None, markup: MarkupMode) -> Iterable[Token]:
        if (text is None) == (phonemes is None):
            raise InputError(f"expected text or phonemes, got {'neither' if text is None else 'both'}")
        if phonemes is not None:
            return phonemes_to_tokens(phonemes)
        if not isinstance(text, str):
            raise InputError(f"text: expected a string, got {type(text).__name__}")
        for name in parse_markup(text, "error" if markup == "error" else "plain").voices:
            self._voices(name)  # an unknown voice is an error before the first sound, not when it is reached
        return self._phonemizer().tokens(text, self._lexicon, markup)


def _language_of(voice: VoiceLike | None) -> str:
    """The language of a published voice; American English for any other voice."""
    name = voice.replace(":", ",").split(",")[0].strip() if isinstance(voice, str) else ""
    return VOICES[name].language if name in VOICES else "en-us"
