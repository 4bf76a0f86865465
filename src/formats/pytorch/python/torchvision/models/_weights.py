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
        begins_anew(weights, pretrained)
        return build(*arguments, **{**usual, **options})

    return make


def begins_anew(weights, pretrained):
    """Says of a network with weights that these are not here: trained here, it begins with random ones."""
    from _vitrine import trace

    if weights is None and pretrained is not True:
        return
    named = f'"{weights}"' if isinstance(weights, str) else getattr(weights, "_vitrine_unknown", "of torchvision")
    trace.say("hint", "weights-not-here", f"The weights {named.split('.')[-1]} are not here: trained by Vitrine, the network begins "
              "with random ones. Save its state_dict() in PyTorch and name the file in the experiment as model.weights.", trace.here())
