"""Arrays, tables and lists as one."""

from _vitrine import trace, unknown


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
