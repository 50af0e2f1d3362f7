"""Who may import whom. The rooms of the package stay apart; this walks every import of every file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import kokoro_fast

PACKAGE = Path(kokoro_fast.__file__).parent
NAME = PACKAGE.name

BASE = {"config", "errors"}

# fmt: off
ALLOWED: dict[str, set[str]] = {
    # room -> the other rooms it may import. A room is a module, or a package with all that is inside.
    "config":   set(),
    "errors":   set(),
    "types":    set(),
    "ops":      {"errors"},
    "text":     BASE | {"types", "abbreviations"},
    "breaks":   BASE | {"types"},
    "costs":    BASE | {"types"},
    "abbreviations": set(),
    "kinds":    BASE | {"types", "breaks", "costs", "abbreviations"},
    "plan":     BASE | {"types", "breaks", "kinds", "costs"},
    "stitch":   BASE | {"_native"},
    "encoders": BASE,
    "audio":    BASE | {"_native", "encoders"},
    "speech":   BASE | {"audio", "subtitles"},
    "cues":     BASE | {"speech"},
    "subtitles": BASE | {"speech", "cues"},
    "book":     BASE | {"audio", "encoders", "speech", "subtitles"},
    "play":     BASE | {"audio"},
    "joins":    BASE | {"types"},
    "evenness": BASE,
    "timing":   BASE | {"types", "speech"},
    "supply":   BASE,
    "phonemes": BASE | {"types", "text", "plan", "joins"},
    "synthesis": BASE | {"types", "weights", "supply", "evenness", "joins", "timing", "stitch", "speech"},
    "ahead":    set(),
    "stream":   BASE | {"ahead", "speech", "text"},
    "model":    BASE | {"ops", "weights"},
    "weights":  BASE,
    "artifact": BASE | {"weights"},
    "backends": BASE | {"model", "ops", "weights", "types", "artifact"},
    "export":   BASE | {"model", "ops", "weights", "backends", "artifact", "__init__"},
}
# fmt: on

FREE = {"engine", "compat", "cli", "commands", "say", "doctor", "terminal", "__main__", "__init__"}
"""The ends of the house: they see the stages together. What nobody may import is tested apart."""

TORCHLESS = [
    "config",
    "errors",
    "types",
    "text",
    "breaks",
    "plan",
    "audio",
    "encoders",
    "book",
    "play",
    "say",
    "stitch",
    "speech",
    "cues",
    "subtitles",
    "joins",
    "evenness",
    "timing",
    "supply",
    "ahead",
    "stream",
    "cli",
    "commands",
    "phonemes",
]

NOBODY_IMPORTS = {"cli": {"__main__"}, "commands": {"cli"}, "engine": {"__init__", "compat", "say", "doctor"}}
"""Room -> the only ones that may import it."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import of one module.

    Attributes:
        module: who imports, such as "model.kokoro".
        target: what, absolute: "kokoro_fast.weights.find_weights" or "torch.nn".
        function: name of the function around it, "" at module level.
    """

    module: str
    target: str
    function: str

    @property
    def room(self) -> str:
        return self.module.split(".")[0]

    @property
    def target_room(self) -> str | None:
        """The room of ours that is imported; None for a package of others."""
        top, *rest = self.target.split(".")
        if top != NAME:
            return None
        return rest[0] if rest and is_room(rest[0]) else "__init__"

    def __str__(self) -> str:
        return f"{self.module}{f' in {self.function}()' if self.function else ''} imports {self.target}"


def is_room(name: str) -> bool:
    return (PACKAGE / name).is_dir() or any(PACKAGE.glob(f"{name}.*"))


def imports_of(source: str, module: str, is_package: bool) -> list[Import]:
    """The imports of a file; those for type checkers only do not count."""

    def visit(node: ast.AST, function: str) -> Iterator[Import]:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.FunctionDef):
            function = node.name
        if isinstance(node, ast.Import):
            yield from (Import(module, alias.name, function) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(node, module, is_package)
            yield from (Import(module, f"{base}.{alias.name}", function) for alias in node.names)
        for child in ast.iter_child_nodes(node):
            yield from visit(child, function)

    return list(visit(ast.parse(source), ""))


def absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    """`from ..config` inside `model.kokoro` -> `kokoro_fast.config`."""
    if node.level == 0:
        return node.module or ""
    path = [NAME, *module.split(".")]
    above = node.level - 1 if is_package else node.level
    path = path[: len(path) - above]
    return ".".join([*path, *([node.module] if node.module else [])])


def all_imports() -> list[Import]:
    found: list[Import] = []
    for file in sorted(PACKAGE.glob("**/*.py")):
        parts = list(file.relative_to(PACKAGE).with_suffix("").parts)
        is_package = parts[-1] == "__init__" and len(parts) > 1
        module = ".".join(parts[:-1] if is_package else parts)
        found += imports_of(file.read_text("utf-8"), module, is_package)
    return found


IMPORTS = all_imports()


def test_every_room_is_known() -> None:
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert rooms == set(ALLOWED) | FREE, "a new room: say in ALLOWED what it may import"


@pytest.mark.parametrize("room", ALLOWED)
def test_room_imports_only_what_it_may(room: str) -> None:
    allowed = {room, None, *ALLOWED[room]}
    broken = [str(i) for i in IMPORTS if i.room == room and i.target_room not in allowed]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("room", TORCHLESS)
def test_no_torch_when_imported(room: str) -> None:
    broken = [str(i) for i in IMPORTS if i.room == room and not i.function and i.target.split(".")[0] == "torch"]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("room", ["text", "plan", "audio", "stitch", "joins", "timing", "speech"])
def test_no_torch_at_all(room: str) -> None:
    broken = [str(i) for i in IMPORTS if i.room == room and i.target.split(".")[0] == "torch"]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("room", NOBODY_IMPORTS)
def test_the_ends_of_the_house_are_not_imported(room: str) -> None:
    allowed = NOBODY_IMPORTS[room] | {room}
    broken = [str(i) for i in IMPORTS if i.target_room == room and i.room not in allowed]
    assert not broken, "\n".join(broken)


def test_model_knows_weights_in_one_place() -> None:
    places = {(i.module, i.function) for i in IMPORTS if i.room == "model" and i.target_room == "weights"}
    assert places == {("model.kokoro", "from_pretrained")}


def test_only_the_engine_knows_every_stage() -> None:
    stages = {"text", "plan", "backends", "synthesis", "stream"}
    knows = {room: {i.target_room for i in IMPORTS if i.room == room} for room in {i.room for i in IMPORTS}}
    assert {room for room, known in knows.items() if stages <= known} - {"compat"} == {"engine"}


def test_walk_sees_what_it_should() -> None:
    """The walk must find relative, nested and aliased imports, or the tests above could not fail."""
    source = """
from __future__ import annotations
from typing import TYPE_CHECKING
import torch.nn as nn
from .. import ops
from ..config import ModelConfig
from . import layers
if TYPE_CHECKING:
    from kokoro_fast import engine
def load():
    if True:
        from kokoro_fast.weights.store import find_weights
"""
    found = [str(i) for i in imports_of(source, "model.kokoro", is_package=False)]
    assert found[2:] == [
        "model.kokoro imports torch.nn",
        "model.kokoro imports kokoro_fast.ops",
        "model.kokoro imports kokoro_fast.config.ModelConfig",
        "model.kokoro imports kokoro_fast.model.layers",
        "model.kokoro in load() imports kokoro_fast.weights.store.find_weights",
    ]
    (inside,) = imports_of("from ..errors import InputError", "text", is_package=True)
    assert inside.target == "kokoro_fast.errors.InputError"
    assert inside.target_room == "errors"
