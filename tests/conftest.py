"""What many tests share: the model, the whole engine, the golden files.

Every fixture is lazy, so a test of text or planning never loads torch. The first test that needs the model needs its
weights: with an empty cache, as on a fresh machine, the project's own fetcher brings them (about 300 MB), and that
first test takes as long as the network does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.goldens import Golden

    from kokoro_fast import Kokoro
    from kokoro_fast.model import KokoroModel

THREADS = 2
"""As many as the golden files were made with."""


@pytest.fixture(scope="session")
def fetched() -> None:
    """The cache is full: what a test runs has nothing to fetch, and nothing to say about it."""
    from kokoro_fast.weights import fetch_voices, find_weights

    find_weights()
    fetch_voices()


@pytest.fixture(scope="session")
def model(fetched: None) -> KokoroModel:
    """The network on the real weights."""
    import torch

    from kokoro_fast.model import KokoroModel

    torch.set_num_threads(THREADS)
    return KokoroModel.from_pretrained()


@pytest.fixture(scope="session")
def tts(fetched: None) -> Kokoro:
    """The whole engine. Seeded: a test hears the same breath noise every time."""
    import torch

    from kokoro_fast import Kokoro

    torch.set_num_threads(THREADS)
    return Kokoro(seed=0)


@pytest.fixture(scope="session")
def golden() -> Callable[[str], Golden]:
    """`golden(name)`: what the reference makes of one input."""
    from support import goldens

    return goldens.load


@pytest.fixture(scope="session")
def torchscript_folder(fetched: None, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`torchscript_folder(ops, precision)`: an artifact with two voices, written once. Do not change it."""
    from kokoro_fast.export import export

    written: dict[tuple[str, str], Path] = {}

    def folder(ops: str = "native", precision: str = "fp32") -> Path:
        if (ops, precision) not in written:
            target = tmp_path_factory.mktemp("artifacts") / f"torchscript-{ops}-{precision}"
            export("torchscript", target, voices=["af_heart", "bf_emma"], ops=ops, precision=precision)
            written[ops, precision] = target
        return written[ops, precision]

    return folder


@pytest.fixture(scope="session")
def onnx_folder(fetched: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ONNX artifact with two voices and the drop-in file. Do not change it."""
    from kokoro_fast.export import export

    pytest.importorskip("onnxscript", reason="needs the packages of the extra `export`")
    target = tmp_path_factory.mktemp("artifacts") / "onnx"
    return export("onnx", target, voices=["af_heart", "bf_emma"], drop_in=True)


@pytest.fixture(scope="session")
def host_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The C++ host, built once: its build folder."""
    from support.host_build import build_host

    return build_host(tmp_path_factory.mktemp("host") / "build")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """An artifact folder with all that a loader checks, and none of what it would run."""
    from support.small_artifact import small_artifact

    return small_artifact(tmp_path / "kokoro")
