"""`KPipeline`: text to phonemes to audio, with the arguments and results of kokoro's class."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from kokoro_fast.compat.model import REPO_ID, KModel, check_repo, check_speed
from kokoro_fast.compat.tokens import AnyToken, KToken, chunks, convert, parse, timed_tokens
from kokoro_fast.errors import InputError
from kokoro_fast.text import Phonemizer, phonemizer, resolve_language
from kokoro_fast.types import Token, VoiceLike
from kokoro_fast.weights import load_voice

Speed = float | Callable[[int], float]
"""A factor (larger is faster), or a function that gives the factor for a number of phoneme symbols."""


class KPipeline:
    """Text to phonemes to audio for one language, and the voices.

    Without a model a pipeline is "quiet": `audio` of its results is None, and no weights are loaded.

    Attributes:
        lang_code: the letter of the language, as in "a".
        model: the KModel, or None.
        voices: every voice loaded so far by name, (510, 1, 256) each. A voice put in here can be called by its name.
        g2p: turns a text into (phonemes, tokens). It may be replaced, by one of misaki's for instance.
    """

    def __init__(
        self,
        lang_code: str,
        repo_id: str | None = None,
        model: KModel | bool = True,
        trf: bool = False,
        en_callable: Callable[[str], str] | None = None,
        device: str | None = None,
    ) -> None:
        """Prepare a language.

        Args:
            lang_code: "a", "en-us" or "American English"; one letter for every language of kokoro.
            repo_id: None or "hexgrad/Kokoro-82M".
            model: a KModel to use, True to load one, False for a quiet pipeline.
            trf: asks for kokoro's larger tagger. This package has none: True warns and uses the small one.
            en_callable: has no effect; kokoro uses it for Mandarin only.
            device: the device of a new model, as in "cuda"; None for the CPU.

        Raises:
            InputError: unknown language, one whose text cannot be read, another repository, or no such device.
            WeightsError: no usable weights were found.
        """
        check_repo(repo_id)
        if trf:
            warnings.warn("trf=True: there is no transformer tagger here, the small one is used", stacklevel=2)
        language = resolve_language(lang_code)
        self.repo_id = repo_id or REPO_ID
        self.lang_code = language.letter
        self.g2p: Callable[[str], tuple[str, Sequence[AnyToken] | None]] = _G2P(phonemizer(language, normalize=False))
        self.voices: dict[str, Tensor] = {}
        self.model: KModel | None = None
        if isinstance(model, KModel):
            self.model = model
        elif model:
            _check_device(device)
            self.model = KModel(repo_id).to(device or "cpu")

    @dataclass
    class Result:
        """One piece of speech. It also unpacks, indexes and counts as the triple (graphemes, phonemes, audio).

        Attributes:
            graphemes: the text of the piece.
            phonemes: at most 510 symbols, as spoken.
            tokens: its words and marks, with times if there is audio.
            output: the output of the model, or None.
            text_index: the index of its piece of the split text, or of its text in a list.
        """

        graphemes: str
        phonemes: str
        tokens: list[KToken] | None = None
        output: KModel.Output | None = None
        text_index: int | None = None

        @property
        def audio(self) -> Tensor | None:
            return None if self.output is None else self.output.audio

        @property
        def pred_dur(self) -> Tensor | None:
            return None if self.output is None else self.output.pred_dur

        def __iter__(self) -> Iterator[Any]:
            return iter((self.graphemes, self.phonemes, self.audio))

        def __getitem__(self, index: int | slice) -> Any:
            return [self.graphemes, self.phonemes, self.audio][index]

        def __len__(self) -> int:
            return 3

    def __call__(
        self,
        text: str | Iterable[str],
        voice: VoiceLike | None = None,
        speed: Speed = 1,
        split_pattern: str | None = r"\n+",
        model: KModel | None = None,
    ) -> Iterator[Result]:
        """Speak a text, piece by piece. A piece of at most 510 symbols is spoken as a whole.

        Args:
            text: one text, or several.
            voice: see `load_voice`. A quiet pipeline needs none.
            speed: a factor (larger is faster), or a function from the number of symbols of a piece to its factor.
            split_pattern: a regular expression for the text between the pieces; None keeps the text whole.
            model: a model to use instead of the pipeline's.

        Raises:
            InputError: something that is no text, no voice or an unknown one, or a speed that is not above 0.
        """
        pieces = _pieces(text, split_pattern)
        model, pack = self._model_and_pack(model, voice, speed)
        return self._speak_texts(pieces, pack, speed, model)

    def generate_from_tokens(
        self,
        tokens: str | Iterable[AnyToken],
        voice: VoiceLike | None = None,
        speed: Speed = 1,
        model: KModel | None = None,
    ) -> Iterator[Result]:
        """Speak phonemes: a string, or tokens as `g2p` makes them. The given tokens are not changed.

        Arguments, errors and results are those of a call with one text; symbols that cannot be spoken are left out with
        an UnspokenTextWarning.
        """
        model, pack = self._model_and_pack(model, voice, speed)
        ours = parse(tokens) if isinstance(tokens, str) else convert(tokens)
        return self._speak_tokens(ours, pack, speed, model)

    def load_voice(self, voice: VoiceLike, delimiter: str = ",") -> Tensor:
        """The style rows (510, 1, 256) of a voice.

        Args:
            voice: a name, a file, or several that are averaged, as in "af_bella,af_sky"; with shares, as in
                "af_bella:0.7,af_sky:0.3"; or a tensor (510, 1, 256).
            delimiter: the string between several voices.

        Raises:
            InputError: not a voice.
            WeightsError: a published voice cannot be fetched.
        """
        if not isinstance(voice, str):
            return load_voice(voice).unsqueeze(1)
        names = [name.strip() for name in voice.split(delimiter)]
        if len(names) == 1 or voice in self.voices:
            return self.load_single_voice(voice)
        if ":" in voice:
            return self.load_single_voice(",".join(names))
        self.voices[voice] = torch.stack([self.load_single_voice(name) for name in names]).mean(0)
        return self.voices[voice]

    def load_single_voice(self, voice: str) -> Tensor:
        """The style rows (510, 1, 256) of one voice, read once."""
        if voice not in self.voices:
            self.voices[voice] = load_voice(voice).unsqueeze(1)
        return self.voices[voice]

    @staticmethod
    def infer(model: KModel, ps: str, pack: Tensor, speed: Speed = 1) -> KModel.Output:
        """Speak up to 510 symbols with the row of a voice (510, 1, 256) that belongs to their number."""
        factor = speed(len(ps)) if callable(speed) else speed
        output: KModel.Output = model(ps, pack[len(ps) - 1], factor, return_output=True)
        return output

    def _model_and_pack(
        self, model: KModel | None, voice: VoiceLike | None, speed: Speed
    ) -> tuple[KModel | None, Tensor | None]:
        """The model that will speak, and the rows of its voice; both None in a quiet pipeline."""
        if not callable(speed):
            check_speed(speed)
        model = model or self.model
        if model is None:
            return None, None
        if voice is None:
            raise InputError('voice: expected a name, a file or a tensor, as in voice="af_heart"; got None')
        return model, self.load_voice(voice)

    def _speak_texts(
        self, pieces: list[str], pack: Tensor | None, speed: Speed, model: KModel | None
    ) -> Iterator[Result]:
        for index, piece in enumerate(pieces):
            if piece.strip():
                phonemes, tokens = self.g2p(piece)
                ours = parse(phonemes) if tokens is None else convert(tokens)
                # A g2p that gives no tokens leaves the text of the piece as the only graphemes.
                for result in self._speak_tokens(ours, pack, speed, model):
                    yield replace(result, graphemes=result.graphemes or piece.strip(), text_index=index)

    def _speak_tokens(
        self, tokens: list[Token], pack: Tensor | None, speed: Speed, model: KModel | None
    ) -> Iterator[Result]:
        for chunk in chunks(tokens):
            output = None if model is None or pack is None else self.infer(model, chunk.phonemes, pack, speed)
            graphemes = "".join(token.text + token.whitespace for token in chunk.tokens).strip()
            durations = None if output is None or output.pred_dur is None else output.pred_dur.tolist()
            yield self.Result(graphemes, chunk.phonemes, timed_tokens(chunk, durations), output)


class _G2P:
    """`KPipeline.g2p`, which turns a text into (phonemes, tokens)."""

    def __init__(self, phonemizer: Phonemizer) -> None:
        self._phonemizer = phonemizer

    def __call__(self, text: str) -> tuple[str, list[KToken]]:
        tokens = list(self._phonemizer.tokens(text, markup="plain"))  # kokoro raises no error for brackets
        theirs = [KToken(token.text, token.phonemes, token.whitespace, token.tag) for token in tokens]
        return "".join(token.symbols for token in tokens).strip(), theirs


def _check_device(device: str | None) -> None:
    if device is not None and device.startswith("cuda") and not torch.cuda.is_available():
        raise InputError(f"device: expected one that is present, got {device}, and torch finds no CUDA")


def _pieces(text: str | Iterable[str], split_pattern: str | None) -> list[str]:
    if isinstance(text, str):
        return re.split(split_pattern, text.strip()) if split_pattern else [text]
    if not isinstance(text, Iterable):
        raise InputError(f"text: expected a string or a list of strings, got {text!r}")
    pieces = list(text)
    for piece in pieces:
        if not isinstance(piece, str):
            raise InputError(f"text: expected a string or a list of strings, got a list with {piece!r}")
    return pieces
