"""The examples do what they say."""

import subprocess
import sys

from harness import paths

BUDGETS = paths.ROOT / "examples" / "budgets"


def test_budgets():
    done = subprocess.run([sys.executable, BUDGETS / "budgets.py"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all 5 steps" in done.stdout


def test_budgets_are_sound_policies():
    done = subprocess.run([paths.built("tollgate"), "check", BUDGETS / "policies"], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
