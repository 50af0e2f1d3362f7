"""Who may import whom. The packages stand in order, from the ground up, and no import runs uphill.

This walks every import of every file. What is imported for type checkers only does not count.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import kokoro_fast

PACKAGE = Path(kokoro_fast.__file__).parent
NAME = PACKAGE.name

GROUND = ["config", "errors", "symbols", "clock", "_lazy", "_version", "_native", "types", "files", "forks", "bars"]
"""What every package may import. Among themselves, a later one may import an earlier one."""

# fmt: off
USES: dict[str, set[str]] = {
    # package -> the packages above the ground that it imports, exactly. All of them stand before it.
    "text":      set(),
    "chunking":  {"text"},
    "audio":     set(),
    "subtitles": set(),
    "speech":    {"audio", "subtitles"},
    "ops":       set(),
    "weights":   set(),
    "model":     {"ops", "weights"},
    "artifact":  set(),
    "backends":  {"model", "ops", "artifact"},
    "book":      {"audio", "subtitles", "speech"},
    "synthesis": {"weights", "speech"},
    "streaming": {"synthesis", "chunking", "text", "speech"},
    "export":    {"artifact", "model", "ops", "weights", "text", "chunking", "synthesis"},
    "engine":    {"text", "chunking", "backends", "synthesis", "streaming", "speech", "weights"},
    "compat":    {"text", "chunking", "model", "synthesis", "weights"},
    "cli":       {"engine", "text", "audio", "subtitles", "book", "weights", "artifact", "backends", "export", "ops"},
    "__main__":  {"cli"},
}
# fmt: on

ORDER = [*GROUND, *USES]
"""Every module and package of the top level, from the ground up. `__init__` has lazy names alone, and no place here."""

WITHOUT_TORCH = [
    *("text", "chunking", "audio", "subtitles", "speech", "book", "streaming", "cli"),
    *(name for name in GROUND if name != "_native"),
]
"""Importing all of their modules leaves torch alone; it may come with the first call."""

NEVER_TORCH = ["text", "chunking", "audio", "subtitles", "speech", "book", "streaming"]
"""They do not import torch in a function either."""


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
    def package(self) -> str:
        return self.module.split(".")[0]

    @property
    def target_package(self) -> str | None:
        """The package of ours that is imported; None for those of others."""
        top, *rest = self.target.split(".")
        if top != NAME:
            return None
        return rest[0] if rest and is_package(rest[0]) else "__init__"

    @property
    def target_module(self) -> str | None:
        """The module of ours that is imported, such as "model.kokoro"; None for those of others."""
        top, *rest = self.target.split(".")
        if top != NAME:
            return None
        while rest and not is_module(rest):
            rest.pop()
        return ".".join(rest) or "__init__"

    def __str__(self) -> str:
        return f"{self.module}{f' in {self.function}()' if self.function else ''} imports {self.target}"


def is_package(name: str) -> bool:
    return (PACKAGE / name).is_dir() or any(PACKAGE.glob(f"{name}.*"))


def is_module(parts: list[str]) -> bool:
    place = PACKAGE.joinpath(*parts)
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def imports_of(source: str, module: str, is_package: bool) -> list[Import]:
    """The imports of a file; those for type checkers only do not count."""

    def visit(node: ast.AST, function: str) -> Iterator[Import]:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
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


def modules_of(package: str) -> list[str]:
    """The modules of a package, itself included, as one imports them."""
    files = PACKAGE.glob(f"{package}/**/*.py") if (PACKAGE / package).is_dir() else [PACKAGE / f"{package}.py"]
    names = (".".join([NAME, *file.relative_to(PACKAGE).with_suffix("").parts]) for file in files)
    return sorted(name.removesuffix(".__init__") for name in names)


def test_every_package_has_its_place() -> None:
    here = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert here == {*ORDER, "__init__"} - {"_native"}, "a new package: say in USES what it imports"


@pytest.mark.parametrize("package", USES)
def test_a_package_imports_what_it_may_and_no_other(package: str) -> None:
    found = {i.target_package for i in IMPORTS if i.package == package} - {None, package, *GROUND}
    wrong = [str(i) for i in IMPORTS if i.package == package and i.target_package in found - USES[package]]
    assert not wrong, "\n".join(wrong)
    assert found == USES[package]


@pytest.mark.parametrize("package", ORDER)
def test_no_import_runs_uphill(package: str) -> None:
    below = {package, None, *ORDER[: ORDER.index(package)]}
    uphill = [str(i) for i in IMPORTS if i.package == package and i.target_package not in below]
    assert not uphill, "\n".join(uphill)


def test_there_is_no_circle_of_modules() -> None:
    """Within a package too, and in functions too: a module can be read after all that it imports."""
    needs: dict[str, set[str]] = {}
    for i in IMPORTS:
        # A module that names its own package wants another module of it, which has an import of its own here.
        if (target := i.target_module) and target != i.module and not i.module.startswith(f"{target}."):
            needs.setdefault(i.module, set()).add(target)
    while free := {module for module in needs if not needs[module] & needs.keys()}:
        needs = {module: needs[module] - free for module in needs if module not in free}
    assert not needs


@pytest.mark.parametrize("package", WITHOUT_TORCH)
def test_no_torch_when_imported(package: str) -> None:
    modules = modules_of(package)
    assert modules
    code = "\n".join([*(f"import {name}" for name in modules), "import sys", "print('torch' in sys.modules)"])
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "False\n", "")


@pytest.mark.parametrize("package", NEVER_TORCH)
def test_no_torch_at_all(package: str) -> None:
    wrong = [str(i) for i in IMPORTS if i.package == package and i.target.split(".")[0] == "torch"]
    assert not wrong, "\n".join(wrong)


def test_only_the_package_itself_and_its_commands_see_the_engine() -> None:
    assert {i.package for i in IMPORTS if i.target_package == "engine"} <= {"engine", "cli"}
    assert {i.package for i in IMPORTS if i.target_package == "cli"} == {"cli", "__main__"}
    assert not [str(i) for i in IMPORTS if i.target_package == "__init__" and i.package != "__init__"]


def test_model_knows_weights_in_one_place() -> None:
    places = {(i.module, i.function) for i in IMPORTS if i.package == "model" and i.target_package == "weights"}
    assert places == {("model.kokoro", "from_pretrained")}


def test_only_the_engine_knows_every_stage() -> None:
    stages = {"text", "chunking", "backends", "synthesis", "streaming"}
    assert [package for package, used in USES.items() if stages <= used] == ["engine"]


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
async def stream():
    import kokoro_fast.streaming
"""
    found = imports_of(source, "model.kokoro", is_package=False)
    assert [str(i) for i in found[2:]] == [
        "model.kokoro imports torch.nn",
        "model.kokoro imports kokoro_fast.ops",
        "model.kokoro imports kokoro_fast.config.ModelConfig",
        "model.kokoro imports kokoro_fast.model.layers",
        "model.kokoro in load() imports kokoro_fast.weights.store.find_weights",
        "model.kokoro in stream() imports kokoro_fast.streaming",
    ]
    expected = [None, "ops", "config", "model.layers", "weights.store", "streaming"]
    assert [i.target_module for i in found[2:]] == expected
    (inside,) = imports_of("from ..errors import InputError", "text", is_package=True)
    assert inside.target == "kokoro_fast.errors.InputError"
    assert inside.target_package == "errors"
