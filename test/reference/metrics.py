"""Values of metrics as scikit-learn gives them, for test/unit/train/metrics.test.ts.

Written with scikit-learn 1.9.1 and numpy (see the versions that the fixture records).
Run: python test/reference/metrics.py > test/reference/metrics.json
"""

import json
import warnings

import numpy as np
import sklearn
from sklearn import metrics as m

warnings.filterwarnings("ignore")


def classification(rng, rows, classes, *, present=None, tie=False, accuracy=0.6):
    y = rng.integers(0, present or classes, rows)
    scores = rng.normal(size=(rows, classes))
    scores[np.arange(rows), y] += 3 * accuracy
    if tie:
        scores = np.round(scores)
    p = np.exp(scores)
    # The metrics see float32 probabilities' worth of digits on both sides.
    p = (p / p.sum(axis=1, keepdims=True)).astype(np.float64)
    label = p.argmax(axis=1)
    out = {
        "accuracy": m.accuracy_score(y, label),
        "balanced_accuracy": m.balanced_accuracy_score(y, label),
        "macro_f1": m.f1_score(y, label, average="macro", zero_division=0),
        "macro_precision": m.precision_score(y, label, average="macro", zero_division=0),
        "macro_recall": m.recall_score(y, label, average="macro", zero_division=0),
        "matthews_correlation": m.matthews_corrcoef(y, label),
        "log_loss": m.log_loss(y, p, labels=list(range(classes))),
    }
    if len(set(y)) == classes:
        out["roc_auc"] = (
            m.roc_auc_score(y, p[:, 1])
            if classes == 2
            else m.roc_auc_score(y, p, multi_class="ovr", average="macro")
        )
    return {
        "classes": classes,
        "targets": y.tolist(),
        "probabilities": p.ravel().tolist(),
        "labels": label.tolist(),
        "expected": {k: float(v) for k, v in out.items()},
    }


def regression(rng, rows, columns, *, constant=False, perfect=False):
    y = rng.normal(size=(rows, columns)) * 3 + 1
    if constant:
        y[:] = 2.5
    p = y.copy() if perfect else y + rng.normal(size=(rows, columns))
    out = {
        "mae": m.mean_absolute_error(y, p),
        "mse": m.mean_squared_error(y, p),
        "rmse": m.root_mean_squared_error(y, p),
        "r2": m.r2_score(y, p),
    }
    if columns == 1:
        out["max_error"] = m.max_error(y, p)
    return {
        "columns": columns,
        "targets": y.ravel().tolist(),
        "predictions": p.ravel().tolist(),
        "expected": {k: float(v) for k, v in out.items()},
    }


rng = np.random.default_rng(7)
print(
    json.dumps(
        {
            "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
            "classification": {
                "two classes": classification(rng, 40, 2),
                "five classes": classification(rng, 60, 5),
                "ties": classification(rng, 50, 3, tie=True),
                "a class without rows": classification(rng, 30, 4, present=3, accuracy=0.2),
                "one row": classification(rng, 1, 2),
                "never right": classification(rng, 30, 3, accuracy=-2),
            },
            "regression": {
                "one number": regression(rng, 40, 1),
                "three numbers": regression(rng, 30, 3),
                "a constant target": regression(rng, 10, 1, constant=True),
                "a constant target, perfectly": regression(rng, 10, 1, constant=True, perfect=True),
                "perfect": regression(rng, 10, 2, perfect=True),
            },
        }
    )
)
