"""Reads JSON that must have exactly one form. Each error says where, what was expected and what came.

A parser takes a value and its place in the document, and returns the value as Python wants it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Result = TypeVar("Result")
Parser = Callable[[Any, str], Result]


class Unfit(ValueError):
    """What was expected and what came, in one line."""


def load(content: bytes) -> Any:
    """Parse a document: UTF-8, no key twice, no NaN or infinity. Raises Unfit."""
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise Unfit(f"expected UTF-8, got 0x{content[error.start]:02x} at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise Unfit(f"expected JSON, got an error at line {error.lineno}, column {error.colno}: {error.msg}") from None
    except Unfit:
        raise
    except ValueError:
        raise Unfit("expected numbers of a few digits, got thousands") from None
    except RecursionError:
        raise Unfit("expected JSON of a few levels, got hundreds") from None


def fields(parsers: Mapping[str, Parser[Any]], make: Callable[..., Result]) -> Parser[Result]:
    """An object with exactly these fields."""

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
    """An object with any names."""

    def parse(value: Any, where: str) -> dict[str, Result]:
        content = _of_type(value, dict, "an object", where)
        return {name: parser(item, f"{where}[{name!r}]") for name, item in content.items()}

    return parse


def each(parser: Parser[Result]) -> Parser[tuple[Result, ...]]:
    """A list."""

    def parse(value: Any, where: str) -> tuple[Result, ...]:
        items = _of_type(value, list, "a list", where)
        return tuple(parser(item, f"{where}[{index}]") for index, item in enumerate(items))

    return parse


def maybe(parser: Parser[Result]) -> Parser[Result | None]:
    """A value or null."""
    return lambda value, where: None if value is None else parser(value, where)


def one_of(*allowed: Result) -> Parser[Result]:
    """One of a few values."""

    def parse(value: Any, where: str) -> Result:
        for item in allowed:
            if value == item and type(value) is type(item):  # True == 1
                return item
        raise Unfit(f"{_at(where)}expected {' or '.join(map(str, allowed))}, got {_shown(value)}")

    return parse


def text(value: Any, where: str) -> str:
    """A string that can stand in a line."""
    string: str = _of_type(value, str, "a string", where)
    if not string or not string.isprintable():
        raise Unfit(f"{_at(where)}expected printable text, got {_shown(value)}")
    return string


def matching(pattern: str, what: str) -> Parser[str]:
    """A string of a given form."""

    def parse(value: Any, where: str) -> str:
        string = text(value, where)
        if not re.fullmatch(pattern, string):
            raise Unfit(f"{_at(where)}expected {what}, got {_shown(value)}")
        return string

    return parse


def count(value: Any, where: str) -> int:
    """A whole number from 0."""
    number: int = _of_type(value, int, "a whole number", where)
    if number < 0:
        raise Unfit(f"{_at(where)}expected 0 or more, got {number}")
    return number


def length(value: Any, where: str) -> int | str:
    """One dimension of a shape: a number, or letters where it is open."""
    return text(value, where) if isinstance(value, str) else count(value, where)


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


def _no_number(name: str) -> Any:
    raise Unfit(f"expected numbers, got {name}")


def _inside(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _at(where: str) -> str:
    return f"{where}: " if where else ""


def _shown(value: Any) -> str:
    shown = ascii(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
