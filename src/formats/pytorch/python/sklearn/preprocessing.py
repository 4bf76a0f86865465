"""Scaling and coding of columns."""

from _vitrine import trace, unknown

from ._given import array, listed


class _Scaler:
    def fit(self, X, y=None):
        self._learn(array(X))
        return self

    def fit_transform(self, X, y=None):
        return self.fit(X).transform(X)


class StandardScaler(_Scaler):
    def __init__(self, *, copy=True, with_mean=True, with_std=True):
        self._center, self._divide = with_mean, with_std

    def _learn(self, X):
        import numpy

        self.mean_ = X.mean(axis=0)
        self.var_ = X.var(axis=0)
        std = numpy.sqrt(self.var_)
        # A column of one value stays what it is.
        self.scale_ = numpy.where(std == 0, 1.0, std)

    def transform(self, X):
        X = array(X)
        X = X - self.mean_ if self._center else X
        return X / self.scale_ if self._divide else X

    def inverse_transform(self, X):
        X = array(X)
        X = X * self.scale_ if self._divide else X
        return X + self.mean_ if self._center else X


class MinMaxScaler(_Scaler):
    def __init__(self, feature_range=(0, 1), **_):
        self._low, self._high = feature_range

    def _learn(self, X):
        import numpy

        self.data_min_, self.data_max_ = X.min(axis=0), X.max(axis=0)
        gap = self.data_max_ - self.data_min_
        self.scale_ = (self._high - self._low) / numpy.where(gap == 0, 1.0, gap)
        self.min_ = self._low - self.data_min_ * self.scale_

    def transform(self, X):
        return array(X) * self.scale_ + self.min_

    def inverse_transform(self, X):
        return (array(X) - self.min_) / self.scale_


class LabelEncoder:
    def fit(self, y):
        self.classes_ = sorted(set(listed(y)))
        return self

    def transform(self, y):
        import numpy

        place = {c: i for i, c in enumerate(self.classes_)}
        return numpy.array([place[v] for v in listed(y)])

    def fit_transform(self, y):
        return self.fit(y).transform(y)

    def inverse_transform(self, y):
        return [self.classes_[i] for i in listed(y)]


class OneHotEncoder:
    def __init__(self, *, sparse_output=True, sparse=None, drop=None, handle_unknown="error", **_):
        if drop is not None:
            raise trace.Unsupported("OneHotEncoder with drop is not read: use pandas.get_dummies(drop_first=True)")

    def fit(self, X, y=None):
        self.categories_ = [sorted(set(c)) for c in self._columns(X)]
        return self

    @staticmethod
    def _columns(X):
        rows = listed(X)
        return list(zip(*rows))

    def transform(self, X):
        import numpy

        made = [[float(v == c) for v in column] for column, found in zip(self._columns(X), self.categories_) for c in found]
        return numpy.array([list(r) for r in zip(*made)])

    def fit_transform(self, X, y=None):
        return self.fit(X).transform(X)


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    return unknown.make(f"sklearn.preprocessing.{name}")
