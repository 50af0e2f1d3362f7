"""KModel, and what both classes refuse."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
import torch

from kokoro_fast import KModel, KPipeline
from kokoro_fast.config import VOCAB
from kokoro_fast.errors import InputError
from kokoro_fast.weights import load_voice

SHORT = "Hello there."


def test_the_model_alone(kmodel: KModel) -> None:
    assert kmodel.vocab == VOCAB
    assert kmodel.context_length == 512
    assert kmodel.device == torch.device("cpu")
    assert kmodel.to("cpu").eval() is kmodel
    phonemes = "hˈI."
    style = load_voice("af_heart")[len(phonemes) - 1 : len(phonemes)]
    torch.manual_seed(3)
    output = kmodel(phonemes, style, speed=2, return_output=True)
    torch.manual_seed(3)
    ids = torch.LongTensor([[0, *map(kmodel.vocab.get, phonemes), 0]])
    with_ids, durations = kmodel.forward_with_tokens(ids, style, 2)
    assert isinstance(output, KModel.Output)
    assert torch.equal(output.audio, with_ids)
    assert torch.equal(durations, output.pred_dur)
    assert with_ids.shape == (600 * int(durations.sum()),)
    assert torch.is_tensor(kmodel("ʌ", style, speed=2))


def test_model_and_voice_of_a_call(kmodel: KModel, quiet: KPipeline) -> None:
    (result,) = quiet("Yes.", voice="af_heart", speed=2, model=kmodel)
    assert result.audio.abs().max() > 0.05


def test_config_by_path_or_content(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"vocab": VOCAB}), "utf-8")
    assert KModel(config=path).vocab == KModel(config={"vocab": VOCAB}).vocab == VOCAB


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"repo_id": "hexgrad/Kokoro-82M-v1.1-zh"}, "repo_id: expected hexgrad/Kokoro-82M, got hexgrad/Kokoro-82M-v1"),
        ({"config": {"vocab": {"a": 1}}}, "config: expected the vocabulary"),
        ({"config": "no-such-file.json"}, "config: expected a JSON file, got no-such-file.json"),
    ],
)
def test_models_that_are_not_ours(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        KModel(**arguments)


def test_pipelines_that_cannot_be() -> None:
    with pytest.raises(InputError, match="expected a language"):
        KPipeline("xx")
    with pytest.raises(InputError, match="Japanese"):
        KPipeline("j")
    with pytest.raises(InputError, match="repo_id"):
        KPipeline("a", repo_id="someone/else", model=False)
    with pytest.warns(UserWarning, match="trf=True"):
        KPipeline("a", trf=True, model=False)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_device_that_is_not_there() -> None:
    with pytest.raises(InputError, match="device: expected"):
        KPipeline("a", device="cuda")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, 'voice="af_heart"'),
        ({"voice": "af_hart"}, "af_heart"),
        ({"voice": torch.full((510, 1, 256), math.nan)}, "NaN"),
        ({"text": 7, "voice": "af_heart"}, "text: expected"),
        ({"text": ["One.", 7], "voice": "af_heart"}, "text: expected"),
    ],
)
def test_calls_are_checked_at_once(american: KPipeline, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        american(**{"text": SHORT, **arguments})


@pytest.mark.parametrize("speed", [0, -1, math.nan, math.inf, "fast"])
def test_speeds_that_are_none(american: KPipeline, speed: Any) -> None:
    with pytest.raises(InputError, match="speed: expected a number above 0"):
        american(SHORT, voice="af_heart", speed=speed)
    with pytest.raises(InputError, match="speed: expected a number above 0"):
        next(american(SHORT, voice="af_heart", speed=lambda n_symbols: speed))


def test_what_the_model_refuses(kmodel: KModel) -> None:
    style = load_voice("af_heart")[:1]
    with pytest.raises(InputError, match="expected 1 to 510 symbols of the vocabulary, got 511"):
        kmodel("a" * 511, style)
    with pytest.raises(InputError, match="got 0"):
        kmodel("", style)
    with pytest.raises(InputError, match=re.escape("ref_s: expected shape (1, 256), got (256,)")):
        kmodel("a", style[0])
    with pytest.raises(InputError, match=re.escape("got (2, 3)")):
        kmodel.forward_with_tokens(torch.zeros(2, 3, dtype=torch.long), style)
