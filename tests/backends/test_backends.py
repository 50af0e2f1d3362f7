"""What runs the model: which backend, which precision, on how many threads, and how wrong wishes are refused."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.lib.metrics import log_mel_distance
from kokoro_fast import Kokoro, ops
from kokoro_fast.backends import threads
from kokoro_fast.backends.pytorch import PyTorchBackend, choose_backend
from kokoro_fast.backends.threads import default_threads, limited
from kokoro_fast.errors import InputError
from kokoro_fast.ops.precision import AUDIBLE_DB, PRECISIONS, choose_precision
from kokoro_fast.weights import load_voice, style_row

IDS = [0, 50, 83, 54, 156, 57, 135, 0]
"""h ə l ˈ O with boundary ids."""


def in_a_process_of_its_own(code: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """The instruction set is chosen once in a process."""
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )


def sound_of(backend: PyTorchBackend, ids: list[int]) -> torch.Tensor:
    return torch.from_numpy(backend.synthesize(ids, style_row(load_voice("af_heart"), len(ids) - 2), 1.0, 0)[0])


# Which backend and which precision


def test_native_where_it_can_be_had() -> None:
    assert choose_backend().name == ("native" if ops.status().native else "eager")
    assert choose_backend("auto", "cuda").name == "eager"
    assert choose_backend("eager") == ("eager", "asked for")


@pytest.mark.parametrize(
    ("backend", "device", "said"),
    [
        ("tensorflow", "cpu", "expected auto, native, eager or compile, got 'tensorflow'"),
        ("native", "cuda", "expected device cpu, got cuda"),
    ],
)
def test_backend_that_cannot_be_had(backend: str, device: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        choose_backend(backend, device)


def test_auto_takes_the_fastest_that_passes_the_gate() -> None:
    choice = choose_precision("auto", "native")
    passing = [name for name, row in PRECISIONS.items() if ops.supports(name) and row.distance_db < AUDIBLE_DB]
    assert choice.name == passing[0]
    assert all(name in choice.reason for name in PRECISIONS if name not in passing)


def test_other_backends_have_one_precision() -> None:
    assert choose_precision("auto", "eager").name == choose_precision("fp32", "compile").name == "fp32"
    with pytest.raises(InputError, match="precision bf16: expected the native backend, got eager, which has fp32 only"):
        choose_precision("bf16", "eager")
    with pytest.raises(InputError, match="expected auto, fp32, bf16 or int8, got 'fp64'"):
        choose_precision("fp64", "native")


def test_precision_that_the_instruction_set_lacks() -> None:
    code = """
from kokoro_fast.ops.precision import choose_precision
print(choose_precision("fp32", "native").name, choose_precision("auto", "native"))
for name in ("bf16", "int8"):
    try:
        choose_precision(name, "native")
    except ValueError as error:
        print(error)
"""
    process = in_a_process_of_its_own(code, KOKORO_FAST_ISA="generic")
    assert process.returncode == 0, process.stderr
    chosen, bf16, int8 = process.stdout.splitlines()
    assert chosen.startswith("fp32 PrecisionChoice(name='fp32'")
    assert "int8: needs avx512_vnni; bf16: needs avx512_bf16" in chosen
    assert bf16 == (
        "precision bf16: expected a processor with avx512_bf16, got generic kernels without it; fp32 can be used"
    )
    assert "avx512_vnni" in int8


def test_instruction_set_that_the_processor_lacks() -> None:
    said = "KOKORO_FAST_ISA: expected one that this build and CPU can use"
    process = in_a_process_of_its_own("from kokoro_fast import Kokoro", KOKORO_FAST_ISA="mmx")
    assert process.stderr.splitlines()[-1].startswith(f"kokoro_fast.errors.InputError: {said}")
    code = "from kokoro_fast.cli import main; import sys; sys.argv = ['kokoro-fast', 'say', 'Hi.', '-o', '-']; main()"
    process = in_a_process_of_its_own(code, KOKORO_FAST_ISA="mmx")
    assert (process.returncode, process.stdout, process.stderr.count("\n")) == (2, "", 1)
    assert process.stderr.startswith(f"kokoro-fast: error: {said}")


# Threads


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "2"])
def test_wrong_number_of_threads(wrong: object) -> None:
    with pytest.raises(InputError, match=f"threads: expected 1 or more, got {wrong!r}"):
        threads.checked_threads(wrong)  # type: ignore[arg-type]


def test_default_is_within_what_the_process_may_use() -> None:
    before = torch.get_num_threads()
    assert 1 <= default_threads() <= len(os.sched_getaffinity(0))
    torch.set_num_threads(1)
    try:
        assert default_threads() == 1
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({}, None),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 3),
    ],
)
def test_quota_of_a_container(
    files: dict[str, str], limit: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, "ascii")
    monkeypatch.setattr(threads, "_CGROUP", tmp_path)
    assert threads._container_limit() == limit


def test_logical_cores_of_one_physical_core_count_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for core in os.sched_getaffinity(0):
        topology = tmp_path / f"cpu{core}" / "topology"
        topology.mkdir(parents=True)
        (topology / "thread_siblings_list").write_text("0-255\n", "ascii")
    monkeypatch.setattr(threads, "_CORES", tmp_path)
    assert default_threads() == 1


def test_limit_is_that_of_the_calling_thread_alone() -> None:
    """Also for a thread that calls torch for the first time in its life while the limit holds."""
    before = torch.get_num_threads()

    def of_a_new_thread() -> int:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(torch.get_num_threads).result()

    with limited(before + 3):
        assert torch.get_num_threads() == before + 3
        assert of_a_new_thread() == before
    assert torch.get_num_threads() == of_a_new_thread() == before


def test_limit_keeps_what_another_thread_sets() -> None:
    before = torch.get_num_threads()
    with ThreadPoolExecutor(1) as other, ThreadPoolExecutor(1) as new:
        try:
            with limited(before + 1):
                other.submit(torch.set_num_threads, before + 2).result()
            assert new.submit(torch.get_num_threads).result() == before + 2
        finally:
            torch.set_num_threads(before)


def test_limit_starts_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where memory runs out, a new thread can die before `start` returns, which then waits for ever."""
    monkeypatch.setattr(threading.Thread, "start", lambda thread: pytest.fail("started a thread"))
    with limited(torch.get_num_threads() + 1):
        pass


@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_an_engine_runs_on_as_many_threads_as_it_was_given(fetched: None, backend: str) -> None:
    """Counted by the system: threads beside the first one that did some of the work."""
    code = f"""
from pathlib import Path
from kokoro_fast.backends.pytorch import PyTorchBackend
from kokoro_fast.weights import load_voice, style_row

def n_busy():
    states = [Path(task, "stat").read_text().rpartition(")")[2].split() for task in Path("/proc/self/task").iterdir()]
    return sum(int(state[11]) > 0 for state in states)  # clock ticks in user mode

rows = load_voice("af_heart")
for threads in (1, 3):
    PyTorchBackend(threads=threads, backend={backend!r}).synthesize({IDS}, style_row(rows, {len(IDS) - 2}), 1.0, 0)
    print(n_busy() - 1)
"""
    process = in_a_process_of_its_own(code, OMP_NUM_THREADS="1")
    assert process.stdout == "0\n2\n", process.stderr


def test_two_engines_at_once_say_what_each_says_alone(fetched: None) -> None:
    engines = [Kokoro(threads=2, seed=1), Kokoro(voice="am_adam", threads=1, seed=2)]
    texts = ["One of two.", "And two."]
    alone = [tts(text).audio for tts, text in zip(engines, texts, strict=True)]
    start = threading.Barrier(2)

    def speak(index: int) -> list[np.ndarray]:
        start.wait()
        return [engines[index](texts[index]).audio for _ in range(2)]

    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(speak, range(2)))
    for expected, rounds in zip(alone, together, strict=True):
        for got in rounds:
            np.testing.assert_array_equal(got, expected)


def test_a_short_text_does_not_wait_for_the_long_one_of_another_engine(fetched: None) -> None:
    finished: list[str] = []
    start = threading.Barrier(2)

    def speak(tts: Kokoro, name: str, text: str) -> None:
        start.wait()
        tts(text)
        finished.append(name)

    jobs = [("long", "A paragraph that goes on for a while.\n\n" * 3), ("short", "Yes.")]
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(speak, Kokoro(), *job) for job in jobs]:
            done.result()
    assert finished == ["short", "long"]


# torch.compile


@pytest.mark.slow
def test_compiled_once_for_every_length(fetched: None) -> None:
    eager, compiled = PyTorchBackend(backend="eager"), PyTorchBackend(backend="compile")
    assert eager.compile_seconds is None
    assert compiled.compile_seconds is not None
    assert compiled.compile_seconds > 1
    with torch.compiler.set_stance("fail_on_recompile"):
        for ids in (IDS, IDS[:-1] * 4 + [0], [0, 50, 0]):
            expected, got = sound_of(eager, ids), sound_of(compiled, ids)
            assert got.shape == expected.shape
            assert log_mel_distance(got, expected) < 0.1
