"""Imports the package before pytest imports single modules of it for their doctests.

Some modules carry the name of what they define (`brickyard.bricks.application`);
imported first, they would take the place of it in their package.
"""

import brickyard.backends
import brickyard.bricks
import brickyard.training  # noqa: F401
