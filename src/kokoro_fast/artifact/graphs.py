"""The stages as a manifest describes them: names, types, shapes and units of inputs and outputs.

`model.stages` says what each stage computes.
"""

from __future__ import annotations

from kokoro_fast.artifact.manifest import Graph, Port

INPUT_IDS = Port("input_ids", "int64", (1, "T"), "symbol ids, boundary ids 0 included")
STYLE = Port("style", "float32", (1, 256), "row number-of-symbols - 1 of a voice")
SPEED = Port("speed", "float32", (1,), "1 as trained; larger is faster")
EXPECTED_FRAMES = Port("expected_frames", "float32", (1, "T"), "frames of 1/40 s at speed 1")
DURATIONS = Port("durations", "int64", (1, "T"), "frames of 1/40 s")
ENCODING = Port("encoding", "float32", (1, 640, "T"), "for render")
TEXT = Port("text", "float32", (1, 512, "T"), "for render")
FRAMES = Port("frames", "int64", (1, "F"), "index of the token that each frame belongs to")
FEATURES = Port("features", "float32", (1, 512, "H"), "for generate")
F0 = Port("f0", "float32", (1, "H"), "Hz")
NOISE = Port("noise", "float32", (1, "S"), "normal, of deviation 1; 0 for none")
AUDIO = Port("audio", "float32", (1, "S"), "samples at 24 kHz")
BEGIN = Port("begin", "int64", (), "half-frame of 1/80 s")
END = Port("end", "int64", (), "half-frame of 1/80 s")
WINDOW = Port("audio", "float32", ("300 (end - begin)",), "samples at 24 kHz")

_STAGES = {
    "predict": ((INPUT_IDS, STYLE), (EXPECTED_FRAMES, ENCODING, TEXT)),
    "durations": ((EXPECTED_FRAMES, SPEED), (DURATIONS,)),
    "frames": ((DURATIONS,), (FRAMES,)),
    "decode": ((ENCODING, TEXT, FRAMES, STYLE), (FEATURES, F0)),
    "generate": ((FEATURES, F0, STYLE, NOISE), (AUDIO,)),
    "render": ((ENCODING, TEXT, FRAMES, STYLE, NOISE), (AUDIO,)),
    "window": ((FEATURES, F0, STYLE, NOISE, BEGIN, END), (WINDOW,)),
    "forward": ((INPUT_IDS, STYLE, SPEED), (AUDIO, DURATIONS)),
}


def stage(name: str, file: str) -> Graph:
    """The description of a stage that is in `file` of the folder."""
    inputs, outputs = _STAGES[name]
    return Graph(name, file, inputs, outputs)
