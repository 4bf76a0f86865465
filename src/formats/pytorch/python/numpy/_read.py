"""Files of numbers."""

from _vitrine import files, trace
from torch._tensor import _from

from ._arrays import array_of


def _tensors(how, path, **options):
    return [(t, array_of(_from(t))) for t in files.tensors(how, path, **options)]


def _marks(comments):
    return [comments] if isinstance(comments, str) else list(comments or ())


def loadtxt(fname, dtype=float, comments="#", delimiter=None, converters=None, skiprows=0, usecols=None, unpack=False,
            ndmin=0, max_rows=None, missing=False, **_):
    if converters or dtype in (str, "str", object):
        raise trace.Unsupported("numpy.loadtxt of what is no number is not read: use the csv module or pandas.read_csv")
    usecols = [usecols] if isinstance(usecols, int) else usecols
    options = {"delimiter": delimiter, "comments": _marks(comments), "skip": int(skiprows), "missing": missing,
               "columns": None if usecols is None else [int(c) for c in usecols], "most": max_rows}
    [(_, read)] = _tensors("text", fname, **options)
    import numpy

    wanted = numpy._dtype(dtype)
    read = read.to(wanted) if wanted is not None and wanted is not read.dtype else read
    if ndmin < 2 and 1 in read.shape:
        read = read.squeeze() if ndmin == 0 else read.reshape(-1)
    return read.T if unpack else read


def genfromtxt(fname, dtype=float, comments="#", delimiter=None, skip_header=0, usecols=None, unpack=False, names=None,
               filling_values=None, max_rows=None, **_):
    if names or dtype is None:
        raise trace.Unsupported("numpy.genfromtxt with names or dtype=None gives an array of records, which is not read: "
                                "use skip_header=1, or pandas.read_csv")
    read = loadtxt(fname, dtype, comments, delimiter, None, skip_header, usecols, unpack, max_rows=max_rows, missing=True)
    if filling_values is not None:
        import numpy

        read = numpy.where(numpy.isnan(read), filling_values, read)
    return read


class _Archive(dict):
    """An .npz file."""

    @property
    def files(self):
        return list(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def close(self):
        return None


def load(file, *_, **__):
    read = _tensors("npy", file)
    if any("name" in told for told, _ in read):
        return _Archive({told["name"]: tensor for told, tensor in read})
    return read[0][1]
