"""Drop-in for the package kokoro 0.9.4: `from kokoro_fast import KPipeline, KModel`, and nothing else has to change.

The same arguments give the same phonemes, pieces and kind of sound; `torch.manual_seed` decides the breath noise, as it
does there. These things differ, each on purpose:

- Times of tokens count from the start of their own audio. kokoro's are 75 ms early, and exist for English only.
- Phonemes of more than 510 symbols are spoken in several pieces at good places. kokoro cuts them off in some languages
  and refuses a phoneme string.
- Text that cannot be spoken is reported with `UnspokenTextWarning`; kokoro is silent about it.
- Bad arguments are one-line `InputError`s (a ValueError), raised at the call and not at the first result.
- Nothing is printed, and no GPU is used unless `device` names it.
"""

from __future__ import annotations

from kokoro_fast.compat.model import KModel
from kokoro_fast.compat.pipeline import KPipeline
from kokoro_fast.compat.tokens import KToken

__all__ = ["KModel", "KPipeline", "KToken"]
