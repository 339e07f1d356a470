"""Where a vector file goes, and how it is written."""

import importlib.metadata
import json
import math
import pathlib

CORE = pathlib.Path(__file__).resolve().parents[2] / "src" / "core"


def write(path, packages, vectors):
    """`path` is relative to src/core. Numbers that are not finite become null."""
    made = {"by": "scripts/reference-vectors", **{name: importlib.metadata.version(name) for name in packages}}
    lines = [f'"made":{_text(made)}']
    for name, rows in vectors.items():
        if isinstance(rows, list):
            body = ",\n".join(_text(row) for row in rows)
            lines.append(f'"{name}":[\n{body}\n]')
        else:
            lines.append(f'"{name}":{_text(rows)}')
    target = CORE / path
    target.write_text("{" + ",\n".join(lines) + "}\n")
    print(path, target.stat().st_size, "bytes")


def _text(value):
    return json.dumps(_finite(value), separators=(",", ":"), allow_nan=False)


def _finite(value):
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return value
