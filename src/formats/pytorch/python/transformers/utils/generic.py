from . import ModelOutput, absent  # noqa: F401


def __getattr__(name):
    return absent("transformers.utils.generic", name)
