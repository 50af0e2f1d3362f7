"""The name table and the shape table agree with each other and with what is published about the checkpoint."""

from __future__ import annotations

from math import prod

import pytest
import torch

from kokoro_fast.errors import WeightsError
from kokoro_fast.model import KokoroModel
from kokoro_fast.weights import check_complete, tensor_shapes
from kokoro_fast.weights.names import is_unused, official_name

# Parameters of the official checkpoint by module, from the model card of the first release (the same network).
OFFICIAL_COUNTS = {
    "bert": 6_292_480,
    "bert_encoder": 393_728,
    "predictor": 16_194_612,
    "decoder": 53_276_190,
    "text_encoder": 5_606_400,
}
POOLER = 768 * 768 + 768


def has_weight_norm(official: str, shape: tuple[int, ...]) -> bool:
    """In the reference every convolution is weight-normed but these."""
    plain = ("F0_proj", "N_proj", "noise_convs")
    return official.endswith(".weight") and len(shape) == 3 and not any(name in official for name in plain)


def test_official_names_are_distinct() -> None:
    names = [official_name(name) for name in tensor_shapes()]
    assert len(set(names)) == len(names) == 457


def test_shapes_count_every_parameter_of_the_checkpoint() -> None:
    counts = dict.fromkeys(OFFICIAL_COUNTS, 0)
    counts["bert"] += POOLER
    for name, shape in tensor_shapes().items():
        official = official_name(name)
        counts[official.split(".")[0]] += prod(shape) + (shape[0] if has_weight_norm(official, shape) else 0)
    assert counts == OFFICIAL_COUNTS


@pytest.mark.parametrize(
    ("ours", "official"),
    [
        ("albert.layer.ffn_output.bias", "bert.encoder.albert_layer_groups.0.albert_layers.0.ffn_output.bias"),
        ("text_encoder.norms.1.weight", "text_encoder.cnn.1.1.gamma"),
        ("prosody.encoder.norms.2.projection.bias", "predictor.text_encoder.lstms.5.fc.bias"),
        ("prosody.energy_blocks.1.upsample.weight", "predictor.N.1.pool.weight"),
        ("prosody.contour_lstm.lstm.weight_hh_l0_reverse", "predictor.shared.weight_hh_l0_reverse"),
        ("decoder.decode.3.shortcut.weight", "decoder.decode.3.conv1x1.weight"),
        ("generator.stages.0.upsample.weight", "decoder.generator.ups.0.weight"),
        (
            "generator.stages.1.source_block.plain.0.projection.weight",
            "decoder.generator.noise_res.1.adain2.0.fc.weight",
        ),
        ("generator.stages.1.resblocks.2.dilated.2.alpha", "decoder.generator.resblocks.5.alpha1.2"),
    ],
)
def test_official_name(ours: str, official: str) -> None:
    assert official_name(ours) == official


def test_table_is_the_model() -> None:
    with torch.device("meta"):
        state = KokoroModel().state_dict()
    assert {name: tuple(tensor.shape) for name, tensor in state.items()} == tensor_shapes()


def test_unknown_name_is_refused() -> None:
    with pytest.raises(KeyError):
        official_name("albert.layers.query.weight")
    assert is_unused("bert.pooler.weight")
    assert not is_unused("bert.poolers.weight")


def meta_state() -> dict[str, torch.Tensor]:
    return {name: torch.empty(shape, device="meta") for name, shape in tensor_shapes().items()}


def test_check_complete_accepts_the_model() -> None:
    check_complete(meta_state())


def test_check_complete_names_the_first_problem_and_counts_the_rest() -> None:
    state = meta_state()
    del state["decoder.f0_conv.bias"]
    with pytest.raises(WeightsError, match=r"^here: tensor decoder\.f0_conv\.bias is missing$"):
        check_complete(state, "here")
    state["decoder.f0_convolution.bias"] = torch.empty(1)
    state["generator.output_conv.weight"] = torch.empty(22, 128, 5)
    with pytest.raises(WeightsError, match=r"decoder\.f0_conv\.bias is missing \(and 2 more\)$"):
        check_complete(state)
    state["decoder.f0_conv.bias"] = state.pop("decoder.f0_convolution.bias")
    with pytest.raises(WeightsError, match=r"shape \(22, 128, 5\), expected \(22, 128, 7\)$"):
        check_complete(state)
