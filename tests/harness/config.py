"""A directory of Tollgate's YAML, one object to a file so that a test edits exactly what it means."""

import hashlib
import os
from pathlib import Path

import yaml


class Config:
    """Objects by kind and name under `root`. Every change replaces a file in one step, as careful editors do."""

    def __init__(self, root):
        self.root = Path(root)
        self.root.mkdir(parents=True, exist_ok=True)

    def put(self, kind, name, spec):
        """Writes or replaces an object; returns its file."""
        metadata = {"apiVersion": "tollgate.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}
        text = yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True, default_flow_style=None)
        return self.write(self.file(kind, name), text)

    def spec(self, kind, name):
        """What an object says now."""
        return yaml.safe_load(self.file(kind, name).read_text())["spec"]

    def edit(self, kind, name, **changes):
        """Changes top-level members of an object's spec; None removes one."""
        spec = self.spec(kind, name) | changes
        return self.put(kind, name, {key: value for key, value in spec.items() if value is not None})

    def remove(self, kind, name):
        self.file(kind, name).unlink()

    def file(self, kind, name):
        return self.root / f"{kind.lower()}-{name}.yaml"

    @staticmethod
    def write(path, text):
        """Puts `text` in place of a file at once: nobody sees half of it."""
        draft = path.with_name(f".{path.name}.draft")
        draft.write_text(text)
        os.replace(draft, path)
        return path


def digest(key):
    """What a configuration holds of a key."""
    return hashlib.sha256(key.encode()).hexdigest()
