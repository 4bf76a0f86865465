"""
Questions and answers over the device: one line of JSON each way, answered before the read returns.

What needs no answer waits and goes with the next question: a way there and back costs more than most of what is asked.
"""

import json
import math
import os

_DEVICE = "/dev/vitrine"
_descriptor = None
#: What waits to be sent, in order.
_waiting = []
#: The number that the next value will get.
_next = 0
#: Values that the other side has, and those of them that every class begins with.
alive = set()
_base = set()
_most_waiting = 4000
#: Places that the other side has, with their numbers, by identity.
_spots = {}


def open_device():
    global _descriptor
    if _descriptor is None:
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


def later(*entry, values=1):
    """
    Sends what makes values with the next question; the first one's number. The other side checks it as it checks
    everything: only what is known to be accepted may go this way, as nobody waits for a refusal.
    """
    global _next
    first = _next
    _next += values
    alive.update(range(first, _next))
    _waiting.append((first, *entry))
    if len(_waiting) >= _most_waiting:
        ask("mark")
    return first


def next_value():
    """The number that the next value will get."""
    return _next


def spot(place):
    """A place for `later`: in full the first time, then by its number."""
    if place is None:
        return None
    known = _spots.get(id(place))
    if known is not None:
        return known[0]
    number = len(_spots)
    _spots[id(place)] = number, place
    return [number, *place]


def hold(instead=None):
    """Has the other side remember where a class stands, for `back`; in the place of what is not gone back to any more."""
    return ask("hold", instead=instead)["held"], set(alive)


def base():
    """How much every class begins with."""
    return len(_base)


def back(held):
    """A class stands again where it did."""
    global alive
    answer = ask("back", held=held[0])
    alive = set(held[1])
    return answer


def state():
    """All that is known of the other side, which answers for one file."""
    return _next, _base, dict(_spots)


def resume(known):
    """Speaks again with one that was spoken with before."""
    global _next, _base, alive
    _next, _base, spots = known
    alive = set(_base)
    _spots.clear()
    _spots.update(spots)


def ask(what, **details):
    """The answer to a request; a refused one has the key "error"."""
    global _next, alive, _base
    details["do"] = what
    # What cannot be asked is raised before what waits is taken: that has been answered for already.
    text = _text(details)
    if _waiting:
        text = f'{text[:-1]},"before":{_text(_waiting)}}}'
        _waiting.clear()
    answer = _answer(text)
    if "next" in answer:
        alive.update(range(_next, answer["next"]))
        _next = answer["next"]
    if what == "start":
        alive = set(_base)
    elif what == "keep":
        _base = set(alive)
    elif what == "rewind":
        alive.difference_update(answer.get("removed", ()))
    elif what == "request":
        _next = 0
        _spots.clear()
        alive, _base = set(), set()
    return answer


_encode = json.JSONEncoder(default=_plain, allow_nan=False, check_circular=False, separators=(",", ":")).encode


def _text(value):
    try:
        return _encode(value)
    except ValueError:
        # Infinity or not a number somewhere inside.
        return _encode(_finite(value))


def _answer(text):
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
