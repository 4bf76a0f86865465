"""Questions and answers over the device: one line of JSON each way, answered before the read returns."""

import json
import math
import os

_DEVICE = "/dev/vitrine"
_descriptor = None


def open_device():
    global _descriptor
    _descriptor = os.open(_DEVICE, os.O_RDWR)


def _plain(value):
    expression = getattr(value, "_expression", None)
    if isinstance(expression, str):
        return expression
    unknown = getattr(value, "_vitrine_unknown", None)
    raise TypeError(f"{unknown or type(value).__name__} is not a number that is known here")


def _finite(value):
    """JSON has no infinity: such numbers travel as words."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if value != value else "inf" if value > 0 else "-inf"
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    return value


def ask(what, **details):
    """The answer to a request; a refused one has the key "error"."""
    details["do"] = what
    try:
        text = json.dumps(details, default=_plain, allow_nan=False)
    except ValueError:
        # Infinity or not a number somewhere inside.
        text = json.dumps(_finite(details), default=_plain)
    data = text.encode("utf-8", "replace") + b"\n"
    while data:
        data = data[os.write(_descriptor, data) :]
    parts = []
    while True:
        part = os.read(_descriptor, 1 << 16)
        if not part:
            raise SystemExit("the reader has gone")
        parts.append(part)
        if part.endswith(b"\n"):
            return json.loads(b"".join(parts))
