"""Data sets that libraries download, where a script asks for one: what it is, and how its data get to where they are read."""

from . import files, trace

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


_LIBRARIES = (
    ("torchvision.datasets.", _torchvision), ("datasets.load_dataset", _hub), ("torchtext.datasets.", _torchtext),
    ("sklearn.datasets.", _sklearn),
)


def noted(name, arguments):
    """Keeps why the rest of a script fails that calls something unknown, where that is a data set."""
    if files.missing is not None or "(" in name:
        return
    for begin, said in _LIBRARIES:
        last = name.rpartition(".")[2]
        if name.startswith(begin) and (last[:1].isupper() or last.split("_")[0] in ("load", "fetch", "make")):
            files.missing = said(name, arguments), trace.here()
            return
