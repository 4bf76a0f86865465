"""
What is not here: names of weights, which stand for themselves, and other networks. So what makes a network makes it
without.
"""


def outside(module, name):
    """What a module gives for a name that it does not have."""
    if name.startswith("__"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.make(f"torchvision.models.{module}.{name}")


def without(build, *arguments, **usual):
    """What makes a network; options of the call go before the usual ones."""

    def make(weights=None, progress=True, pretrained=False, **options):
        return build(*arguments, **{**usual, **options})

    return make
