"""What runs the model: a network for each kind of backend, and the rendering of chunks with it.

Reading order: `network` (the protocols), `torch_network` (networks of torch modules), `rendering` (one chunk),
`backend` (the base), then the backends `pytorch`, `torch_artifact` and `onnx_artifact`, `threads`, and `factory`, which
picks one.
"""
