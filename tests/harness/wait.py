"""Waiting for something to become true. Deadlines are there to end a hang, never to measure."""

import time

PATIENCE = 30.0


def until(true, what, within=PATIENCE, every=0.02):
    """Calls `true` until what it returns is true, and returns that. `what` completes "waited in vain until …"."""
    deadline = time.monotonic() + within
    while True:
        found = true()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {within:.0f} s in vain until {what}")
        time.sleep(every)
