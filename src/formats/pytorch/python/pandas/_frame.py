"""A table."""

import random

from _vitrine import trace, unknown
from _vitrine.chance import twister

from . import _values as cells
from ._series import Index, Series, is_mask, listed, masked
from ._values import missing


class DataFrame:
    def __init__(self, data=None, index=None, columns=None, dtype=None, **_):
        put = self.__dict__
        put["_data"] = {}
        if isinstance(data, DataFrame):
            index, data = index or data._labels, dict(data._data)
        if isinstance(data, dict):
            for name, values in data.items():
                if isinstance(values, Series) and index is None:
                    index = values._labels
                self._data[name] = listed(values) if hasattr(values, "__iter__") and not isinstance(values, str) else values
        elif data is not None:
            rows = listed(data)
            if rows and isinstance(rows[0], dict):
                names = list(dict.fromkeys(k for r in rows for k in r))
                self._data.update((n, [r.get(n, cells.nan) for r in rows]) for n in names)
            else:
                rows = [listed(r) if hasattr(r, "__iter__") and not isinstance(r, str) else [r] for r in rows]
                names = list(columns) if columns is not None else list(range(len(rows[0]) if rows else 0))
                self._data.update((n, [r[i] for r in rows]) for i, n in enumerate(names))
        elif columns is not None:
            self._data.update((n, []) for n in columns)
        count = next((len(v) for v in self._data.values() if isinstance(v, list)), 1)
        for name, values in self._data.items():
            if not isinstance(values, list):
                self._data[name] = [values] * count
        if isinstance(data, dict) and columns is not None:
            put["_data"] = {n: self._data[n] for n in columns}
        put["_labels"] = list(index) if index is not None else list(range(count if self._data else 0))
        if dtype is not None:
            put["_data"] = {n: cells.converted(v, dtype) for n, v in self._data.items()}

    def _like(self, data, labels=None):
        made = object.__new__(DataFrame)
        made.__dict__.update(_data=data, _labels=list(self._labels if labels is None else labels))
        return made

    def _became(self, made, inplace):
        if not inplace:
            return made
        self.__dict__.update(made.__dict__)
        return None

    def _series(self, name):
        made = Series(None, self._labels, name)
        # The same list: what is set in a column is set in the table.
        made._data = self._data[name]
        return made

    # What it is

    def __len__(self):
        return len(self._labels)

    def __iter__(self):
        return iter(self._data)

    def __contains__(self, name):
        return name in self._data

    def __bool__(self):
        raise ValueError("The truth value of a DataFrame is ambiguous. Use a.empty, a.any() or a.all().")

    @property
    def columns(self):
        return Index(self._data)

    @columns.setter
    def columns(self, names):
        self.__dict__["_data"] = dict(zip(names, self._data.values(), strict=True))

    @property
    def index(self):
        return Index(self._labels)

    @index.setter
    def index(self, labels):
        self.__dict__["_labels"] = list(labels)

    @property
    def shape(self):
        return (len(self), len(self._data))

    @property
    def size(self):
        return len(self) * len(self._data)

    ndim = 2

    @property
    def empty(self):
        return self.size == 0

    @property
    def dtypes(self):
        return Series([cells.kind(v) for v in self._data.values()], list(self._data))

    @property
    def values(self):
        return self.to_numpy()

    def to_numpy(self, dtype=None, *_, **__):
        columns = list(self._data.values())
        text = [n for n, v in self._data.items() if cells.kind(v) == "object"]
        if text:
            raise TypeError(f"can't convert np.ndarray of type numpy.object_: the column {text[0]!r} holds text. Encode "
                            "such columns first, e.g. with map or get_dummies, or leave them out with drop.")
        if len({cells.kind(v) == "bool" for v in columns}) > 1 and dtype is None:
            raise TypeError("can't convert np.ndarray of type numpy.object_: columns of numbers and of truth values "
                            "together are objects to pandas. Say astype(float) first.")
        flat = [v for row in zip(*columns) for v in row]
        return cells.tensor(flat, list(self.shape), [str(n) for n in self._data], dtype)

    __array__ = to_numpy

    def tolist(self):
        return [list(r) for r in zip(*self._data.values())]

    def to_dict(self, orient="dict"):
        if orient == "records":
            return [dict(zip(self._data, r)) for r in zip(*self._data.values())]
        return {n: list(v) if orient == "list" else dict(zip(self._labels, v)) for n, v in self._data.items()}

    def items(self):
        return ((n, self._series(n)) for n in list(self._data))

    def keys(self):
        return self.columns

    def iterrows(self):
        return ((k, self.iloc[i]) for i, k in enumerate(self._labels))

    def itertuples(self, index=True, name="Pandas"):
        from collections import namedtuple

        made = namedtuple(name or "Row", [*(["Index"] if index else []), *map(str, self._data)], rename=True)
        return (made(*([k] if index else []), *row) for k, row in zip(self._labels, zip(*self._data.values())))

    def info(self, *_, **__):
        return None

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self.__dict__.get("_data", ()):
            return self._series(name)
        return unknown.make(f"DataFrame.{name}")

    def __setattr__(self, name, value):
        if name in ("columns", "index"):
            object.__setattr__(self, name, value)
        elif name in self._data:
            self[name] = value

    # Picking

    def _rows(self, places):
        places = list(places)
        return self._like({n: [v[i] for i in places] for n, v in self._data.items()}, [self._labels[i] for i in places])

    def __getitem__(self, key):
        if isinstance(key, slice):
            return self._rows(range(len(self))[key])
        if is_mask(key):
            return self._rows(masked(key))
        if isinstance(key, DataFrame):
            raise trace.Unsupported("a table that picks single cells of a table is not read")
        if isinstance(key, (list, Index, Series)):
            return self._like({n: self._column(n) for n in key})
        self._column(key)
        return self._series(key)

    def _column(self, name):
        if name not in self._data:
            raise KeyError(f"{name!r} is no column: there are {', '.join(map(repr, list(self._data)[:12]))}")
        return self._data[name]

    def __setitem__(self, key, value):
        if isinstance(key, (list, Index)) and not is_mask(key):
            given = list(value._data.values()) if isinstance(value, DataFrame) else listed(value.T if hasattr(value, "T") else value)
            for name, values in zip(key, given, strict=True):
                self[name] = values
            return
        if isinstance(value, Series) and value._labels != self._labels and self._data:
            if set(value._labels) != set(self._labels):
                raise trace.Unsupported("a column with other rows than the table is not put into it: use reset_index(drop=True)")
            found = dict(zip(value._labels, value._data))
            value = [found[k] for k in self._labels]
        if hasattr(value, "__iter__") and not isinstance(value, str):
            value = listed(value)
            if self._data and len(value) != len(self):
                raise ValueError(f"Length of values ({len(value)}) does not match length of index ({len(self)})")
        else:
            value = [value] * len(self)
        if not self._data:
            self.__dict__["_labels"] = list(range(len(value)))
        self._data[key] = list(value)

    def __delitem__(self, name):
        del self._data[name]

    def pop(self, name):
        made = self._series(name)
        del self._data[name]
        return made

    def insert(self, at, name, value, **_):
        self[name] = value
        names = [n for n in self._data if n != name]
        names.insert(at, name)
        self.__dict__["_data"] = {n: self._data[n] for n in names}

    def assign(self, **columns):
        made = self.copy()
        for name, value in columns.items():
            made[name] = value(made) if callable(value) else value
        return made

    @property
    def iloc(self):
        return _Places(self)

    @property
    def loc(self):
        return _Labels(self)

    def head(self, n=5):
        return self[:n]

    def tail(self, n=5):
        return self[-n:]

    def sample(self, n=None, frac=None, random_state=None, replace=False, **_):
        if replace:
            raise trace.Unsupported("DataFrame.sample with replacement is not read")
        count = len(self) if n is None and frac is None else n if n is not None else round(frac * len(self))
        source = twister(random_state)
        if source is not None:
            return self._rows(source.permutation(len(self))[:count])
        order = list(range(len(self)))
        random.Random(len(self)).shuffle(order)
        return self._rows(order[:count])

    def copy(self, *_, **__):
        return self._like({n: list(v) for n, v in self._data.items()})

    def drop(self, labels=None, axis=0, index=None, columns=None, inplace=False, errors="raise", **_):
        gone = columns if columns is not None else index if index is not None else labels
        gone = list(gone) if isinstance(gone, (list, tuple, set)) else [gone]
        if columns is not None or axis in (1, "columns"):
            for name in gone:
                if errors == "raise":
                    self._column(name)
            return self._became(self._like({n: v for n, v in self._data.items() if n not in gone}), inplace)
        return self._became(self._rows(i for i, k in enumerate(self._labels) if k not in gone), inplace)

    def dropna(self, axis=0, how="any", subset=None, inplace=False, **_):
        looked = [self._data[n] for n in ([subset] if isinstance(subset, str) else subset or self._data)]
        test = any if how == "any" else all
        if axis in (1, "columns"):
            return self._became(self._like({n: v for n, v in self._data.items() if not test(map(missing, v))}), inplace)
        kept = [i for i in range(len(self)) if not test(missing(v[i]) for v in looked)]
        return self._became(self._rows(kept), inplace)

    def drop_duplicates(self, subset=None, inplace=False, **_):
        looked = [self._data[n] for n in ([subset] if isinstance(subset, str) else subset or self._data)]
        first = {}
        for i, row in enumerate(zip(*looked)):
            first.setdefault(row, i)
        return self._became(self._rows(first.values()), inplace)

    def select_dtypes(self, include=None, exclude=None):
        def matches(values, wanted):
            kind = cells.kind(values)
            names = [getattr(w, "name", None) or getattr(w, "__name__", None) or str(w)
                     for w in (wanted if isinstance(wanted, (list, tuple)) else [wanted])]
            return any(n == kind or n == "number" and kind in ("int64", "float64") or n in ("int", "float") and
                       kind.startswith(n) or n in ("category", "str", "string") and kind == "object" for n in names)

        return self._like({n: v for n, v in self._data.items() if (include is None or matches(v, include)) and not (
            exclude is not None and matches(v, exclude))})

    def reset_index(self, drop=False, inplace=False, **_):
        data = dict(self._data) if drop else {"index": list(self._labels), **self._data}
        return self._became(self._like(data, range(len(self))), inplace)

    def set_index(self, name, inplace=False, **_):
        made = self._like({n: v for n, v in self._data.items() if n != name}, self._data[name])
        return self._became(made, inplace)

    def sort_values(self, by, ascending=True, inplace=False, **_):
        names = [by] if isinstance(by, str) else by
        order = sorted(range(len(self)), key=lambda i: [self._data[n][i] for n in names], reverse=not ascending)
        return self._became(self._rows(order), inplace)

    # Making other values

    def rename(self, columns=None, inplace=False, **_):
        name = columns if callable(columns) else lambda n: (columns or {}).get(n, n)
        return self._became(self._like({name(n): v for n, v in self._data.items()}), inplace)

    def astype(self, dtype, **_):
        how = dtype if isinstance(dtype, dict) else {n: dtype for n in self._data}
        return self._like({n: cells.converted(v, how[n]) if n in how else v for n, v in self._data.items()})

    def fillna(self, value=None, inplace=False, method=None, **_):
        if method is not None or value is None:
            raise trace.Unsupported("fillna by a method is not read: give a value")
        if isinstance(value, Series):
            value = value.to_dict()
        how = value if isinstance(value, dict) else {n: value for n in self._data}
        return self._became(self._like({
            n: [how[n] if missing(x) else x for x in v] if n in how else v for n, v in self._data.items()
        }), inplace)

    def replace(self, old, new=None, inplace=False, **_):
        if isinstance(old, dict) and any(isinstance(v, dict) for v in old.values()):
            made = {n: [old[n].get(x, x) for x in v] if n in old else v for n, v in self._data.items()}
        else:
            made = {n: self._series(n).replace(old, new)._data for n in self._data}
        return self._became(self._like(made), inplace)

    def apply(self, how, axis=0, **options):
        if axis in (1, "columns"):
            made = [how(self.iloc[i], **options) for i in range(len(self))]
            return Series(made, self._labels)
        made = {n: how(self._series(n), **options) for n in self._data}
        if all(isinstance(v, Series) for v in made.values()):
            return self._like({n: v._data for n, v in made.items()})
        return Series(list(made.values()), list(made))

    def map(self, how):
        return self._like({n: [how(x) for x in v] for n, v in self._data.items()})

    applymap = map

    def isnull(self):
        return self._like({n: [missing(x) for x in v] for n, v in self._data.items()})

    isna = isnull

    def notnull(self):
        return self._like({n: [not missing(x) for x in v] for n, v in self._data.items()})

    def round(self, decimals=0):
        return self._like({n: [round(x, decimals) for x in v] for n, v in self._data.items()})

    @property
    def T(self):
        return DataFrame([list(v) for v in self._data.values()], index=list(self._data), columns=self._labels)


class _Places:
    """`iloc`"""

    def __init__(self, frame):
        self._frame = frame

    def __getitem__(self, key):
        frame = self._frame
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        names = list(frame._data)
        single = isinstance(columns, int) or hasattr(columns, "__index__") and not hasattr(columns, "tolist")
        picked = [names[columns]] if single else [names[i] for i in _places(columns, len(names))]
        if isinstance(rows, int) or hasattr(rows, "__index__") and not hasattr(rows, "tolist"):
            values = [frame._data[n][rows] for n in picked]
            return values[0] if single else Series(values, picked, frame._labels[rows])
        made = frame._like({n: frame._data[n] for n in picked})._rows(_places(rows, len(frame)))
        return made._series(picked[0]) if single else made


def _places(key, n):
    if isinstance(key, slice):
        return range(n)[key]
    return [i % n for i in (masked(key) if is_mask(key) else listed(key))]


class _Labels:
    """`loc`"""

    def __init__(self, frame):
        self._frame = frame

    def _split(self, key):
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        frame = self._frame
        names = list(frame._data)
        if isinstance(columns, slice):
            first = names.index(columns.start) if columns.start is not None else 0
            last = names.index(columns.stop) + 1 if columns.stop is not None else len(names)
            picked = names[first:last]
        else:
            picked = listed(columns) if isinstance(columns, (list, tuple, Index)) else [columns]
        if is_mask(rows):
            places = masked(rows)
        elif isinstance(rows, slice):
            labels = frame._labels
            first = labels.index(rows.start) if rows.start is not None else 0
            last = labels.index(rows.stop) + 1 if rows.stop is not None else len(labels)
            places = list(range(first, last))
        else:
            wanted = listed(rows) if hasattr(rows, "__iter__") and not isinstance(rows, str) else [rows]
            where = {k: i for i, k in enumerate(frame._labels)}
            places = [where[k] for k in wanted]
        one_row = not isinstance(rows, slice) and (isinstance(rows, str) or not hasattr(rows, "__iter__"))
        one_column = not isinstance(columns, (slice, list, tuple, Index))
        return places, picked, one_row, one_column

    def __getitem__(self, key):
        places, picked, one_row, one_column = self._split(key)
        made = self._frame._like({n: self._frame._column(n) for n in picked})._rows(places)
        if one_row and one_column:
            return made._data[picked[0]][0]
        if one_row:
            return Series([made._data[n][0] for n in picked], picked)
        return made._series(picked[0]) if one_column else made

    def __setitem__(self, key, value):
        places, picked, _, _ = self._split(key)
        for name in picked:
            self._frame._data.setdefault(name, [cells.nan] * len(self._frame))
            column = self._frame._data[name]
            for n, i in enumerate(places):
                column[i] = listed(value)[n] if hasattr(value, "__iter__") and not isinstance(value, str) else value


def _apply(self, function, other):
    if isinstance(other, DataFrame):
        return self._like({n: [function(a, b) for a, b in zip(v, other._data[n], strict=True)] for n, v in self._data.items()})
    if isinstance(other, Series):
        found = other.to_dict()
        return self._like({n: [function(x, found[n]) for x in v] for n, v in self._data.items()})
    return self._like({n: [function(x, other) for x in v] for n, v in self._data.items()})


cells.install(DataFrame, _apply)


def _reduced(function):
    def reduce(self, axis=0, numeric_only=False, ddof=None, **_):
        options = {} if ddof is None else {"ddof": ddof}
        if axis in (1, "columns"):
            return Series([function(list(r), **options) for r in zip(*self._data.values())], self._labels)
        names = [n for n, v in self._data.items() if not numeric_only or cells.kind(v) != "object"]
        return Series([function(self._data[n], **options) for n in names], names)

    return reduce


for _name, _function in cells.REDUCE.items():
    setattr(DataFrame, _name, _reduced(_function))
