"""How scikit-learn divides rows, row for row where the script says the seed."""

import math

from _vitrine import unknown

from ._given import listed, picked, rows_of, source_of


def _sizes(n, test, train):
    if test is None and train is None:
        test = 0.25
    n_test = math.ceil(test * n) if isinstance(test, float) else test
    n_train = math.floor(train * n) if isinstance(train, float) else train
    if n_test is None:
        n_test = n - n_train
    if n_train is None:
        n_train = n - n_test
    if n_train <= 0 or n_train + n_test > n:
        raise ValueError(f"With n_samples={n}, test_size={test} and train_size={train} the resulting train set will be empty.")
    return n_train, n_test


def _shares(counts, draws, source):
    """How many of each class make `draws` rows, nearest to their shares (scikit-learn's `_approximate_mode`)."""
    total = sum(counts)
    exact = [c / total * draws for c in counts]
    whole = [math.floor(e) for e in exact]
    need = draws - sum(whole)
    rest = [e - w for e, w in zip(exact, whole)]
    for value in sorted(set(rest), reverse=True):
        if need <= 0:
            break
        places = [i for i, r in enumerate(rest) if r == value]
        count = min(len(places), need)
        for i in source.permutation(len(places))[:count]:
            whole[places[i]] += 1
        need -= count
    return whole


def _stratified(labels, n_train, n_test, source):
    classes = sorted(set(labels))
    rows = [[i for i, v in enumerate(labels) if v == c] for c in classes]
    if min(map(len, rows)) < 2:
        raise ValueError("The least populated class in y has only 1 member, which is too few.")
    counts = [len(r) for r in rows]
    trained = _shares(counts, n_train, source)
    tested = _shares([c - t for c, t in zip(counts, trained)], n_test, source)
    train, test = [], []
    for own, n, m in zip(rows, trained, tested):
        order = [own[i] for i in source.permutation(len(own))]
        train += order[:n]
        test += order[n : n + m]
    return [train[i] for i in source.permutation(len(train))], [test[i] for i in source.permutation(len(test))]


def train_test_split(*arrays, test_size=None, train_size=None, random_state=None, shuffle=True, stratify=None):
    n = rows_of(arrays[0])
    if any(rows_of(a) != n for a in arrays):
        raise ValueError(f"Found input variables with inconsistent numbers of samples: {[rows_of(a) for a in arrays]}")
    n_train, n_test = _sizes(n, test_size, train_size)
    if not shuffle:
        train, test = list(range(n_train)), list(range(n_train, n_train + n_test))
    elif stratify is not None:
        train, test = _stratified(listed(stratify), n_train, n_test, source_of(random_state))
    else:
        order = source_of(random_state).permutation(n)
        test, train = order[:n_test], order[n_test : n_test + n_train]
    return [picked(a, rows) for a in arrays for rows in (train, test)]


class KFold:
    def __init__(self, n_splits=5, *, shuffle=False, random_state=None):
        self.n_splits, self._shuffle, self._state = n_splits, shuffle, random_state

    def get_n_splits(self, *_, **__):
        return self.n_splits

    def _order(self, n):
        order = list(range(n))
        return source_of(self._state).shuffle(order) if self._shuffle else order

    def split(self, X, y=None, groups=None):
        import numpy

        n = rows_of(X)
        order = self._order(n)
        at = 0
        for k in range(self.n_splits):
            size = n // self.n_splits + (k < n % self.n_splits)
            # In the order of the rows, as scikit-learn gives them.
            test = sorted(order[at : at + size])
            chosen = set(test)
            at += size
            yield numpy.array([i for i in range(n) if i not in chosen]), numpy.array(test)


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    return unknown.make(f"sklearn.model_selection.{name}")
