"""Times as people and files write them."""

from __future__ import annotations


def clock(seconds: int) -> str:
    """Hours, minutes and seconds for a reader: "1:02:03"."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def timestamp(milliseconds: int) -> str:
    """Hours, minutes, seconds and thousandths, as subtitles and chapter marks have them: "01:02:03.004"."""
    seconds, thousandths = divmod(milliseconds, 1000)
    return f"{clock(seconds):0>8}.{thousandths:03}"
