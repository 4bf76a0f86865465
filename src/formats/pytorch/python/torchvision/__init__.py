"""torchvision, as far as files make models of its networks, and scripts train on its data sets."""

from . import datasets, models, transforms  # noqa: F401


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.make(f"torchvision.{name}")
