"""
Tables for scripts that train: what lessons do with a file before it becomes tensors. Plain lists in Python; pandas
itself, in WebAssembly, would be larger than all the rest.
"""

import csv as _csv

from _vitrine import files as _files
from _vitrine import trace as _trace

from . import _values
from ._frame import DataFrame
from ._series import Index, Series
from ._values import missing as _missing
from ._values import nan as NA

__version__ = "2.2.3"


def read_csv(filepath_or_buffer, sep=None, delimiter=None, header="infer", names=None, index_col=None, usecols=None,
             dtype=None, skiprows=0, nrows=None, na_values=None, encoding="utf-8", comment=None, quotechar='"',
             skipinitialspace=False, decimal=".", thousands=None, delim_whitespace=False, parse_dates=None, **_):
    if decimal != "." or thousands:
        raise _trace.Unsupported("pandas.read_csv with decimal or thousands is not read")
    sep = sep if sep is not None else delimiter if delimiter is not None else ","
    spaces = delim_whitespace or sep in (r"\s+", r"\s{1,}")
    lines = _lines(filepath_or_buffer, encoding)
    lines = lines[skiprows:] if isinstance(skiprows, int) else [l for i, l in enumerate(lines) if i not in set(skiprows)]
    if comment:
        lines = [l.split(comment)[0] for l in lines]
    if spaces:
        rows = [l.split() for l in lines if l.strip()]
    else:
        if len(sep) > 1:
            raise _trace.Unsupported(f"pandas.read_csv with sep={sep!r} is not read")
        rows = [r for r in _csv.reader(lines, delimiter=sep, quotechar=quotechar, skipinitialspace=skipinitialspace) if r]
    if not rows:
        raise ValueError("No columns to parse from file")
    head = None
    if header == "infer":
        header = 0 if names is None else None
    if header is not None:
        head, rows = rows[header], rows[header + 1:]
    if names is not None:
        head = list(names)
    if head is None:
        head = list(range(len(rows[0])))
    if nrows is not None:
        rows = rows[:nrows]
    width = len(head)
    # A column more than names is the rows' names.
    extra = bool(rows) and len(rows[0]) == width + 1 and names is None
    for i, r in enumerate(rows):
        if len(r) > width + extra:
            raise ValueError(f"Error tokenizing data. Expected {width} fields in line {i + 2}, saw {len(r)}")
    columns = list(zip(*[r + [""] * (width + extra - len(r)) for r in rows])) or [()] * width
    labels = _values.parsed(columns.pop(0)) if extra else None
    nothing = _values.NOTHING | set(map(str, na_values if isinstance(na_values, (list, set, tuple)) else
                                        [na_values] if na_values is not None else []))
    data, seen = {}, {}
    for name, cells in zip(head, columns):
        name = name.strip("\ufeff") if isinstance(name, str) else name
        if name in data:
            seen[name] = seen.get(name, 0) + 1
            name = f"{name}.{seen[name]}"
        elif name == "":
            name = f"Unnamed: {len(data)}"
        as_text = dtype in (str, "str") or isinstance(dtype, dict) and dtype.get(name) in (str, "str")
        data[name] = _values.parsed(cells, as_text, nothing)
        wanted = dtype.get(name) if isinstance(dtype, dict) else dtype
        if wanted is not None and not as_text:
            data[name] = _values.converted(data[name], wanted)
    made = DataFrame(data, index=labels)
    if index_col is not None and index_col is not False:
        made = made.set_index(index_col if isinstance(index_col, str) else head[index_col])
    if callable(usecols):
        return made[[n for n in made.columns if usecols(n)]]
    if usecols is not None:
        wanted = [head[c] if isinstance(c, int) else c for c in usecols]
        return made[[n for n in made.columns if n in wanted]]
    return made


def read_table(path, sep="\t", **options):
    return read_csv(path, sep=sep, **options)


def _lines(source, encoding):
    if hasattr(source, "read"):
        text = source.read()
        text = text.decode(encoding or "utf-8") if isinstance(text, bytes) else text
    else:
        with open(_files.located(source), "rb") as file:
            data = file.read()
        if data[:2] == b"\x1f\x8b":
            import gzip

            data = gzip.decompress(data)
        text = data.decode(encoding or "utf-8")
    return text.splitlines(True)


def concat(objs, axis=0, ignore_index=False, **_):
    parts = [o.to_frame() if isinstance(o, Series) else o for o in objs if o is not None]
    if axis in (1, "columns"):
        made = {n: v for p in parts for n, v in p._data.items()}
        if any(p._labels != parts[0]._labels for p in parts):
            raise _trace.Unsupported("pandas.concat of tables with other rows side by side is not read: use reset_index(drop=True)")
        return parts[0]._like(made)
    if all(isinstance(o, Series) for o in objs):
        return Series([v for o in objs for v in o], None if ignore_index else [k for o in objs for k in o._labels])
    names = list(dict.fromkeys(n for p in parts for n in p._data))
    data = {n: [v for p in parts for v in p._data.get(n, [NA] * len(p))] for n in names}
    return DataFrame(data, index=None if ignore_index else [k for p in parts for k in p._labels])


def get_dummies(data, columns=None, prefix=None, prefix_sep="_", drop_first=False, dummy_na=False, dtype=bool, **_):
    """A column of truth values for each value that a column has."""
    if isinstance(data, Series):
        frame, columns, named = data.to_frame(data.name), None, prefix is not None
    else:
        frame, named = data, True
    chosen = list(columns) if columns is not None else [
        n for n, v in frame._data.items() if not isinstance(data, DataFrame) or _values.kind(v) == "object"]
    out = {n: v for n, v in frame._data.items() if n not in chosen}
    for at, name in enumerate(chosen):
        values = frame._column(name)
        levels = sorted(set(_values.there(values)))[1 if drop_first else 0:]
        head = prefix if isinstance(prefix, str) else prefix[at] if isinstance(prefix, (list, tuple)) else name
        for level in levels:
            made = [v == level for v in values]
            out[f"{head}{prefix_sep}{level}" if named else level] = made if dtype in (bool, "bool") else _values.converted(made, dtype)
        if dummy_na:
            out[f"{head}{prefix_sep}nan"] = [_missing(v) for v in values]
    return frame._like(out)


def isnull(value):
    return value.isnull() if hasattr(value, "isnull") else _missing(value)


isna = isnull


def notnull(value):
    return value.notnull() if hasattr(value, "notnull") else not _missing(value)


notna = notnull


def to_numeric(values, errors="raise", **_):
    def number(v):
        try:
            return int(v) if not isinstance(v, float) and float(v) == int(v) and "." not in str(v) else float(v)
        except (TypeError, ValueError):
            if errors == "coerce":
                return NA
            raise

    return values.map(number) if isinstance(values, Series) else [number(v) for v in values]


def factorize(values, **_):
    levels = list(dict.fromkeys(v for v in values if not _missing(v)))
    place = {v: i for i, v in enumerate(levels)}
    from numpy import array

    return array([place.get(v, -1) for v in values]), Index(levels)


def Categorical(values, categories=None, **_):
    """What has `codes` and `categories`."""
    if categories is None:
        return Series(list(values)).astype("category").cat
    place = {v: i for i, v in enumerate(categories)}
    return _Coded([place.get(v, -1) for v in values], Index(list(categories)))


class _Coded:
    def __init__(self, codes, categories):
        from numpy import array

        self.codes, self.categories = array(codes), categories


def unique(values):
    return list(dict.fromkeys(values))


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.make(f"pandas.{name}")
