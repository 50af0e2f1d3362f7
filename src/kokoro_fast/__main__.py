"""`python -m kokoro_fast` is `kokoro-fast`."""

from __future__ import annotations

from kokoro_fast.cli.app import main

if __name__ == "__main__":
    main()
