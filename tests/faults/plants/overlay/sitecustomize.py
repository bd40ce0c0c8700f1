"""Laid over the services' processes by PYTHONPATH: the bug that ``FAULTS_PLANT`` names, then the suite's own overlay.

Only processes that serve are touched, and the nursery they are forked from, and only where the harness started them;
the services have no switch for it.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

_HERE = Path(__file__).parent

_serves = sys.orig_argv[-1:] == ["serve"] or "deploy.nursery_process" in sys.orig_argv

if (_plant := os.environ.get("FAULTS_PLANT")) and _serves:
    sys.path.insert(0, str(_HERE.parents[3]))  # where the services lie; Python puts it there only later
    try:
        runpy.run_path(str(_HERE / "bugs.py"))[_plant]()
    finally:
        sys.path.remove(str(_HERE.parents[3]))

runpy.run_path(str(_HERE.parents[1] / "overlay" / "sitecustomize.py"))
