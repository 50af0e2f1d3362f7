"""This package beside other implementations of the model, on the same weights, voice and phonemes.

Reading order: `reference_checkpoint` and `onnx_exports` (the weights in the form that others load), `baselines` (the
other implementations), `speed`, `first_audio`, and `exports` (the folders that `kokoro-fast export` writes).
"""
