"""What models of sounds take from torchaudio: its spectrograms. Nothing is loaded from files."""

from . import transforms  # noqa: F401

__version__ = "2.5.1"


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.make(f"torchaudio.{name}")
