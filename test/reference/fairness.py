"""Fairness by Fairlearn and scikit-learn, for test/unit/explain/fairness.

Written with fairlearn 0.15.0, scikit-learn 1.9.1, statsmodels' formula of Wilson by scipy, numpy 2.4.6.
Run: python test/reference/fairness.py > test/reference/fairness.json
"""

import json
import warnings

import fairlearn.metrics as fm
import numpy as np
from fairlearn.postprocessing import ThresholdOptimizer
from scipy.stats import binomtest
from sklearn.base import BaseEstimator
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score, brier_score_loss, precision_score

warnings.filterwarnings("ignore")


class Scores(BaseEstimator):
    """Gives the scores that it is called with, as if it had predicted them."""

    def fit(self, x, y):
        self.classes_ = [0, 1]
        return self

    def predict(self, x):
        return np.asarray(x)[:, 0]


def thresholds(constraint, y, p, g):
    kwargs = {"objective": "accuracy_score"}
    t = ThresholdOptimizer(estimator=Scores().fit(None, None), constraints=constraint, prefit=True, predict_method="predict", **kwargs)
    t.fit(p[:, None], y, sensitive_features=g)
    chance = t._pmf_predict(p[:, None], sensitive_features=g)[:, 1]
    curve = t._overall_tradeoff_curve["y"].max() if constraint != "equalized_odds" else None
    return {"rate": float(t._x_best), "accuracy": None if curve is None else float(curve), "chance": chance.tolist()}


def case(seed, n, groups, decimals):
    rng = np.random.default_rng(seed)
    g = rng.integers(0, groups, n)
    y = (rng.random(n) < 0.3 + 0.15 * g).astype(int)
    p = np.clip(0.25 + 0.35 * y + 0.08 * g + rng.normal(0, 0.2, n), 0.001, 0.999)
    p = np.round(p, decimals)
    d = (p > 0.5).astype(int)
    rates = {
        "selection_rate": fm.selection_rate,
        "accuracy": accuracy_score,
        "true_positive_rate": fm.true_positive_rate,
        "false_positive_rate": fm.false_positive_rate,
        "true_negative_rate": fm.true_negative_rate,
        "false_negative_rate": fm.false_negative_rate,
        "precision": precision_score,
    }
    frame = fm.MetricFrame(metrics=rates, y_true=y, y_pred=d, sensitive_features=g)
    kw = {"sensitive_features": g}
    metrics = {
        "demographic_parity_difference": fm.demographic_parity_difference(y, d, **kw),
        "demographic_parity_ratio": fm.demographic_parity_ratio(y, d, **kw),
        "equalized_odds_difference": fm.equalized_odds_difference(y, d, **kw),
        "equalized_odds_ratio": fm.equalized_odds_ratio(y, d, **kw),
        "equal_opportunity_difference": fm.equal_opportunity_difference(y, d, **kw),
        "equal_opportunity_ratio": fm.equal_opportunity_ratio(y, d, **kw),
        "predictive_parity_difference": frame.difference()["precision"],
        "predictive_parity_ratio": frame.ratio()["precision"],
        "false_positive_rate_difference": frame.difference()["false_positive_rate"],
        "false_negative_rate_difference": frame.difference()["false_negative_rate"],
        "accuracy_difference": frame.difference()["accuracy"],
    }
    by_group = {}
    calibration = {}
    for k in range(groups):
        m = g == k
        by_group[k] = {name: float(v) for name, v in frame.by_group.loc[k].items()}
        observed, predicted = calibration_curve(y[m], p[m], n_bins=10)
        calibration[k] = {"observed": observed.tolist(), "predicted": predicted.tolist(), "brier_score": float(brier_score_loss(y[m], p[m]))}
    return {
        "group": g.tolist(),
        "truth": y.tolist(),
        "score": p.tolist(),
        "decision": d.tolist(),
        "groups": by_group,
        "metrics": {k: float(v) for k, v in metrics.items()},
        "calibration": calibration,
        "thresholds": {
            c: thresholds(c, y, p, g)
            for c in ["demographic_parity", "equalized_odds", "true_positive_rate_parity", "false_positive_rate_parity"]
        },
    }


wilson = [
    [k, n, *map(float, binomtest(k, n).proportion_ci(0.95, "wilson"))] for k, n in [(0, 5), (1, 5), (5, 5), (3, 10), (47, 113), (990, 1000)]
]
print(json.dumps({"cases": [case(0, 240, 2, 6), case(1, 300, 3, 6), case(2, 150, 2, 1)], "wilson": wilson}))
