"""timm.models: the older place of timm.layers, and the registry."""


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.make(f"timm.models.{name}")
