"""What is not here: names of weights, which stand for themselves, and other networks."""


def outside(module, name):
    """What a module gives for a name that it does not have."""
    if name.startswith("__"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.make(f"torchvision.models.{module}.{name}")
