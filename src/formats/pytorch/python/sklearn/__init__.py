"""What lessons take from scikit-learn before they train: small data sets, dividing rows, scaling columns."""

from . import datasets, model_selection, preprocessing  # noqa: F401

__version__ = "1.5.2"


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.make(f"sklearn.{name}")
