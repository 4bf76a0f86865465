"""Arrays, tables and lists as one, and where chance comes from."""

from _vitrine import trace, unknown
from _vitrine.chance import Twister, twister


def array(values):
    import numpy

    if unknown.is_unknown(values):
        raise trace.Unsupported(f"What {values._vitrine_unknown} is is not known here.")
    return numpy.array(values.to_numpy() if hasattr(values, "to_numpy") else values)


def rows_of(values):
    return len(values) if hasattr(values, "__len__") else values.shape[0]


def picked(values, places):
    if hasattr(values, "_rows"):
        return values._rows(places)
    if hasattr(values, "_picked"):
        return values._picked(places)
    if hasattr(values, "_dtype"):
        return values[places]
    return [values[i] for i in places]


def listed(values):
    return values.tolist() if hasattr(values, "tolist") else list(values)


def source_of(random_state):
    """What draws: of its seed, else of numpy's, else of none that a script says."""
    import numpy

    return twister(random_state) or numpy.random._twister or Twister(0)
