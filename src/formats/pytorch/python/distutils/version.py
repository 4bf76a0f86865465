"""Versions, under their older name."""

from packaging.version import LooseVersion, StrictVersion, Version  # noqa: F401
