"""transformers.modeling_outputs: each is what its constructor is given, by name."""

from .utils import ModelOutput

_made = {}


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _made.setdefault(name, type(name, (ModelOutput,), {"__annotations__": {}}))
