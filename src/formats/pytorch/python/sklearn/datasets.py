"""scikit-learn's small data sets: those that lie in Vitrine's samples, and those that are drawn."""

import csv
import math

from _vitrine import channel, unknown

from ._given import array, source_of


class Bunch(dict):
    def __getattr__(self, name):
        if name in self:
            return self[name]
        raise AttributeError(name)


def _sample(path, target, classes, as_frame, both):
    """A table of a sample. @param classes the target's values in scikit-learn's order."""
    answer = channel.ask("sample", path=path)
    if "error" in answer:
        raise FileNotFoundError(answer["error"])
    head, *rows = csv.reader(answer["text"].splitlines())
    at = head.index(target)
    names = [n for i, n in enumerate(head) if i != at]
    flat = [float(c) for r in rows for i, c in enumerate(r) if i != at]
    labels = [classes.index(r[at]) for r in rows]
    from pandas import DataFrame, Index, Series
    from pandas._values import tensor

    data = tensor(flat, [len(rows), len(names)], names)
    goal = tensor(labels, [len(labels)], [target])
    frame = None
    if as_frame:
        frame = DataFrame({n: [float(r[i]) for r in rows] for i, n in enumerate(head) if i != at})
        data, goal = frame.copy(), Series(labels, name="target")
        frame["target"] = labels
    if both:
        return data, goal
    return Bunch(data=data, target=goal, feature_names=names, target_names=Index(classes), DESCR="", frame=frame)


def load_iris(*, return_X_y=False, as_frame=False):
    return _sample("iris/iris.csv", "species", ["setosa", "versicolor", "virginica"], as_frame, return_X_y)


def load_breast_cancer(*, return_X_y=False, as_frame=False):
    return _sample("breast-cancer/wdbc.csv", "diagnosis", ["malignant", "benign"], as_frame, return_X_y)


def load_digits(*, n_class=10, return_X_y=False, as_frame=False):
    made = _sample("digits/digits.csv", "digit", [str(i) for i in range(10)], as_frame, return_X_y)
    if not return_X_y and not as_frame:
        made["images"] = made["data"].reshape(-1, 8, 8)
    return made


def _made(X, y):
    return array([list(map(float, r)) for r in X]), array(y)


def _shuffled(X, y, source):
    order = source.permutation(len(X))
    return [X[i] for i in order], [y[i] for i in order]


def _noisy(X, noise, source):
    return [[v + noise * source.normal() for v in r] for r in X] if noise else X


def _spaced(low, high, n, ends=True):
    gap = (high - low) / ((n - 1 if ends else n) or 1)
    return [low + i * gap for i in range(n)]


def make_moons(n_samples=100, *, shuffle=True, noise=None, random_state=None):
    outer, inner = (n_samples // 2, n_samples - n_samples // 2) if isinstance(n_samples, int) else n_samples
    source = source_of(random_state)
    X = [[math.cos(t), math.sin(t)] for t in _spaced(0, math.pi, outer)]
    X += [[1 - math.cos(t), 1 - math.sin(t) - 0.5] for t in _spaced(0, math.pi, inner)]
    y = [0] * outer + [1] * inner
    X, y = _shuffled(X, y, source) if shuffle else (X, y)
    return _made(_noisy(X, noise, source), y)


def make_circles(n_samples=100, *, shuffle=True, noise=None, random_state=None, factor=0.8):
    outer, inner = (n_samples // 2, n_samples - n_samples // 2) if isinstance(n_samples, int) else n_samples
    source = source_of(random_state)
    X = [[math.cos(t), math.sin(t)] for t in _spaced(0, 2 * math.pi, outer, False)]
    X += [[math.cos(t) * factor, math.sin(t) * factor] for t in _spaced(0, 2 * math.pi, inner, False)]
    y = [0] * outer + [1] * inner
    X, y = _shuffled(X, y, source) if shuffle else (X, y)
    return _made(_noisy(X, noise, source), y)


def make_blobs(n_samples=100, n_features=2, *, centers=None, cluster_std=1.0, center_box=(-10.0, 10.0), shuffle=True,
               random_state=None, **_):
    source = source_of(random_state)
    low, high = center_box
    if centers is None or isinstance(centers, int):
        centers = [[low + (high - low) * source.uniform() for _ in range(n_features)] for _ in range(centers or 3)]
    else:
        centers = [list(c) for c in centers]
    k = len(centers)
    spread = list(cluster_std) if hasattr(cluster_std, "__iter__") else [cluster_std] * k
    X, y = [], []
    for i, (center, s) in enumerate(zip(centers, spread)):
        for _ in range(n_samples // k + (i < n_samples % k)):
            X.append([c + s * source.normal() for c in center])
            y.append(i)
    return _made(*(_shuffled(X, y, source) if shuffle else (X, y)))


def make_regression(n_samples=100, n_features=100, *, n_informative=10, n_targets=1, bias=0.0, effective_rank=None,
                    noise=0.0, shuffle=True, coef=False, random_state=None, **_):
    if effective_rank is not None or coef:
        return unknown.make("sklearn.datasets.make_regression")
    informative = min(n_features, n_informative)
    source = source_of(random_state)
    X = [source.many(n_features, source.normal) for _ in range(n_samples)]
    truth = [[100 * source.uniform() for _ in range(n_targets)] for _ in range(informative)]
    y = [[sum(r[i] * truth[i][t] for i in range(informative)) + bias for t in range(n_targets)] for r in X]
    y = _noisy(y, noise, source)
    if shuffle:
        X, y = _shuffled(X, y, source)
        order = source.permutation(n_features)
        X = [[r[i] for i in order] for r in X]
    return _made(X, [r[0] for r in y] if n_targets == 1 else y)


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    return unknown.make(f"sklearn.datasets.{name}")
