"""The work of `kokoro-fast say`: a short text goes straight to its file, a long one is a job that can be resumed."""

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

from kokoro_fast._version import installed_version
from kokoro_fast.cli.terminal import STANDARD, TextSource, progress, tell, to_standard_output
from kokoro_fast.clock import clock
from kokoro_fast.config import SAMPLE_RATE

if TYPE_CHECKING:
    from kokoro_fast.audio.player import Player
    from kokoro_fast.book import Outline, ResumableJob
    from kokoro_fast.engine import Kokoro
    from kokoro_fast.speech import Speech
    from kokoro_fast.text import MarkupMode
    from kokoro_fast.types import Word

LONG_TEXT = 1000
"""Characters from which a run that was stopped can go on: about a minute of speech."""

WORTH_A_BAR = 500
"""Characters from which a progress bar is shown."""

CHAPTERED = (".m4b", ".m4a", ".mp3", ".opus")
"""Suffixes of the formats that have chapter marks."""


@dataclass(frozen=True, slots=True)
class SayOptions:
    """Everything that the command line asks for.

    Attributes:
        source: what to say.
        output: a file name, "-" for standard output, None for none.
        play: whether to play the speech.
        subtitles: a file name, or None.
        title: for the sound file.
        engine: the arguments of `Kokoro` except the seed.
        seed: the seed of the engine; None draws one.
        speed, markup: as in `Kokoro.parts`.
        as_json: whether to print what was said, as JSON.
        quiet: whether to leave out the progress bar and the closing line.
    """

    source: TextSource
    output: str | None
    play: bool
    subtitles: str | None
    title: str | None
    engine: dict[str, Any]
    seed: int | None
    speed: float
    markup: MarkupMode
    as_json: bool
    quiet: bool

    @property
    def content(self) -> str:
        """The text or phonemes to say."""
        return self.source.text or self.source.phonemes or ""

    @property
    def name(self) -> str:
        """The name of the output in messages."""
        if self.output is None:
            return "played"
        return "standard output" if self.output == STANDARD else self.output

    @property
    def file(self) -> Path | None:
        """The sound file, if there is to be one."""
        return None if self.output in (None, STANDARD) else Path(str(self.output))


def run(options: SayOptions) -> None:
    """Do what the options ask for.

    Raises:
        KokoroFastError: it cannot be done.
        OSError: a disk is full or fails.
    """
    from kokoro_fast.book import Outline, find_outline

    outline = find_outline(options.content) if options.source.is_document else Outline(options.content)
    _check_names(options)
    file = options.file
    if file and (len(options.content) >= LONG_TEXT or (outline.chapters and file.suffix.lower() in CHAPTERED)):
        _say_long(options, file, outline)
    else:
        _say_short(options, outline)


def _check_names(options: SayOptions) -> None:
    """Whatever is wrong with the names of files is said before hours of job."""
    from kokoro_fast.audio.writer import check_output
    from kokoro_fast.subtitles.writer import check_subtitles

    if options.file is not None:
        check_output(options.file)
    if options.subtitles is not None:
        check_subtitles(options.subtitles)


def _say_short(options: SayOptions, outline: Outline) -> None:
    from kokoro_fast.types import add_word

    started = time.perf_counter()
    tts = _engine(options, options.seed)
    loaded = time.perf_counter()
    words: list[Word] = []
    phonemes: list[str] = []
    n_samples = 0
    hidden = options.quiet or len(options.content) < WORTH_A_BAR
    with (
        _sinks(options, outline) as send,
        _parts(tts, options, outline) as parts,
        progress(len(options.content), "characters", hidden) as reached,
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
    _report(options, n_samples, how)
    if options.as_json:
        _print_json(options, n_samples, phonemes, words)


@contextmanager
def _sinks(options: SayOptions, outline: Outline) -> Iterator[Callable[[Speech, list[Word]], None]]:
    """A function that hands a part, with its words timed from the start of the whole, to every output."""
    from kokoro_fast.audio.encoders import Tags
    from kokoro_fast.audio.player import Player
    from kokoro_fast.audio.writer import Writer
    from kokoro_fast.subtitles.writer import SubtitleWriter

    with ExitStack() as stack:
        player = stack.enter_context(Player()) if options.play else None
        subtitles = stack.enter_context(SubtitleWriter(options.subtitles)) if options.subtitles else None
        write: Callable[[Any], None] | None = to_standard_output if options.output == STANDARD else None
        if options.file is not None:
            write = stack.enter_context(Writer(options.file, tags=Tags(_title(options, outline)))).write

        def send(part: Speech, words: list[Word]) -> None:
            if write is not None:
                write(part.audio)
            if subtitles is not None:
                subtitles.add(words)
            if player is not None:
                player.play(part.audio)

        yield send


def _say_long(options: SayOptions, output: Path, outline: Outline) -> None:
    from kokoro_fast.audio.player import Player
    from kokoro_fast.book import Publication, ResumableJob, write_book

    subtitles = None if options.subtitles is None else Path(options.subtitles)
    publication = Publication(output, subtitles, _title(options, outline) or output.stem, outline.chapters)
    with ExitStack() as stack:
        job = stack.enter_context(ResumableJob(output))
        player = stack.enter_context(Player()) if options.play else None
        stack.enter_context(_telling_what_is_kept(job, options))
        _resume(job, options, outline)
        how = "" if job.complete else _speak_rest(job, options, outline, player)
        with progress(job.n_samples // SAMPLE_RATE, f"seconds written to {output.name}", options.quiet) as reached:
            write_book(job, publication, lambda n_samples: reached(n_samples // SAMPLE_RATE))
        _report(options, job.n_samples, how)
        if options.as_json:
            _print_json(options, job.n_samples, job.phonemes(), job.words())
        job.remove()


def _resume(job: ResumableJob, options: SayOptions, outline: Outline) -> None:
    problem = job.begin(_settings(options, outline.spoken), _seed(options))
    if problem:
        tell(f"{options.name}: starting anew, {problem}")
    elif job.n_parts and not options.quiet:
        percent = 100 * job.char_end // max(len(options.content), 1)
        tell(f"{options.name}: going on after {clock(job.n_samples // SAMPLE_RATE)} of speech, {percent} % of the text")


def _speak_rest(job: ResumableJob, options: SayOptions, outline: Outline, player: Player | None) -> str:
    """Speak what is missing. Return how fast that was, in words."""
    before, started = job.n_samples, time.perf_counter()
    tts = _engine(options, job.seed)
    loaded = time.perf_counter()
    with (
        _parts(tts, options, outline, job.n_parts) as parts,
        progress(len(options.content), "characters", options.quiet, job.char_end) as reached,
    ):
        for part in parts:
            job.add(part)
            if player is not None:
                player.play(part.audio)
            reached(job.char_end)
    job.finish()
    made = f", {clock((job.n_samples - before) // SAMPLE_RATE)} of it made now" if before else ""
    return made + _speed(tts, job.n_samples - before, time.perf_counter() - loaded, loaded - started)


@contextmanager
def _telling_what_is_kept(job: ResumableJob, options: SayOptions) -> Iterator[None]:
    """Tell the user what is kept when a run ends early, for whatever reason."""
    try:
        yield
    except BaseException:
        if job.n_parts and not options.quiet:
            kept = clock(job.n_samples // SAMPLE_RATE)
            tell(f"{options.name}: {kept} of speech are kept, the same command goes on from there")
        raise


def _engine(options: SayOptions, seed: int | None) -> Kokoro:
    from kokoro_fast.engine import Kokoro

    return Kokoro(**options.engine, seed=seed)


@contextmanager
def _parts(tts: Kokoro, options: SayOptions, outline: Outline, skip: int = 0) -> Iterator[Iterator[Speech]]:
    """The parts, with their words placed in the user's text: exact ones, or live ones if they are only played."""
    text, phonemes = (outline.spoken, None) if options.source.phonemes is None else (None, outline.spoken)
    if options.output is None:
        with tts.stream(text, speed=options.speed, phonemes=phonemes, markup=options.markup) as live:
            yield (_placed(part, outline) for part in live)
    else:
        parts = tts.parts(text, speed=options.speed, phonemes=phonemes, markup=options.markup, skip=skip)
        yield (_placed(part, outline) for part in parts)


def _placed(part: Speech, outline: Outline) -> Speech:
    if not outline.tags:
        return part
    words = [
        replace(word, char_start=outline.place(word.char_start), char_end=outline.place(word.char_end))
        for word in part.words
    ]
    return replace(part, words=tuple(words))


def _seed(options: SayOptions) -> int:
    return secrets.randbits(48) if options.seed is None else options.seed


def _settings(options: SayOptions, spoken: str) -> dict[str, Any]:
    """Everything that the sound depends on. The number of threads is left out: a job may go on with another number."""
    engine = {name: value for name, value in options.engine.items() if name != "threads"}
    return {
        "the text": hashlib.sha256(spoken.encode("utf-8", "surrogatepass")).hexdigest(),
        "the kind of text": "text" if options.source.phonemes is None else "phonemes",
        "speed": options.speed,
        "seed": options.seed,
        "markup": options.markup,
        **engine,
        "the files of the options": {name: _fingerprint(value) for name, value in engine.items()},
        "the version": installed_version(),
    }


def _fingerprint(value: Any) -> list[list[int]]:
    """Size and time of each file that an option names, alone or in a blend of voices."""
    names = [] if not isinstance(value, str) else [value, *(part.split(":")[0].strip() for part in value.split(","))]
    stats = [path.stat() for name in dict.fromkeys(names) if name and (path := Path(name)).is_file()]
    return [[stat.st_size, stat.st_mtime_ns] for stat in stats]


def _title(options: SayOptions, outline: Outline) -> str | None:
    return options.title or outline.title or options.source.name


def _speed(tts: Kokoro, n_samples: int, took: float, loading: float) -> str:
    rate = n_samples / SAMPLE_RATE / took
    compiling = tts.backend.compile_seconds
    compiled = "" if compiling is None else f", {compiling:.1f} s of it torch.compile"
    return f" in {took:.2f} s, {rate:.1f} times real time, after {loading:.1f} s of loading{compiled}"


def _report(options: SayOptions, n_samples: int, how: str) -> None:
    """Print the closing line."""
    seconds = n_samples / SAMPLE_RATE
    length = f"{seconds:.2f} s" if seconds < 60 else clock(n_samples // SAMPLE_RATE)
    if not options.quiet:
        print(f"{options.name}: {length} of speech{how}", file=sys.stderr)


def _print_json(options: SayOptions, n_samples: int, phonemes: Iterable[str], words: Iterable[Word]) -> None:
    """Print one object, piece by piece: a book has a hundred thousand words."""
    seconds = n_samples / SAMPLE_RATE
    head = {"output": options.output, "seconds": seconds, "sample_rate": SAMPLE_RATE, "phonemes": " ".join(phonemes)}
    print(json.dumps(head)[:-1], end=', "words": [')
    for index, word in enumerate(words):
        print(", " if index else "", json.dumps(word.as_dict()), sep="", end="")
    print("]}")
