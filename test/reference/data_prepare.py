"""What scikit-learn learns and computes for the tables that test/unit/data prepares: scaling, one-hot columns, and how
many rows of each class a stratified split gives.

Pinned: Python 3.11, numpy 2.4.6, scikit-learn 1.9.1.
Run from the repository's root: python test/reference/data_prepare.py
"""

import json
from pathlib import Path

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.pipeline import make_pipeline
from sklearn.utils.class_weight import compute_class_weight

rng = np.random.Generator(np.random.PCG64(7))
n = 40
numbers = np.column_stack(
    [
        rng.normal(50, 12, n).round(3),
        rng.uniform(-1e-3, 1e-3, n).round(7),
        np.full(n, 0.1),  # constant, and not a binary fraction
        rng.integers(1_000_000, 2_000_000, n).astype(float),
    ]
)
colours = rng.choice(["red", "green", "blue"], n, p=[0.6, 0.25, 0.15])
train = np.arange(0, 30)  # the first 30 rows, by time
gaps = numbers.copy()
gaps[rng.random(numbers.shape) < 0.15] = np.nan

standard = StandardScaler().fit(numbers[train])
minmax = MinMaxScaler().fit(numbers[train])
encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(colours[train, None])
imputer = SimpleImputer(strategy="mean").fit(gaps[train])
median = SimpleImputer(strategy="median", add_indicator=True).fit(gaps[train])
mode = SimpleImputer(strategy="most_frequent").fit(np.round(gaps[train] / 10))
robust = RobustScaler().fit(numbers[train])
signed_log = lambda x: np.sign(x) * np.log1p(np.abs(x))
log = make_pipeline(FunctionTransformer(signed_log), StandardScaler()).fit(numbers[train])
# With ties, and test values outside of the training range.
ties = np.round(numbers / 3)
quantile = QuantileTransformer(n_quantiles=30).fit(ties[train])
# One quantile a row: they are the sorted rows. np.nanpercentile's rounding would tear equal ones apart.
quantile.quantiles_ = np.sort(ties[train], axis=0)
ordinal = OrdinalEncoder(categories=[["green", "red", "blue"]]).fit(colours[train, None])


def counts(classes, test_size):
    """Rows of each class in the test part; the remainder's ties are broken by chance, so only sizes without ties."""
    y = np.repeat(np.arange(len(classes)), classes)
    _, test = next(StratifiedShuffleSplit(1, test_size=test_size, random_state=0).split(np.zeros(len(y)), y))
    return np.bincount(y[test], minlength=len(classes)).tolist()


stratified = [
    {"classes": c, "test": t, "counts": counts(c, t)}
    for c, t in [
        ([212, 357], 0.2),
        ([50, 50, 50], 0.2),
        ([178, 182, 177, 183, 181, 182, 181, 179, 174, 180], 0.2),
        ([90, 7, 3], 0.25),
        ([1000, 41, 13], 0.15),
    ]
]

out = {
    "numbers": numbers.tolist(),
    "colours": colours.tolist(),
    "gaps": [[None if np.isnan(v) else v for v in row] for row in gaps.tolist()],
    "train": len(train),
    "standard": standard.transform(numbers).tolist(),
    "minmax": minmax.transform(numbers).tolist(),
    "mean": standard.mean_.tolist(),
    "std": np.sqrt(standard.var_).tolist(),
    "categories": encoder.categories_[0].tolist(),
    "onehot": encoder.transform(colours[:, None]).tolist(),
    "unknown": encoder.transform([["violet"]])[0].tolist(),
    "imputed": imputer.transform(gaps).tolist(),
    "stratified": stratified,
    "median": median.transform(gaps).tolist(),
    "mode": mode.transform(np.round(gaps / 10)).tolist(),
    "robust": robust.transform(numbers).tolist(),
    "log": log.transform(numbers).tolist(),
    "ties": ties.tolist(),
    "quantile": quantile.transform(ties).tolist(),
    "ordinal": ordinal.transform(colours[:, None]).ravel().tolist(),
    "class_weights": compute_class_weight(
        "balanced", classes=np.arange(3), y=np.repeat([0, 1, 2], [60, 25, 15])
    ).tolist(),
}
path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out) + "\n")
