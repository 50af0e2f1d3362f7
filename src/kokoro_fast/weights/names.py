"""The one name table: our tensor names and the names in the official checkpoint.

Our names say what a module is for; the official ones (kokoro 0.9.4, StyleTTS 2) are history. A name is split after the
module: `MODULES` renames its front, `INNER` the rest.

    decoder.decode.3.upsample.weight  ->  decoder.decode.3 | upsample.weight  ->  decoder.decode.3.pool.weight
"""

from __future__ import annotations

import re

ALBERT_LAYER = "bert.encoder.albert_layer_groups.0.albert_layers.0"

# fmt: off
MODULES: tuple[tuple[str, str], ...] = (
    # Ours, official. The first line that matches whole segments wins; `#` is a number that stays as it is.
    ("albert.symbol_embedding",         "bert.embeddings.word_embeddings"),
    ("albert.position_embedding",       "bert.embeddings.position_embeddings"),
    ("albert.type_embedding",           "bert.embeddings.token_type_embeddings"),
    ("albert.embedding_norm",           "bert.embeddings.LayerNorm"),
    ("albert.embedding_projection",     "bert.encoder.embedding_hidden_mapping_in"),
    ("albert.layer.query",              f"{ALBERT_LAYER}.attention.query"),
    ("albert.layer.key",                f"{ALBERT_LAYER}.attention.key"),
    ("albert.layer.value",              f"{ALBERT_LAYER}.attention.value"),
    ("albert.layer.attention_output",   f"{ALBERT_LAYER}.attention.dense"),
    ("albert.layer.attention_norm",     f"{ALBERT_LAYER}.attention.LayerNorm"),
    ("albert.layer.ffn",                f"{ALBERT_LAYER}.ffn"),
    ("albert.layer.ffn_output",         f"{ALBERT_LAYER}.ffn_output"),
    ("albert.layer.ffn_norm",           f"{ALBERT_LAYER}.full_layer_layer_norm"),
    ("albert_projection",               "bert_encoder"),
    ("text_encoder.embedding",          "text_encoder.embedding"),
    ("text_encoder.convs.#",            "text_encoder.cnn.#.0"),
    ("text_encoder.norms.#.weight",     "text_encoder.cnn.#.1.gamma"),
    ("text_encoder.norms.#.bias",       "text_encoder.cnn.#.1.beta"),
    ("text_encoder.lstm.lstm",          "text_encoder.lstm"),
    ("prosody.encoder.lstms.0.lstm",    "predictor.text_encoder.lstms.0"),
    ("prosody.encoder.norms.0",         "predictor.text_encoder.lstms.1"),
    ("prosody.encoder.lstms.1.lstm",    "predictor.text_encoder.lstms.2"),
    ("prosody.encoder.norms.1",         "predictor.text_encoder.lstms.3"),
    ("prosody.encoder.lstms.2.lstm",    "predictor.text_encoder.lstms.4"),
    ("prosody.encoder.norms.2",         "predictor.text_encoder.lstms.5"),
    ("prosody.duration_lstm.lstm",      "predictor.lstm"),
    ("prosody.duration_projection",     "predictor.duration_proj.linear_layer"),
    ("prosody.contour_lstm.lstm",       "predictor.shared"),
    ("prosody.f0_blocks.#",             "predictor.F0.#"),
    ("prosody.energy_blocks.#",         "predictor.N.#"),
    ("prosody.f0_projection",           "predictor.F0_proj"),
    ("prosody.energy_projection",       "predictor.N_proj"),
    ("decoder.encode",                  "decoder.encode"),
    ("decoder.decode.#",                "decoder.decode.#"),
    ("decoder.f0_conv",                 "decoder.F0_conv"),
    ("decoder.energy_conv",             "decoder.N_conv"),
    ("decoder.text_projection",         "decoder.asr_res.0"),
    ("generator.source.linear",         "decoder.generator.m_source.l_linear"),
    ("generator.stages.#.upsample",     "decoder.generator.ups.#"),
    ("generator.stages.#.source_conv",  "decoder.generator.noise_convs.#"),
    ("generator.stages.#.source_block", "decoder.generator.noise_res.#"),
    ("generator.stages.0.resblocks.0",  "decoder.generator.resblocks.0"),
    ("generator.stages.0.resblocks.1",  "decoder.generator.resblocks.1"),
    ("generator.stages.0.resblocks.2",  "decoder.generator.resblocks.2"),
    ("generator.stages.1.resblocks.0",  "decoder.generator.resblocks.3"),
    ("generator.stages.1.resblocks.1",  "decoder.generator.resblocks.4"),
    ("generator.stages.1.resblocks.2",  "decoder.generator.resblocks.5"),
    ("generator.output_conv",           "decoder.generator.conv_post"),
)

INNER: tuple[tuple[str, str], ...] = (
    # Ours, official, after the module. Lines are read like those of the table above.
    ("norm1.projection",                "norm1.fc"),
    ("norm2.projection",                "norm2.fc"),
    ("projection",                      "fc"),
    ("shortcut",                        "conv1x1"),
    ("upsample",                        "pool"),
    ("dilated.#.projection",            "adain1.#.fc"),
    ("dilated.#.alpha",                 "alpha1.#"),
    ("dilated.#.conv",                  "convs1.#"),
    ("plain.#.projection",              "adain2.#.fc"),
    ("plain.#.alpha",                   "alpha2.#"),
    ("plain.#.conv",                    "convs2.#"),
)

UNUSED: tuple[tuple[str, str], ...] = (
    # A regular expression for an official name, and the reason why the model can do without it.
    (r"bert\.pooler\.(weight|bias)", "sentence summary; the reference reads last_hidden_state only"),
    (r"bert\.embeddings\.(position_ids|token_type_ids)", "constant buffers 0, 1, 2, ... and 0, 0, 0, ..."),
)
# fmt: on

INSTANCE_NORM_AFFINE = re.compile(r".*\.(norm[12]|adain[12]\.\d+)\.norm\.(weight|bias)")
"""The learned affine inside AdaIN. The checkpoint was trained without it, so only exactly 1 and 0 may be left out."""


def official_name(ours: str) -> str:
    """The official checkpoint's name of one of our tensors. Raises KeyError for a name we do not use."""
    renamed = _rename(ours, MODULES)
    if renamed is None:
        raise KeyError(ours)
    module, inner = renamed
    if inner:
        module += "." + ".".join(filter(None, _rename(inner, INNER) or (inner,)))
    return module


def _rename(name: str, table: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
    """The official front of a name and its rest, by the first line that matches; None where none does."""
    for ours, official in table:
        match = re.match(re.escape(ours).replace(r"\#", r"(\d+)") + r"(?:\.|$)", name)
        if match:
            return official.replace("#", match[1]) if match.groups() else official, name[match.end() :]
    return None


def is_unused(official: str) -> bool:
    """Whether the official checkpoint may hold this tensor although the model has no use for it."""
    return any(re.fullmatch(pattern, official) for pattern, _ in UNUSED)
