"""What share of the machine's peak each stage of the model reaches.

Reading order: `stages` (the model taken apart), `flops` (its arithmetic), `peaks` (the machine's), `roofline`.
"""
