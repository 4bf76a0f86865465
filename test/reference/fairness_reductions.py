"""Accuracy and disparity that Fairlearn's reductions reach on two data sets: what a penalty while training is held to.

Pinned: Python 3.11, fairlearn 0.15.0, scikit-learn 1.9.1, numpy 2.4.6, pandas 3.1.1.
Run from the repository's root: python test/reference/fairness_reductions.py
Writes fairness_reductions.json. Of each data set and constraint: the logistic regression without a constraint, and the
frontier of ExponentiatedGradient (Agarwal et al. 2018; accuracy and disparity in expectation over its randomised
predictions) and of GridSearch (deterministic), all of logistic regressions, on the rows that they were fitted to.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from fairlearn.metrics import equalized_odds_difference, demographic_parity_difference
from fairlearn.reductions import DemographicParity, EqualizedOdds, ExponentiatedGradient, GridSearch
from sklearn.linear_model import LogisticRegression

root = Path(__file__).resolve().parents[2]


def triage():
    rows = pd.read_csv(root / "media/samples/triage/visits.csv")
    numbers = rows.drop(columns=["sex", "recorded"])
    numbers = (numbers - numbers.mean()) / numbers.std(ddof=0)
    x = np.column_stack([(rows["sex"] == "male").astype(float), numbers.fillna(0)]).round(4)
    return x, (rows["sex"] == "male").astype(int).to_numpy(), (rows["recorded"] == sorted(rows["recorded"].unique())[0]).astype(int).to_numpy()


def loans():
    """Three groups with different incomes, two of which were granted less for the same income."""
    r = np.random.default_rng(5)
    group = r.choice(3, 800, p=[0.5, 0.3, 0.2])
    income = r.normal(size=800) + np.array([0.5, -0.2, -0.6])[group]
    debt = r.normal(size=800)
    score = income - debt + np.array([0.6, -0.2, -0.9])[group] + 0.8 * r.normal(size=800)
    return np.column_stack([income, debt, group == 1, group == 2]).round(3), group, (score > 0).astype(int)


def gap_of(constraint, truth, group, chance):
    """Disparity of decisions that are made with these chances: rates are their means."""
    parts = [np.ones(len(truth), bool)] if constraint == "demographic_parity" else [truth == 0, truth == 1]
    gaps = []
    for part in parts:
        rates = [chance[part & (group == g)].mean() for g in np.unique(group)]
        gaps.append(max(rates) - min(rates))
    return max(gaps)


def point(constraint, truth, group, chance):
    right = np.where(truth == 1, chance, 1 - chance)
    return {"gap": round(float(gap_of(constraint, truth, group, chance)), 6), "accuracy": round(float(right.mean()), 6)}


cases = []
for name, make in [("triage", triage), ("loans", loans)]:
    x, group, truth = make()
    for constraint, moment in [("demographic_parity", DemographicParity), ("equalized_odds", EqualizedOdds)]:
        estimator = LogisticRegression(C=1e6, max_iter=1000)
        plain = estimator.fit(x, truth).predict(x).astype(float)
        metric = demographic_parity_difference if constraint == "demographic_parity" else equalized_odds_difference
        assert abs(metric(truth, plain, sensitive_features=group) - gap_of(constraint, truth, group, plain)) < 1e-9
        exponentiated = []
        for bound in [0.01, 0.05, 0.1, 0.2]:
            model = ExponentiatedGradient(LogisticRegression(C=1e6, max_iter=1000), moment(difference_bound=bound), eps=0.005, max_iter=100)
            model.fit(x, truth, sensitive_features=group)
            exponentiated.append({"bound": bound, **point(constraint, truth, group, model._pmf_predict(x)[:, 1])})
        grid = GridSearch(LogisticRegression(C=1e6, max_iter=1000), moment(), grid_size=200, grid_limit=4)
        grid.fit(x, truth, sensitive_features=group)
        points = [point(constraint, truth, group, p.predict(x).astype(float)) for p in grid.predictors_]
        # What no other point of the grid beats in both.
        best = [p for p in points if not any(q["gap"] <= p["gap"] and q["accuracy"] >= p["accuracy"] and q != p for q in points)]
        unique = sorted({(p["gap"], p["accuracy"]) for p in best})
        cases.append({"data": name, "constraint": constraint, "plain": point(constraint, truth, group, plain),
                      "exponentiated": exponentiated, "grid": [{"gap": g, "accuracy": a} for g, a in unique],
                      **({"x": x.tolist(), "group": group.tolist(), "truth": truth.tolist()} if constraint == "demographic_parity" else {})})
        print(name, constraint, cases[-1]["plain"], *cases[-1]["exponentiated"], *cases[-1]["grid"], sep="\n  ")

(root / "test/reference/fairness_reductions.json").write_text(json.dumps(cases) + "\n")
