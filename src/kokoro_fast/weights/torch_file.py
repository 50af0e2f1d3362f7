"""A reader of the files that `torch.save` writes: tensors in dicts and lists, nothing else.

Why not `torch.load`: it builds whatever the file describes before anyone can look. A file of 1.7 kB whose dict has a
tuple of tuples as its key takes it hours to hash (`weights_only=True`, torch 2.13), and no signal ends that. The format
is small: a zip archive with one record of raw numbers for each storage, and a pickle that says how tensors lie in them.
Here the pickle is read without calling anything, so that every shape is known before a number is read.
"""

from __future__ import annotations

import mmap
import pickletools
import zlib
from dataclasses import dataclass
from math import prod
from typing import IO, TYPE_CHECKING, Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from torch import Tensor

LARGEST_PICKLE = 1 << 20
"""Bytes of the largest description of tensors that is read; that of a checkpoint with all tensors has 69,000."""

MOST_NUMBERS = 1 << 28
"""The most numbers that all tensors of a file may have; the official checkpoint has 82 million."""

_STORAGES = {
    "torch DoubleStorage": "float64",
    "torch FloatStorage": "float32",
    "torch HalfStorage": "float16",
    "torch BFloat16Storage": "bfloat16",
    "torch LongStorage": "int64",
    "torch IntStorage": "int32",
    "torch ShortStorage": "int16",
    "torch CharStorage": "int8",
    "torch ByteStorage": "uint8",
    "torch BoolStorage": "bool",
}
"""The type of the numbers by the class of their storage."""

_LOCAL_HEADER = 30
"""Bytes of the header before a record, without its name and extra field. Source: PKWARE's APPNOTE 4.3.7."""


@dataclass(frozen=True, slots=True)
class Storage:
    """A record of raw numbers."""

    key: str
    dtype: str
    n_numbers: int


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A tensor whose numbers have not been read; offset and strides count numbers."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Global:
    """A class or function that the pickle names, such as "torch FloatStorage"."""

    name: str


class TorchFile:
    """An open file of `torch.save`.

    Attributes:
        content: what was saved, with a `StoredTensor` in place of each tensor.

    Raises:
        ValueError: the file holds anything but tensors, or more numbers than `MOST_NUMBERS`. A damaged file may raise
            nearly any error.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._archive = ZipFile(file)
        self._bytes = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
        names = [name for name in self._archive.namelist() if name.endswith("/data.pkl")]
        if len(names) != 1:
            raise ValueError("expected one record data.pkl")
        self._folder = names[0].removesuffix("data.pkl")
        byte_order = self._folder + "byteorder"
        if byte_order in self._archive.namelist() and bytes(self._record(byte_order)) != b"little":
            raise ValueError("expected little-endian numbers")
        described = self._archive.getinfo(names[0]).file_size
        if described > LARGEST_PICKLE:
            raise ValueError(f"expected at most {LARGEST_PICKLE} bytes that describe tensors, got {described}")
        self.content = _Machine().run(bytes(self._record(names[0])))

    def tensor(self, stored: StoredTensor) -> Tensor:
        """Map the numbers of a tensor. Raises ValueError if its record is damaged or of another size."""
        import torch

        storage, dtype = stored.storage, getattr(torch, stored.storage.dtype)
        if prod(stored.shape) == 0:
            return torch.empty(stored.shape, dtype=dtype)
        numbers = torch.frombuffer(self._record(f"{self._folder}data/{storage.key}"), dtype=dtype)
        if len(numbers) != storage.n_numbers:
            raise ValueError(f"expected {storage.n_numbers} numbers in record {storage.key}, got {len(numbers)}")
        return numbers.as_strided(stored.shape, stored.strides, stored.offset)

    def _record(self, name: str) -> memoryview:
        """The bytes of a record where they lie in the file, after a check of their checksum."""
        info = self._archive.getinfo(name)
        start = self._start(info)
        data = self._bytes[start : start + info.file_size]
        if info.compress_type != ZIP_STORED or len(data) != info.file_size:
            raise ValueError(f"expected the whole of {name}, not compressed")
        if zlib.crc32(data) != info.CRC:
            raise ValueError(f"the checksum of {name} is wrong")
        return data

    def _start(self, info: ZipInfo) -> int:
        header = self._bytes[info.header_offset : info.header_offset + _LOCAL_HEADER]
        lengths = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
        return info.header_offset + _LOCAL_HEADER + sum(lengths)


class _Machine:
    """Interprets the opcodes that `torch.save` writes (pickle protocol 2). Source: CPython's pickletools."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}
        self._n_numbers = 0

    def run(self, program: bytes) -> Any:
        """The value that the program builds."""
        for opcode, argument, _ in pickletools.genops(program):
            if opcode.name == "STOP":
                return self._stack.pop()
            self._step(opcode.name, argument)
        raise ValueError("expected the pickle to end")

    def _step(self, name: str, argument: Any) -> None:
        stack = self._stack
        match name:
            case "PROTO":
                pass
            case "MARK":
                self._marks.append(len(stack))
            case "BININT" | "BININT1" | "BININT2" | "LONG1" | "BINFLOAT" | "BINUNICODE":
                stack.append(argument)
            case "NONE" | "NEWTRUE" | "NEWFALSE":
                stack.append({"NONE": None, "NEWTRUE": True, "NEWFALSE": False}[name])
            case "GLOBAL":
                stack.append(_Global(argument))
            case "EMPTY_DICT" | "EMPTY_LIST" | "EMPTY_TUPLE":
                stack.append({"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple}[name]())
            case "TUPLE":
                stack.append(tuple(self._since_mark()))
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                stack.append(tuple(self._last(int(name[-1]))))
            case "APPEND" | "APPENDS":
                items = self._last(1) if name == "APPEND" else self._since_mark()
                _of_type(stack[-1], list).extend(items)
            case "SETITEM" | "SETITEMS":
                items = self._last(2) if name == "SETITEM" else self._since_mark()
                keys = [_of_type(key, str) for key in items[::2]]  # hashing anything else may take for ever
                _of_type(stack[-1], dict).update(zip(keys, items[1::2], strict=True))
            case "BINPUT" | "LONG_BINPUT":
                self._memo[argument] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(self._memo[argument])
            case "BINPERSID":
                stack.append(_storage(*stack.pop()))
            case "REDUCE":
                called, arguments = self._last(2)
                stack.append(self._called(_of_type(called, _Global).name, *arguments))
            case "BUILD":  # the attribute `_metadata` of a state dict, which no reader needs
                stack.pop()
            case _:
                raise ValueError(f"expected tensors, got the opcode {name}")

    def _last(self, n: int) -> list[Any]:
        taken = self._stack[-n:]
        if len(taken) < n:
            raise ValueError("expected more values in the pickle")
        del self._stack[-n:]
        return taken

    def _since_mark(self) -> list[Any]:
        mark = self._marks.pop()
        taken = self._stack[mark:]
        del self._stack[mark:]
        return taken

    def _called(self, name: str, *arguments: Any) -> Any:
        """What a call makes, without the call."""
        if name == "collections OrderedDict" and not arguments:
            return {}
        if name == "torch._utils _rebuild_parameter" and isinstance(arguments[0], StoredTensor):
            return arguments[0]
        if name == "torch._utils _rebuild_tensor_v2":
            tensor = _tensor(*arguments[:4])
            self._n_numbers += prod(tensor.shape)
            if self._n_numbers > MOST_NUMBERS:
                raise ValueError(f"expected at most {MOST_NUMBERS} numbers, got {self._n_numbers}")
            return tensor
        raise ValueError(f"expected tensors, got a call of {name.replace(' ', '.')}")


def _storage(kind: str, type_: _Global, key: str, location: str, n_numbers: int) -> Storage:
    name = _of_type(type_, _Global).name
    if kind != "storage" or name not in _STORAGES:
        raise ValueError(f"expected a storage of numbers, got {name.replace(' ', '.')}")
    return Storage(_of_type(key, str), _STORAGES[name], _of_type(n_numbers, int))


def _tensor(storage: Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> StoredTensor:
    numbers = [_of_type(number, int) for number in (offset, *shape, *strides)]
    if len(shape) != len(strides) or len(shape) > 8 or min(numbers) < 0:
        raise ValueError("expected a tensor of at most 8 dimensions with an offset and strides from 0 on")
    return StoredTensor(_of_type(storage, Storage), offset, shape, strides)


def _of_type(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError(f"expected a {kind.__name__.strip('_').lower()} in the pickle, got {type(value).__name__}")
    return value
