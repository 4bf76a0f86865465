"""A column of a table."""

from collections import Counter

from _vitrine import trace, unknown

from . import _values as cells
from ._values import missing


class Series:
    def __init__(self, data=None, index=None, name=None, dtype=None, **_):
        if isinstance(data, dict):
            index, data = list(data), list(data.values())
        elif isinstance(data, Series):
            index, name, data = index or data._labels, name or data.name, data._data
        elif hasattr(data, "tolist"):
            data = data.tolist()
        elif data is None:
            data = []
        elif isinstance(data, (str, int, float)):
            data = [data] * len(index if index is not None else [0])
        self._data = list(data)
        self._labels = list(index) if index is not None else list(range(len(self._data)))
        self.name = name
        if dtype is not None:
            self._data = cells.converted(self._data, dtype)

    def _like(self, data, name=None):
        return Series(data, self._labels, self.name if name is None else name)

    # What it is

    def __len__(self):
        return len(self._data)

    def __iter__(self):
        return iter(self._data)

    def __contains__(self, label):
        return label in self._labels

    def __bool__(self):
        raise ValueError("The truth value of a Series is ambiguous. Use a.empty, a.bool(), a.item(), a.any() or a.all().")

    @property
    def shape(self):
        return (len(self._data),)

    @property
    def size(self):
        return len(self._data)

    ndim = 1

    @property
    def empty(self):
        return not self._data

    @property
    def dtype(self):
        return cells.kind(self._data)

    dtypes = dtype

    @property
    def index(self):
        return Index(self._labels)

    @index.setter
    def index(self, labels):
        self._labels = list(labels)

    @property
    def values(self):
        return self.to_numpy()

    def to_numpy(self, dtype=None, *_, **__):
        # Text is no array of numbers, but something to go through.
        if dtype is None and self.dtype == "object":
            return self
        return cells.tensor(self._data, [len(self._data)], None if self.name is None else [str(self.name)], dtype)

    __array__ = to_numpy

    def tolist(self):
        return list(self._data)

    to_list = tolist

    def item(self):
        return self._data[0]

    def to_frame(self, name=None):
        from ._frame import DataFrame

        return DataFrame({name or self.name or 0: self})

    def to_dict(self):
        return dict(zip(self._labels, self._data))

    def items(self):
        return iter(zip(self._labels, self._data))

    iteritems = items

    def keys(self):
        return self.index

    # Picking

    def _picked(self, places):
        return Series([self._data[i] for i in places], [self._labels[i] for i in places], self.name)

    def __getitem__(self, key):
        if isinstance(key, slice):
            return self._picked(range(len(self))[key])
        if is_mask(key):
            return self._picked(masked(key))
        if isinstance(key, (list, tuple)) or hasattr(key, "tolist"):
            return self._picked([self._labels.index(k) for k in listed(key)])
        if key in self._labels:
            return self._data[self._labels.index(key)]
        return self._data[key]

    def __setitem__(self, key, value):
        if is_mask(key):
            for i in masked(key):
                self._data[i] = value
        else:
            self._data[self._labels.index(key) if key in self._labels else key] = value

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self.__dict__.get("_labels", ()):
            return self[name]
        return unknown.make(f"Series.{name}")

    @property
    def iloc(self):
        return _Places(self)

    @property
    def loc(self):
        return self

    def get(self, key, default=None):
        return self[key] if key in self._labels else default

    def head(self, n=5):
        return self[:n]

    def tail(self, n=5):
        return self[-n:]

    def dropna(self, **_):
        return self._picked([i for i, v in enumerate(self._data) if not missing(v)])

    def drop(self, labels=None, **_):
        gone = set(labels if isinstance(labels, (list, tuple)) else [labels])
        return self._picked([i for i, k in enumerate(self._labels) if k not in gone])

    def reset_index(self, drop=False, **_):
        if not drop:
            raise trace.Unsupported("Series.reset_index without drop=True is not read")
        return Series(self._data, None, self.name)

    def copy(self, *_, **__):
        return self._like(self._data)

    def sort_values(self, ascending=True, **_):
        return self._picked(sorted(range(len(self)), key=lambda i: self._data[i], reverse=not ascending))

    def unique(self):
        return list(dict.fromkeys(self._data))

    def duplicated(self, *_, **__):
        seen = set()
        return self._like([v in seen or seen.add(v) is not None for v in self._data])

    # Making other values

    def map(self, how, **_):
        if isinstance(how, (dict, Series)):
            found = how.to_dict() if isinstance(how, Series) else how
            return self._like([found.get(v, cells.nan) for v in self._data])
        return self._like([how(v) for v in self._data])

    def apply(self, how, *_, args=(), **options):
        return self._like([how(v, *args, **options) for v in self._data])

    transform = apply

    def astype(self, dtype, **_):
        return self._like(cells.converted(self._data, dtype))

    def replace(self, old, new=None, inplace=False, **_):
        found = old if isinstance(old, dict) else {o: new for o in (old if isinstance(old, list) else [old])}
        return self._became([found.get(v, v) for v in self._data], inplace)

    def fillna(self, value=None, inplace=False, method=None, **_):
        if method is not None or value is None:
            raise trace.Unsupported("fillna by a method is not read: give a value")
        value = value._data[0] if isinstance(value, Series) and len(value) == 1 else value
        return self._became([value if missing(v) else v for v in self._data], inplace)

    def _became(self, data, inplace):
        if not inplace:
            return self._like(data)
        self._data[:] = data
        return None

    def isnull(self):
        return self._like([missing(v) for v in self._data])

    isna = isnull

    def notnull(self):
        return self._like([not missing(v) for v in self._data])

    notna = notnull

    def isin(self, values):
        values = set(values)
        return self._like([v in values for v in self._data])

    def between(self, low, high, **_):
        return self._like([low <= v <= high for v in self._data])

    def clip(self, lower=None, upper=None, **_):
        low = float("-inf") if lower is None else lower
        high = float("inf") if upper is None else upper
        return self._like([min(max(v, low), high) for v in self._data])

    def round(self, decimals=0):
        return self._like([round(v, decimals) for v in self._data])

    def shift(self, periods=1, **_):
        n, nan = len(self), cells.nan
        moved = [self._data[i - periods] if 0 <= i - periods < n else nan for i in range(n)]
        return self._like(moved)

    def mode(self, **_):
        return Series(cells.mode(self._data))

    def quantile(self, q=0.5, **_):
        return cells.quantile(self._data, q)

    def std(self, axis=None, ddof=1, **_):
        return cells.std(self._data, ddof)

    def var(self, axis=None, ddof=1, **_):
        return cells.var(self._data, ddof)

    def idxmax(self, **_):
        return self._labels[self._data.index(max(self._data))]

    def value_counts(self, **_):
        ordered = Counter(cells.there(self._data)).most_common()
        return Series([n for _, n in ordered], [k for k, _ in ordered], self.name)

    @property
    def str(self):
        return _Text(self)

    @property
    def cat(self):
        return _Categories(self)


class Index(list):
    """Names of columns or rows."""

    def tolist(self):
        return list(self)

    to_list = tolist

    @property
    def values(self):
        return list(self)

    @property
    def shape(self):
        return (len(self),)

    def __getitem__(self, key):
        if is_mask(key):
            return Index(self[i] for i in masked(key))
        picked = list.__getitem__(self, key)
        return Index(picked) if isinstance(key, slice) else picked

    def drop(self, labels):
        gone = set(labels) if isinstance(labels, (list, tuple)) else {labels}
        return Index(v for v in self if v not in gone)

    difference = drop

    def get_loc(self, label):
        return self.index(label)

    def __ne__(self, other):
        return [v != other for v in self] if isinstance(other, str) else list.__ne__(self, other)

    def __eq__(self, other):
        return [v == other for v in self] if isinstance(other, str) else list.__eq__(self, other)

    __hash__ = None


class _Places:
    def __init__(self, series):
        self._series = series

    def __getitem__(self, key):
        series = self._series
        if isinstance(key, slice):
            return series[key]
        if isinstance(key, (list, tuple)) or hasattr(key, "tolist"):
            return series._picked(masked(key) if is_mask(key) else listed(key))
        return series._data[key]


class _Text:
    """`series.str`: a method of each text."""

    def __init__(self, series):
        self._series = series

    def __getattr__(self, name):
        if name == "contains":
            import re

            return lambda part, regex=True, **_: self._each(
                lambda v: bool(re.search(part, v)) if regex else part in v)
        if name == "len":
            return lambda: self._each(len)
        if name == "replace":
            import re

            return lambda old, new, regex=False, **_: self._each(
                lambda v: re.sub(old, new, v) if regex else v.replace(old, new))
        if not hasattr(str, name):
            raise trace.Unsupported(f"Series.str.{name} is not read")
        return lambda *arguments: self._each(lambda v: getattr(v, name)(*arguments))

    def __getitem__(self, key):
        return self._each(lambda v: v[key])

    def _each(self, how):
        return self._series._like([cells.nan if missing(v) else how(v) for v in self._series._data])


class _Categories:
    def __init__(self, series):
        self._series = series
        self.categories = Index(sorted(set(cells.there(series._data))))

    @property
    def codes(self):
        place = {v: i for i, v in enumerate(self.categories)}
        return self._series._like([place.get(v, -1) for v in self._series._data])


def listed(key):
    return key.tolist() if hasattr(key, "tolist") else list(key)


def is_mask(key):
    if isinstance(key, Series):
        return key.dtype == "bool"
    if hasattr(key, "_dtype"):
        return key._dtype.name == "bool"
    return isinstance(key, list) and bool(key) and all(isinstance(k, bool) for k in key)


def masked(mask):
    return [i for i, m in enumerate(listed(mask)) if m]


def _apply(self, function, other):
    if isinstance(other, Series) or hasattr(other, "tolist") or isinstance(other, (list, tuple)):
        others = other._data if isinstance(other, Series) else listed(other)
        if isinstance(other, Series) and other._labels != self._labels and len(others) == len(self):
            raise trace.Unsupported("columns of tables with other rows are not joined row by row: use reset_index(drop=True)")
        return self._like([function(a, b) for a, b in zip(self._data, others, strict=True)])
    return self._like([function(a, other) for a in self._data])


cells.install(Series, _apply)


def _reduced(name, function):
    def reduce(self, *_, **__):
        return function(self._data)

    reduce.__name__ = name
    return reduce


for _name, _function in cells.REDUCE.items():
    if _name not in ("std", "var"):
        setattr(Series, _name, _reduced(_name, _function))
