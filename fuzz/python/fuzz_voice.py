"""A voice, of any format: an error of one line, or (510, 256) finite numbers.

An input that begins with "N" or "P" is the .npy member of a .npz file, or the pickle of a .pt file, and is put into an
archive here: no engine would find the checksums.
"""

from __future__ import annotations

import io
import warnings
from zipfile import ZipFile

from harness import InputFile, fuzz, import_instrumented, refusing, require

with import_instrumented:
    from kokoro_fast.errors import InputError
    from kokoro_fast.weights.voice_files import read_voice_file

FILE = InputFile("voice")


def archived(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def check(data: bytes) -> None:
    if data.startswith(b"N"):
        data = archived({"v.npy": data[1:]})
    elif data.startswith(b"P"):
        data = archived({"v/data.pkl": data[1:], "v/data/0": bytes(64), "v/byteorder": b"little"})
    with refusing(InputError):
        voice = read_voice_file(FILE.holding(data), key="v")
        require(voice.shape == (510, 256) and bool(voice.isfinite().all()), "a voice has its shape and finite numbers")


warnings.simplefilter("ignore")
fuzz(check)
