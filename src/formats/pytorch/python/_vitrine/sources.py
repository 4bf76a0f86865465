"""Data sets that libraries download, where a script asks for one: what it is, and how its data get to where they are read."""

import sys

from . import files, trace, unknown

_SAVED = "Nothing is downloaded. Save the data once, in Python,"


def _torchvision(name, _):
    kind = name.rpartition(".")[2]
    return (f"The pictures of {kind} are not read. {_SAVED} as files in a folder for each class beside the script, "
            f"e.g. for i, (x, y) in enumerate({kind}(…)): x.save(f'{kind.lower()}/{{y}}/{{i}}.png'), and read them by "
            f"torchvision.datasets.ImageFolder('{kind.lower()}', transform). MNIST, FashionMNIST, KMNIST and CIFAR10 are "
            "read from their own files.")


def _hub(_, arguments):
    given = arguments[0] if arguments and isinstance(arguments[0], str) else "…"
    if given in ("csv", "json", "text", "parquet"):
        return (f"datasets.load_dataset({given!r}, …) is not read: read the file by pandas.read_csv (or open, csv, json), as "
                "the script's data.")
    table = f"{given.rpartition('/')[2]}.csv" if given != "…" else "data.csv"
    return (f"The data set {given!r} of Hugging Face is not here. {_SAVED} as a table beside the script, "
            f"load_dataset({given!r}, split='train').to_csv({table!r}), and read it by pandas.read_csv({table!r}); a model of "
            f"texts also learns from the table without its script: vitrine train SCRIPT.py#CLASS --data {table} "
            "--text COLUMN --target COLUMN.")


def _torchtext(name, _):
    kind = name.rpartition(".")[2]
    return (f"The texts of torchtext.datasets.{kind} are not here. {_SAVED} as a table beside the script, "
            f"pandas.DataFrame({kind}(split='train'), columns=['label', 'text']).to_csv('{kind.lower()}.csv', index=False), "
            f"and a model of texts learns from it: vitrine train SCRIPT.py#CLASS --data {kind.lower()}.csv --text text "
            "--target label.")


def _sklearn(name, _):
    kind = name.rpartition(".")[2]
    if kind.startswith("make_"):
        table = kind[len("make_"):]
        return (f"sklearn.datasets.{kind} is not read. Draw its numbers once, in Python, and save them beside the script, "
                f"X, y = {kind}(…); numpy.savez('{table}.npz', X=X, y=y), and read them by numpy.load('{table}.npz').")
    table = kind.partition("_")[2] or kind
    frame = "fetch_openml(…, as_frame=True)" if kind == "fetch_openml" else f"{kind}(as_frame=True)"
    return (f"The data of sklearn.datasets.{kind} are not here. {_SAVED} as a table beside the script, "
            f"{frame}.frame.to_csv('{table}.csv', index=False), and read it by pandas.read_csv('{table}.csv').")


def loaded(path):
    """What to do instead where a script asks for what `torch.load` gives."""
    name = path if isinstance(path, str) else "data.pt"
    stem = name.rpartition("/")[2].rpartition(".")[0] or "data"
    return (f"What torch.load({name!r}) holds is not known here: it is read as weights alone. Data that a script learns from are "
            f"read once they are saved by numpy.savez('{stem}.npz', x=x.numpy(), y=y.numpy()), from numpy.load('{stem}.npz') "
            "and torch.from_numpy.")


class Loaded(dict):
    """What `torch.load` gives: nothing, which is enough for who only loads weights; whoever asks for a part is told."""

    def __init__(self, path):
        super().__init__()
        self._path = path

    def _told(self, name):
        tell(loaded(self._path))
        return unknown.make(f"torch.load(…){name}")

    def __missing__(self, key):
        return self._told(f"[{key!r}]" if isinstance(key, str) else "[…]")

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self._told(f".{name}")

    def __iter__(self):
        count = unknown._wanted(sys._getframe(1))
        return iter([self._told(f"[{i}]") for i in range(count)]) if count else dict.__iter__(self)


def tell(said):
    """Says at its place what to do for data that are not read, and keeps it for why a script's training is not seen."""
    if files.missing is None and trace.script is not None:
        files.missing = said, trace.here()
    elif trace.script is None and not any(d["message"] == said for d in trace.diagnostics):
        trace.say("hint", "not-run", said, trace.here())


_LIBRARIES = (
    ("torchvision.datasets.", _torchvision), ("datasets.load_dataset", _hub), ("torchtext.datasets.", _torchtext),
    ("sklearn.datasets.", _sklearn),
)


def noted(name, arguments):
    """Keeps why the rest of a script fails that calls something unknown, where that is a data set."""
    if "(" in name:
        return
    for begin, said in _LIBRARIES:
        last = name.rpartition(".")[2]
        if name.startswith(begin) and (last[:1].isupper() or last.split("_")[0] in ("load", "fetch", "make")):
            tell(said(name, arguments))
            return
