"""Reads JSON and accepts exactly one form. Each error says the place, what was expected and what came.

A parser takes a value and its place in the document, and returns the value that Python works with.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Result = TypeVar("Result")
Parser = Callable[[Any, str], Result]

_LARGEST = (1 << 53) - 1
"""The largest whole number that a double holds and that no other number rounds to: C++ reads numbers as doubles."""

_NOT_IN_TEXT = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]")
"""Control characters, line ends, invisible characters and those that change the direction of writing.

The set is fixed, and C++ and the schema share it; `str.isprintable` depends on the version of Unicode.
"""


class Unfit(ValueError):
    """The error of a document: what was expected and what came, in one line."""


def load(content: bytes) -> Any:
    """Parse a document: UTF-8, no key twice, no NaN or infinity, no half of a surrogate pair. Raises Unfit."""
    try:
        value = json.loads(
            content.decode("utf-8"), object_pairs_hook=_object, parse_float=_float, parse_constant=_no_number
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as error:
        raise Unfit(f"expected UTF-8, got 0x{content[error.start]:02x} at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise Unfit(f"expected JSON, got an error at line {error.lineno}, column {error.colno}: {error.msg}") from None
    except UnicodeEncodeError:
        raise Unfit("expected a pair of surrogates, got half of one") from None
    except Unfit:
        raise
    except ValueError:
        raise Unfit("expected numbers of a few digits, got thousands") from None
    except RecursionError:
        raise Unfit("expected JSON of a few levels, got hundreds") from None
    return value


def fields(parsers: Mapping[str, Parser[Any]], make: Callable[..., Result]) -> Parser[Result]:
    """A parser of an object with exactly these fields."""

    def parse(value: Any, where: str) -> Result:
        content = _of_type(value, dict, "an object", where)
        for name in parsers:
            if name not in content:
                raise Unfit(f"{_at(where)}expected the field {name!r}, found none")
        for name in content:
            if name not in parsers:
                raise Unfit(f"{_at(where)}expected the fields {', '.join(parsers)}, got also {name!r}")
        return make(**{name: parser(content[name], _inside(where, name)) for name, parser in parsers.items()})

    return parse


def named(parser: Parser[Result]) -> Parser[dict[str, Result]]:
    """A parser of an object with any names."""

    def parse(value: Any, where: str) -> dict[str, Result]:
        content = _of_type(value, dict, "an object", where)
        return {name: parser(item, f"{where}[{name!r}]") for name, item in content.items()}

    return parse


def each(parser: Parser[Result]) -> Parser[tuple[Result, ...]]:
    """A parser of a list."""

    def parse(value: Any, where: str) -> tuple[Result, ...]:
        items = _of_type(value, list, "a list", where)
        return tuple(parser(item, f"{where}[{index}]") for index, item in enumerate(items))

    return parse


def maybe(parser: Parser[Result]) -> Parser[Result | None]:
    """A parser of a value or null."""
    return lambda value, where: None if value is None else parser(value, where)


def one_of(*allowed: Result) -> Parser[Result]:
    """A parser that takes one of a few values."""

    def parse(value: Any, where: str) -> Result:
        given = _as_whole(value)
        for item in allowed:
            if given == item and type(given) is type(item):  # True == 1
                return item
        raise Unfit(f"{_at(where)}expected {' or '.join(map(str, allowed))}, got {_shown(value)}")

    return parse


def text(value: Any, where: str) -> str:
    """Parse a string that can stand in a line."""
    string: str = _of_type(value, str, "a string", where)
    if not is_text(string):
        raise Unfit(f"{_at(where)}expected printable text, got {_shown(value)}")
    return string


def is_text(string: str) -> bool:
    """Whether a string can stand in a line of a terminal."""
    return bool(string) and not _NOT_IN_TEXT.search(string)


def matching(pattern: str, what: str) -> Parser[str]:
    """A parser of a string of a given form."""

    def parse(value: Any, where: str) -> str:
        string = text(value, where)
        if not re.fullmatch(pattern, string):
            raise Unfit(f"{_at(where)}expected {what}, got {_shown(value)}")
        return string

    return parse


def count(value: Any, where: str) -> int:
    """Parse a whole number from 0 on that a double holds."""
    number: int = _of_type(_as_whole(value), int, "a whole number", where)
    if number < 0:
        raise Unfit(f"{_at(where)}expected 0 or more, got {_shown(number)}")
    if number > _LARGEST:
        raise Unfit(f"{_at(where)}expected at most {_LARGEST}, got {_shown(number)}")
    return number


def length(value: Any, where: str) -> int | str:
    """Parse one dimension of a shape: a number, or letters where it is open."""
    return text(value, where) if isinstance(value, str) else count(value, where)


def _as_whole(value: Any) -> Any:
    """An int for a float without a fraction: JSON has one type of number, so 24000.0 is 24000."""
    return int(value) if type(value) is float and value.is_integer() else value


def _of_type(value: Any, kind: type, name: str, where: str) -> Any:
    if type(value) is not kind:
        raise Unfit(f"{_at(where)}expected {name}, got {_shown(value)}")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unfit(f"expected each field once, got {twice!r} twice")
    return content


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise Unfit(f"expected a number that a double can hold, got {_shown(digits)}")
    return number


def _no_number(name: str) -> Any:
    raise Unfit(f"expected numbers, got {name}")


def _inside(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _at(where: str) -> str:
    return f"{where}: " if where else ""


def _shown(value: Any) -> str:
    shown = ascii(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
