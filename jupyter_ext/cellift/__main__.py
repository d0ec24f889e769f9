"""``python -m cellift``: the same as the command ``cellift``."""

from __future__ import annotations

import sys

from cellift.cli.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
