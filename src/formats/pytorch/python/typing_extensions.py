"""Names of typing, under which older versions of Python get the newer ones."""

from typing import *  # noqa: F403
import typing as _typing


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(_typing, name, _typing.Any)
