"""The older place of timm.layers."""

from ..layers import *  # noqa: F403
from ..layers import DropPath, drop_path  # noqa: F401


def __getattr__(name):
    from .. import layers

    return getattr(layers, name)
