"""transformers.utils: what files ask of their surroundings, of which there are none, and the outputs' base."""

from _vitrine import unknown

from . import logging  # noqa: F401


def _no(*_, **__):
    return False


def absent(module, name):
    """A name that is not here: optional libraries are not there, and what is left is not known."""
    if name.startswith("__"):
        raise AttributeError(name)
    if name.startswith("is_") and ("available" in name or "greater" in name):
        return _no
    return unknown.make(f"{module}.{name}")


class ModelOutput(dict):
    """Fields as attributes, by place and by name; those that are None are left out."""

    def __init__(self, *given, **fields):
        super().__init__()
        names = [n for c in reversed(type(self).__mro__) for n in c.__dict__.get("__annotations__", ())]
        for name in names:
            setattr(self, name, getattr(type(self), name, None))
        for name, value in [*zip(names, given), *fields.items()]:
            setattr(self, name, value)

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)
        if value is None:
            self.pop(name, None)
        else:
            dict.__setitem__(self, name, value)

    def __setitem__(self, name, value):
        setattr(self, name, value)

    def __getitem__(self, key):
        return dict.__getitem__(self, key) if isinstance(key, str) else self.to_tuple()[key]

    def __iter__(self):
        return iter(self.keys())

    def to_tuple(self):
        return tuple(dict.values(self))


def __getattr__(name):
    return absent("transformers.utils", name)
