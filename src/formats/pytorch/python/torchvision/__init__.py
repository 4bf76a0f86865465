"""torchvision, as far as files make models of its networks; data sets and transforms are not run."""

from . import models  # noqa: F401


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.make(f"torchvision.{name}")
