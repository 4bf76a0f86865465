"""torchvision's data sets where their files lie in the workspace. Nothing is downloaded."""

import os

from _vitrine import files, trace, unknown
from torch._data import Dataset

from ._folder import ImageFolder  # noqa: F401
from .transforms import Pictures


def _refuse(message):
    from _vitrine.script import NotSeen

    raise NotSeen(message, trace.here())


class _Loaded(Dataset):
    """Pictures and their classes. @param bytes [rows, channels, height, width]"""

    #: Where people get its files, in the words that follow "Nothing is downloaded".
    _from = ""

    def __init__(self, root, train, transform, target_transform):
        self.root, self.train, self.transform, self.target_transform = root, train, transform, target_transform
        self._pictures = self._labels = None
        self._where = trace.here()

    def _read(self):
        if self._pictures is None:
            self._pictures, self._labels = self._load()
        return self._pictures, self._labels

    def _tensor(self, how, names, **options):
        """The tensors of the first of these files that is there."""
        from torch._tensor import _from

        for name in names:
            path = os.path.join(os.fspath(self.root), name)
            try:
                place = files.located(path)
            except FileNotFoundError:
                continue
            files.missing = self._missing
            return [_from(t) for t in files.tensors(how, place, **options)]
        files.missing = self._missing
        _refuse(f"{type(self).__name__} is not in the workspace: put {names[0]} (or {names[0]}.gz) into {self.root!s}, seen "
                f"from the script's folder. Nothing is downloaded; {self._from}")

    def _load(self):
        self._missing = files.missing
        return self._files()

    def __len__(self):
        return self._read()[1].shape[0]

    def _whole(self):
        """What a loader gives of all rows."""
        pictures, labels = self._read()
        given = Pictures(pictures)
        if self.transform is not None:
            given = self.transform(given)
        if not isinstance(given, Pictures):
            _refuse(f"What the transform of {type(self).__name__} makes of pictures is not read.")
        if not given.tensor.dtype.is_floating_point:
            _refuse(f"{type(self).__name__} gives pictures and not tensors: say transform=transforms.ToTensor().")
        if self.target_transform is not None:
            _refuse(f"target_transform of {type(self).__name__} is not read.")
        return [given.tensor, labels]

    def __getitem__(self, index):
        if isinstance(index, slice):
            pictures, labels = self._whole()
            return pictures[index], labels[index]
        given, labels = self._whole()
        return given[index], unknown.make("item()")

    @property
    def targets(self):
        return self._read()[1]

    @property
    def data(self):
        return self._read()[0]


class MNIST(_Loaded):
    _from = "its four files are at https://ossci-datasets.s3.amazonaws.com/mnist/."
    classes = ["0 - zero", "1 - one", "2 - two", "3 - three", "4 - four", "5 - five", "6 - six", "7 - seven", "8 - eight",
               "9 - nine"]

    def __init__(self, root="", train=True, transform=None, target_transform=None, download=False, **_):
        super().__init__(root, train, transform, target_transform)

    def _files(self):
        part = "train" if self.train else "t10k"
        read = []
        for name in (f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"):
            folders = (f"{type(self).__name__}/raw", "raw", "", type(self).__name__)
            [made] = self._tensor("idx", [os.path.join(f, name + end) for f in folders for end in ("", ".gz")])
            read.append(made)
        return read[0].unsqueeze(1), read[1].long()

    @property
    def data(self):
        return self._read()[0].squeeze(1)

    train_data = test_data = data

    @property
    def train_labels(self):
        return self.targets

    test_labels = train_labels


class FashionMNIST(MNIST):
    _from = "its four files are at http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/."
    classes = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


class KMNIST(MNIST):
    _from = "its four files are at http://codh.rois.ac.jp/kmnist/dataset/kmnist/."


class CIFAR10(_Loaded):
    _from = "unpack https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz there."
    classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    _folder, _labelled = "cifar-10", 1

    def __init__(self, root="", train=True, transform=None, target_transform=None, download=False, **_):
        super().__init__(root, train, transform, target_transform)

    def _files(self):
        from torch import _ops

        parts = []
        for i in range(1, 6) if self.train else [0]:
            name = f"data_batch_{i}" if i else "test_batch"
            parts.append(self._tensor("cifar", [f"cifar-10-batches-py/{name}", f"cifar-10-batches-bin/{name}.bin", name,
                                                f"{name}.bin"]))
        pictures, labels = zip(*parts)
        if len(parts) == 1:
            return pictures[0], labels[0].long()
        return _ops.cat(list(pictures), 0), _ops.cat(list(labels), 0).long()


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    return unknown.make(f"torchvision.datasets.{name}")
