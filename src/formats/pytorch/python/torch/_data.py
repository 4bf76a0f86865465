"""
torch.utils.data for scripts: what a loader gives is read as one batch of all rows, so that the tensors behind it are
seen as a whole; how many rows a batch has is remembered.
"""

from _vitrine import trace, unknown

from ._tensor import Tensor

#: A data set that has to be asked for its samples one by one is read up to so many.
_MOST_ONE_BY_ONE = 2_000


class Dataset:
    def __class_getitem__(cls, _):
        return cls

    def __init__(self, *_, **__):
        pass


class IterableDataset(Dataset):
    pass


class TensorDataset(Dataset):
    def __init__(self, *tensors):
        self.tensors = tensors

    def __getitem__(self, index):
        return tuple(t[index] for t in self.tensors)

    def __len__(self):
        return self.tensors[0].shape[0] if self.tensors else 0


class Subset(Dataset):
    """A part of a data set: which rows is for the training to choose, how many is known."""

    def __init__(self, dataset=None, indices=(), share=None):
        self.dataset, self.indices = dataset, indices
        self.share = share if share is not None else len(indices) / max(1, len(dataset))

    def __len__(self):
        return int(round(self.share * len(self.dataset)))

    def __getitem__(self, index):
        return self.dataset[index]


class ConcatDataset(Dataset):
    def __init__(self, datasets=()):
        self.datasets = list(datasets)

    def __len__(self):
        return sum(len(d) for d in self.datasets)


class Sampler:
    def __class_getitem__(cls, _):
        return cls

    def __init__(self, *_, **__):
        pass


def random_split(dataset=None, lengths=(), *_, **__):
    lengths = list(lengths)
    try:
        whole = 1 if sum(lengths) <= 1 + 1e-9 else len(dataset)
        return [Subset(dataset, share=n / whole) for n in lengths]
    except TypeError:
        return [dataset for _ in lengths]


class DataLoader:
    def __class_getitem__(cls, _):
        return cls

    def __init__(self, dataset=None, batch_size=1, shuffle=False, *_, **options):
        self.dataset, self.batch_size, self.shuffle = dataset, batch_size, bool(shuffle)
        self.drop_last = bool(options.get("drop_last", False))
        self._collate = options.get("collate_fn")
        self.sampler = options.get("sampler")

    def __len__(self):
        rows = len(self.dataset)
        size = self.batch_size or 1
        return rows // size if self.drop_last else -(-rows // size)

    def __iter__(self):
        if trace.script is None:
            return iter([])
        return self._whole()

    def _whole(self):
        trace.script.loaders.append(self)
        if trace.script.loops:
            trace.script.loops[-1].batches = True
        yield _together(self._base(), self._collate)
        trace.script.loaders.remove(self)

    def _base(self):
        base = self.dataset
        while isinstance(base, Subset):
            base = base.dataset
        return base

    def _told(self):
        share = self.dataset.share if isinstance(self.dataset, Subset) else 1
        size = self.batch_size
        return {"batch": size if isinstance(size, int) and not isinstance(size, bool) else None, "share": share}


def _together(dataset, collate):
    """All rows of a data set as one batch."""
    from _vitrine.script import NotSeen

    if isinstance(dataset, TensorDataset):
        return list(dataset.tensors)
    if hasattr(type(dataset), "_whole") and collate is None:
        return dataset._whole()
    name = type(dataset).__name__
    if unknown.is_unknown(dataset) or not hasattr(dataset, "__getitem__") or not hasattr(type(dataset), "__len__"):
        raise NotSeen(f"The data come from {getattr(dataset, '_vitrine_unknown', name)}, which is not run here: only "
                      "tensors that the code makes itself are read. Name the data in an experiment file.", trace.here())
    rows = len(dataset)
    first = _sample(dataset[0])
    if collate is None:
        # Most data sets of tensors pick rows, and pick all of them as well as one.
        try:
            whole = _sample(dataset[slice(None)])
            if len(whole) == len(first) and all(
                isinstance(w, Tensor) and list(w.shape) == [rows, *f.shape] for w, f in zip(whole, first)
            ):
                return whole
        except Exception:
            pass
    if not isinstance(rows, int) or rows > _MOST_ONE_BY_ONE:
        raise NotSeen(f"The data set {name} gives its {rows} rows one by one, and only {_MOST_ONE_BY_ONE} are read so: "
                      "let its __getitem__ pick rows by a slice, too.", trace.here())
    samples = [dataset[i] for i in range(rows)]
    if collate is not None:
        return collate(samples)
    from . import _ops

    columns = list(zip(*[_sample(s) for s in samples]))
    return [_ops.stack(list(c)) for c in columns]


def _sample(sample):
    from . import _make

    parts = list(sample) if isinstance(sample, (tuple, list)) else [sample]
    return [p if isinstance(p, Tensor) else _make.tensor(p) for p in parts]
