"""`kokoro-fast voices`: list the published voices."""

from __future__ import annotations

import json

import click


@click.command()
@click.option("-l", "--lang", help="List only voices of this language, such as en-gb.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def voices(lang: str | None, as_json: bool) -> None:
    """List the published voices: name, language, gender.

    \b
    kokoro-fast voices --lang en-gb
    kokoro-fast voices --json
    """
    from kokoro_fast.text.g2p.languages import LANGUAGES, resolve_language
    from kokoro_fast.weights.catalog import VOICES

    code = resolve_language(lang).code if lang else None
    found = [voice for voice in VOICES.values() if code in (None, voice.language)]
    if as_json:
        rows = [{"name": voice.name, "language": voice.language, "gender": voice.gender} for voice in found]
        click.echo(json.dumps(rows, indent=1))
        return
    names = {language.code: language.name for language in LANGUAGES}
    for voice in found:
        click.echo(f"{voice.name:14} {voice.language:6} {names[voice.language]:21} {voice.gender}")
