"""What `kokoro-fast say` does: a short text goes straight to its file, a long one is work that can be resumed."""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.errors import InputError
from kokoro_fast.terminal import STANDARD, Request, progress, tell, to_standard_output

if TYPE_CHECKING:
    from kokoro_fast.book import Outline, Work
    from kokoro_fast.engine import Kokoro
    from kokoro_fast.play import Player
    from kokoro_fast.speech import Speech, Word
    from kokoro_fast.text import Mode

LONG_TEXT = 1000
"""Characters, about a minute of speech: from here on a run that was stopped can go on."""

WORTH_A_BAR = 500
"""Characters from which a progress bar is worth its line."""

CHAPTERED = (".m4b", ".m4a", ".mp3", ".opus")
"""Formats with chapter marks."""


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that `say` was asked for.

    Attributes:
        request: what to say.
        output: a file name, "-" for standard output, None for none.
        play: whether it is to be heard.
        subtitles: a file name, or None.
        title: for the sound file.
        engine: arguments of `Kokoro` but for the seed.
        seed: as given.
        speed, markup: as in `Kokoro.parts`.
        as_json: print what was said.
        quiet: no bar, no closing line.
    """

    request: Request
    output: str | None
    play: bool
    subtitles: str | None
    title: str | None
    engine: dict[str, Any]
    seed: int | None
    speed: float
    markup: Mode
    as_json: bool
    quiet: bool

    @property
    def source(self) -> str:
        """Text or phonemes."""
        return self.request.text or self.request.phonemes or ""

    @property
    def name(self) -> str:
        """Of the output, for messages."""
        if self.output is None:
            return "played"
        return "standard output" if self.output == STANDARD else self.output

    @property
    def file(self) -> Path | None:
        """The sound file, if there is to be one."""
        return None if self.output in (None, STANDARD) else Path(str(self.output))


def say(order: Order) -> None:
    """Carry out an order.

    Raises:
        KokoroFastError: it cannot be done.
        OSError: a disk is full or fails.
    """
    from kokoro_fast.book import Outline, outline

    found = outline(order.source) if order.request.is_document else Outline(order.source)
    _check_names(order)
    file = order.file
    if file and (len(order.source) >= LONG_TEXT or (found.chapters and file.suffix.lower() in CHAPTERED)):
        _say_long(order, file, found)
    else:
        _say_short(order, found)


def _check_names(order: Order) -> None:
    """Whatever is wrong with the names of files is said before hours of work."""
    from kokoro_fast.audio import check_output
    from kokoro_fast.subtitles import SubtitleWriter

    if order.file is not None:
        check_output(order.file)
    if order.subtitles is not None:
        SubtitleWriter(order.subtitles)
        if not Path(order.subtitles).parent.is_dir():
            raise InputError(f"subtitles {order.subtitles}: expected the folder to exist, found none")


def _say_short(order: Order, found: Outline) -> None:
    from kokoro_fast.speech import add_word

    started = time.perf_counter()
    tts = _engine(order, order.seed)
    loaded = time.perf_counter()
    words: list[Word] = []
    phonemes: list[str] = []
    n_samples = 0
    hidden = order.quiet or len(order.source) < WORTH_A_BAR
    with (
        _sinks(order, found) as send,
        _parts(tts, order, found) as parts,
        progress(len(order.source), "characters", hidden) as reached,
    ):
        for part in parts:
            placed = [word.later(n_samples) for word in part.words]
            send(part, placed)
            for word in placed:
                add_word(words, word)
            phonemes.append(part.phonemes)
            n_samples += len(part.audio)
            if words:
                reached(words[-1].char_end)
        how = _speed(tts, n_samples, time.perf_counter() - loaded, loaded - started)
    _report(order, n_samples, how)
    if order.as_json:
        _print_json(order, n_samples, phonemes, words)


@contextmanager
def _sinks(order: Order, found: Outline) -> Iterator[Callable[[Speech, list[Word]], None]]:
    """A function that takes a part, and its words timed from the start of the whole, to all who want them."""
    from kokoro_fast.audio import Writer
    from kokoro_fast.encoders import Tags
    from kokoro_fast.play import Player
    from kokoro_fast.subtitles import SubtitleWriter

    with ExitStack() as stack:
        player = stack.enter_context(Player()) if order.play else None
        subtitles = stack.enter_context(SubtitleWriter(order.subtitles)) if order.subtitles else None
        write: Callable[[Any], None] | None = to_standard_output if order.output == STANDARD else None
        if order.file is not None:
            write = stack.enter_context(Writer(order.file, tags=Tags(_title(order, found)))).write

        def send(part: Speech, words: list[Word]) -> None:
            if write is not None:
                write(part.audio)
            if subtitles is not None:
                subtitles.add(words)
            if player is not None:
                player.play(part.audio)

        yield send


def _say_long(order: Order, output: Path, found: Outline) -> None:
    from kokoro_fast.book import Publication, Work, publish
    from kokoro_fast.play import Player

    subtitles = None if order.subtitles is None else Path(order.subtitles)
    publication = Publication(output, subtitles, _title(order, found) or output.stem, found.chapters)
    with ExitStack() as stack:
        work = stack.enter_context(Work(output))
        player = stack.enter_context(Player()) if order.play else None
        stack.enter_context(_keeping(work, order))
        _take_up(work, order, found)
        how = "" if work.complete else _speak_rest(work, order, found, player)
        with progress(work.n_samples // SAMPLE_RATE, f"seconds written to {output.name}", order.quiet) as reached:
            publish(work, publication, lambda n_samples: reached(n_samples // SAMPLE_RATE))
        _report(order, work.n_samples, how)
        if order.as_json:
            _print_json(order, work.n_samples, work.phonemes(), work.words())
        work.remove()


def _take_up(work: Work, order: Order, found: Outline) -> None:
    problem = work.begin(_settings(order, found.spoken), _seed(order))
    if problem:
        tell(f"{order.name}: starting anew, {problem}")
    elif work.n_parts and not order.quiet:
        percent = 100 * work.char_end // max(len(order.source), 1)
        tell(f"{order.name}: going on after {_clock(work.n_samples)} of speech, {percent} % of the text")


def _speak_rest(work: Work, order: Order, found: Outline, player: Player | None) -> str:
    """Speak what is missing. Returns how fast that was, in words."""
    before, started = work.n_samples, time.perf_counter()
    tts = _engine(order, work.seed)
    loaded = time.perf_counter()
    with (
        _parts(tts, order, found, work.n_parts) as parts,
        progress(len(order.source), "characters", order.quiet, work.char_end) as reached,
    ):
        for part in parts:
            work.add(part)
            if player is not None:
                player.play(part.audio)
            reached(work.char_end)
    work.finish()
    made = f", {_clock(work.n_samples - before)} of it made now" if before else ""
    return made + _speed(tts, work.n_samples - before, time.perf_counter() - loaded, loaded - started)


@contextmanager
def _keeping(work: Work, order: Order) -> Iterator[None]:
    """Says what is kept when a run ends early, for whatever reason."""
    try:
        yield
    except BaseException:
        if work.n_parts and not order.quiet:
            tell(f"{order.name}: {_clock(work.n_samples)} of speech are kept, the same command goes on from there")
        raise


def _engine(order: Order, seed: int | None) -> Kokoro:
    from kokoro_fast.engine import Kokoro

    return Kokoro(**order.engine, seed=seed)


@contextmanager
def _parts(tts: Kokoro, order: Order, found: Outline, skip: int = 0) -> Iterator[Iterator[Speech]]:
    """The exact parts, with their words in the user's text; live ones where nothing but the ear waits for them."""
    text, phonemes = (found.spoken, None) if order.request.phonemes is None else (None, found.spoken)
    if order.output is None:
        with tts.stream(text, speed=order.speed, phonemes=phonemes, markup=order.markup) as live:
            yield (_placed(part, found) for part in live)
    else:
        parts = tts.parts(text, speed=order.speed, phonemes=phonemes, markup=order.markup, skip=skip)
        yield (_placed(part, found) for part in parts)


def _placed(part: Speech, found: Outline) -> Speech:
    if not found.tags:
        return part
    words = [
        replace(word, char_start=found.place(word.char_start), char_end=found.place(word.char_end))
        for word in part.words
    ]
    return replace(part, words=tuple(words))


def _seed(order: Order) -> int:
    return secrets.randbits(48) if order.seed is None else order.seed


def _settings(order: Order, spoken: str) -> dict[str, Any]:
    """All that the sound depends on. The number of threads is not among it: the same work can go on with another."""
    from kokoro_fast import __version__

    engine = {name: value for name, value in order.engine.items() if name != "threads"}
    return {
        "the text": hashlib.sha256(spoken.encode("utf-8", "surrogatepass")).hexdigest(),
        "the kind of text": "text" if order.request.phonemes is None else "phonemes",
        "speed": order.speed,
        "seed": order.seed,
        "markup": order.markup,
        **engine,
        "the files of the options": {name: _fingerprint(value) for name, value in engine.items()},
        "the version": __version__,
    }


def _fingerprint(value: Any) -> list[list[int]]:
    """Size and time of each file that an option names, alone or in a blend of voices."""
    names = [] if not isinstance(value, str) else [value, *(part.split(":")[0].strip() for part in value.split(","))]
    stats = [path.stat() for name in dict.fromkeys(names) if name and (path := Path(name)).is_file()]
    return [[stat.st_size, stat.st_mtime_ns] for stat in stats]


def _title(order: Order, found: Outline) -> str | None:
    return order.title or found.title or order.request.name


def _speed(tts: Kokoro, n_samples: int, took: float, loading: float) -> str:
    rate = n_samples / SAMPLE_RATE / took
    compiling = tts.backend.compile_seconds
    compiled = "" if compiling is None else f", {compiling:.1f} s of it torch.compile"
    return f" in {took:.2f} s, {rate:.1f} times real time, after {loading:.1f} s of loading{compiled}"


def _report(order: Order, n_samples: int, how: str) -> None:
    """The closing line."""
    seconds = n_samples / SAMPLE_RATE
    length = f"{seconds:.2f} s" if seconds < 60 else _clock(n_samples)
    if not order.quiet:
        print(f"{order.name}: {length} of speech{how}", file=sys.stderr)


def _print_json(order: Order, n_samples: int, phonemes: Iterable[str], words: Iterable[Word]) -> None:
    """One object, written piece by piece: a book has a hundred thousand words."""
    seconds = n_samples / SAMPLE_RATE
    head = {"output": order.output, "seconds": seconds, "sample_rate": SAMPLE_RATE, "phonemes": " ".join(phonemes)}
    print(json.dumps(head)[:-1], end=', "words": [')
    for index, word in enumerate(words):
        print(", " if index else "", json.dumps(word.as_dict()), sep="", end="")
    print("]}")


def _clock(n_samples: int) -> str:
    """Hours, minutes and seconds: "1:02:03"."""
    minutes, seconds = divmod(n_samples // SAMPLE_RATE, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
