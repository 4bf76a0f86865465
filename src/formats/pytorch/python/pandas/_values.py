"""Columns of values: what a table's cells are, and what is computed of many."""

import math
import operator
from collections import Counter

from _vitrine import trace

nan = float("nan")

#: What stands for nothing in a file, as pandas reads it.
NOTHING = {"", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
           "NULL", "NaN", "None", "n/a", "nan", "null"}


def missing(value):
    return value is None or value != value


def there(values):
    return [v for v in values if not missing(v)]


def is_text(values):
    return any(isinstance(v, str) for v in values)


def kind(values):
    """pandas' name of the type."""
    if any(isinstance(v, str) or v is None or not isinstance(v, (int, float)) for v in values):
        return "object"
    if values and all(isinstance(v, bool) for v in values):
        return "bool"
    return "int64" if values and all(isinstance(v, int) for v in values) else "float64"


def parsed(cells, text=False, nothing=NOTHING):
    """Cells of a file as numbers, truth values or text."""
    if not text:
        try:
            return [int(c) for c in cells] if not any("_" in c for c in cells) else _floats(cells, nothing)
        except ValueError:
            pass
        try:
            return _floats(cells, nothing)
        except ValueError:
            pass
        if all(c in ("True", "False", "TRUE", "FALSE", "true", "false") for c in cells):
            return [c.lower() == "true" for c in cells]
    return [nan if c in nothing else c for c in cells]


def _floats(cells, nothing):
    if any("_" in c for c in cells):
        raise ValueError
    return [nan if c in nothing else float(c) for c in cells]


def _divided(a, b):
    try:
        return a / b
    except ZeroDivisionError:
        return nan if a == 0 or missing(a) else math.copysign(math.inf, a)


OPERATORS = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "truediv": _divided, "floordiv": operator.floordiv,
    "mod": operator.mod, "pow": operator.pow, "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le,
    "gt": operator.gt, "ge": operator.ge, "and": operator.and_, "or": operator.or_, "xor": operator.xor,
}


def install(cls, apply):
    """Gives a class the operators. @param apply(self, function, other)."""
    for name, function in OPERATORS.items():
        setattr(cls, f"__{name}__", lambda self, other, f=function: apply(self, f, other))
        if name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or"):
            setattr(cls, f"__r{name}__", lambda self, other, f=function: apply(self, lambda a, b: f(b, a), other))
    for name in ("add", "sub", "mul", "pow", "eq", "ne", "lt", "le", "gt", "ge"):
        setattr(cls, name, lambda self, other, f=OPERATORS[name]: apply(self, f, other))
    cls.div = cls.divide = cls.__truediv__
    cls.__invert__ = lambda self: apply(self, lambda a, _: not a, 0)
    cls.__neg__ = lambda self: apply(self, lambda a, _: -a, 0)
    cls.abs = cls.__abs__ = lambda self: apply(self, lambda a, _: abs(a), 0)


# Of many values, without those that are missing


def mean(values):
    v = there(values)
    return math.fsum(v) / len(v) if v else nan


def var(values, ddof=1):
    v = there(values)
    if len(v) <= ddof:
        return nan
    m = mean(v)
    return math.fsum((x - m) ** 2 for x in v) / (len(v) - ddof)


def std(values, ddof=1):
    return math.sqrt(var(values, ddof))


def quantile(values, q=0.5):
    v = sorted(there(values))
    if not v:
        return nan
    at = (len(v) - 1) * q
    low = math.floor(at)
    high = min(low + 1, len(v) - 1)
    return v[low] + (v[high] - v[low]) * (at - low)


def _of_numbers(function, empty=nan):
    return lambda values: function(v) if (v := there(values)) else empty


REDUCE = {
    "mean": mean, "median": quantile, "sum": _of_numbers(sum, 0), "min": _of_numbers(min), "max": _of_numbers(max),
    "std": std, "var": var, "count": lambda v: len(there(v)), "any": any, "all": all,
    "nunique": lambda v: len(set(there(v))),
}


def mode(values):
    counted = Counter(there(values))
    most = max(counted.values(), default=0)
    return sorted(v for v, n in counted.items() if n == most)


def converted(values, dtype):
    """`astype` of a column."""
    name = getattr(dtype, "name", None) or getattr(dtype, "__name__", None) or str(dtype)
    if "float" in name or name == "double":
        return [float(v) for v in values]
    if "bool" in name:
        return [bool(v) for v in values]
    if "int" in name or name == "long":
        for v in values:
            if missing(v):
                raise ValueError("cannot convert float NaN to integer")
        return [int(v) for v in values]
    if name in ("str", "object", "string"):
        return [str(v) for v in values] if name != "object" else list(values)
    if name == "category":
        return list(values)
    raise trace.Unsupported(f"astype({name!r}) of a table's column is not read")


def tensor(values, shape, columns=None, dtype=None):
    """An array of values, row by row."""
    from numpy import _dtype
    from numpy._arrays import array_of
    from torch import _make, _tensor

    texts = next((v for v in values if isinstance(v, str) or v is None), None)
    if texts is not None:
        raise TypeError(f"can't convert np.ndarray of type numpy.object_: {texts!r} is text. Encode such columns first, "
                        "e.g. with map or get_dummies.")
    made = _make.packed(values, shape, _tensor.DTYPES[kind(values) if values else "float64"], columns)
    wanted = _dtype(dtype) if dtype is not None else None
    return array_of(made if wanted is None or wanted is made.dtype else made.to(wanted))
