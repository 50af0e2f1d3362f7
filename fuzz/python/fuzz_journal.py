"""The journal of a job: no error at all, and what is taken up can be written to a journal again and read from there.

An input that begins with "+" is the lines without their checksums, which are put before them here: no engine would find
them.
"""

from __future__ import annotations

import zlib

from harness import InputFile, fuzz, import_instrumented, require

with import_instrumented:
    from kokoro_fast.book.journal import Header, Part, encode_line, read_lines

FILE, AGAIN = InputFile("journal"), InputFile("again")


def sealed(lines: bytes) -> bytes:
    checksum, journal = 0, b""
    for line in lines.splitlines():
        checksum = zlib.crc32(line, checksum)
        journal += b"%08x %s\n" % (checksum, line)
    return journal


def check(data: bytes) -> None:
    content = sealed(data[1:]) if data.startswith(b"+") else data
    end = checksum = 0
    again = b""
    found = []
    for line in read_lines(FILE.holding(content)):
        require(content[:end] + content[end : line.end] == content[: line.end], "the lines stand one after the other")
        require(content[line.end - 1 : line.end] == b"\n", "a line is whole")
        end = line.end
        for entry in (Header.of(line), Part.of(line)):
            if entry is not None:
                encoded, checksum = encode_line(entry.entry(), checksum)
                again += encoded
                found.append(entry)
    read = [(Header.of(line) or Part.of(line)) for line in read_lines(AGAIN.holding(again))]
    require(read == found, "what was taken up is the same when it was written again")


fuzz(check)
