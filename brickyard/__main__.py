"""The ``brickyard`` command as a module: ``python -m brickyard data list``."""

from __future__ import annotations

import sys

from brickyard.cli import main

if __name__ == "__main__":
    sys.exit(main())
