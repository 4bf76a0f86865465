"""Effects, interactions, surrogates, ascent and maps of whole models by the authorities, for test/unit/explain.

Versions: torch 2.5.1, scikit-learn 1.9.1, shap 0.51.0, PyALE 1.2.0, pandas, numpy 2.4.6. Run: python explain_model.py
Reads explain.json (the regressor and its rows), writes explain_model.json beside it. Computed in float64.
"""

import importlib.util
import json
import pathlib
import sys
import types
import warnings

import numpy as np
import pandas as pd
import shap
import torch
import torch.nn as nn
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.decomposition import PCA
from sklearn.inspection import partial_dependence
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import Lasso, Ridge
from sklearn.manifold import trustworthiness
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer
from sklearn.tree import DecisionTreeRegressor

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
here = pathlib.Path(__file__)
given = json.loads((here.parent / "explain.json").read_text())
p = given["permutation_importance"]


def listed(x):
    x = x.detach().numpy() if torch.is_tensor(x) else np.asarray(x)
    return [float(f"{v:.9g}") for v in x.reshape(-1)]


def network(layers):
    out = []
    for l in layers:
        if l["op"] == "Linear":
            m = nn.Linear(l["shape"][1], l["shape"][0])
            m.weight.data = torch.tensor(l["weight"]).float().double().reshape(l["shape"])
            m.bias.data = torch.tensor(l["bias"]).float().double()
        else:
            m = {"Relu": nn.ReLU, "Tanh": nn.Tanh}[l["op"]]()
        out.append(m)
    return nn.Sequential(*out).eval()


net = network(p["regressor"])
X = np.array(p["inputs"]).reshape(-1, 6).astype(np.float32).astype(np.float64)


class Model(RegressorMixin, BaseEstimator):
    def __sklearn_is_fitted__(self):
        return True

    def fit(self, X, y):
        return self

    def predict(self, X):
        return net(torch.tensor(np.asarray(X, dtype=np.float64)))[:, 0].detach().numpy()


model = Model()
y = model.predict(X)
out = {}

# Accumulated local effects. The plotting and statistics libraries that PyALE imports play no part in them.
for name in ["matplotlib.pyplot", "matplotlib.transforms", "seaborn", "statsmodels.distributions.empirical_distribution"]:
    try:
        importlib.import_module(name)
    except ImportError:
        parts = name.split(".")
        for k in range(1, len(parts) + 1):
            stand_in = types.ModuleType(".".join(parts[:k]))
            stand_in.__path__, stand_in.ECDF = [], object
            sys.modules.setdefault(stand_in.__name__, stand_in)
root = pathlib.Path(importlib.util.find_spec("PyALE").origin).parent
for name, folder in [("PyALE", root), ("PyALE._src", root / "_src")]:
    shell = types.ModuleType(name)
    shell.__path__ = [str(folder)]
    sys.modules[name] = shell
ale = importlib.import_module("PyALE._src.ALE_1D").aleplot_1D_continuous
frame = pd.DataFrame(X, columns=[f"f{i}" for i in range(6)])
out["ale"] = []
for column, bins in [(0, 8), (2, 12)]:
    found = ale(frame, model, f"f{column}", grid_size=bins, include_CI=False)
    out["ale"].append({"column": column, "bins": bins, "edges": listed(found.index.values), "values": listed(found["eff"].values), "quantiles": listed(np.unique(np.quantile(X[:, column], np.linspace(0, 1, bins + 1), method="inverted_cdf")))})

# Friedman's H from scikit-learn's partial dependence at the rows.
rows = 16
few = X[:rows]


def dependence(columns):
    grids = {c: few[:, c] for c in columns}
    r = partial_dependence(model, few, list(columns), custom_values=grids, method="brute", kind="average")
    # The grid is in the order given; of a pair the diagonal is wanted.
    a = r["average"][0]
    d = np.diagonal(a) if len(columns) == 2 else a
    return d - d.mean()


out["interaction"] = {"rows": rows, "pairs": []}
for a, b in [(0, 1), (0, 2), (1, 3), (2, 5)]:
    both, one, two = dependence((a, b)), dependence((a,)), dependence((b,))
    out["interaction"]["pairs"].append({"a": a, "b": b, "h": float(np.sqrt(((both - one - two) ** 2).sum() / (both**2).sum()))})

explainer = shap.KernelExplainer(model.predict, X.mean(0, keepdims=True))
values = explainer.shap_values(X[:10], nsamples=2000, l1_reg=False, silent=True)
out["shap_summary"] = {"rows": 10, "baseline": listed(X.mean(0)), "values": listed(np.abs(values).mean(0)), "each": listed(values)}

out["tree"] = []
for depth, leaf in [(2, 3), (3, 5), (4, 8), (5, 2)]:
    tree = DecisionTreeRegressor(max_depth=depth, min_samples_leaf=leaf, random_state=0).fit(X[:40], y[:40])
    # Where two columns divide a node equally well the tree depends on the seed: only rows on which all agree are told.
    others = [DecisionTreeRegressor(max_depth=depth, min_samples_leaf=leaf, random_state=s).fit(X[:40], y[:40]).predict(X) for s in range(40)]
    agreed = np.ptp(others, axis=0) < 1e-12
    assert agreed.all() == (leaf > 2), (depth, leaf)
    out["tree"].append(
        {
            "depth": depth,
            "leaf": leaf,
            "agreed": [bool(a) for a in agreed],
            "importances": listed(tree.feature_importances_),
            "predictions": listed(tree.predict(X)),
            "r2": float(tree.score(X[40:], y[40:])),
        }
    )

# A rule list from scikit-learn's stumps: the side with the smaller variance becomes a rule.
left, rules = np.arange(40), []
for _ in range(3):
    stump = DecisionTreeRegressor(max_depth=1, min_samples_leaf=4, random_state=0).fit(X[left], y[left])
    entry, threshold = int(stump.tree_.feature[0]), float(stump.tree_.threshold[0])
    low = X[left, entry] <= threshold
    takes_low = y[left][low].var() <= y[left][~low].var()
    side = low if takes_low else ~low
    rules.append({"entry": entry, "threshold": threshold, "low": bool(takes_low), "value": float(y[left][side].mean()), "count": int(side.sum())})
    left = left[~side]
out["answers"] = listed(y)
out["rule_list"] = {"leaf": 4, "rules": rules, "rest": float(y[left].mean())}

Z = (X[:40] - X[:40].mean(0)) / np.where(X[:40].std(0) > 0, X[:40].std(0), 1)
out["lasso"] = []
for penalty in [0.01, 0.1]:
    fit = Lasso(alpha=penalty, tol=1e-12, max_iter=100000).fit(Z, y[:40])
    out["lasso"].append({"penalty": penalty, "rows": listed(Z), "weights": listed(fit.coef_), "intercept": float(fit.intercept_)})

# An additive model: cubic B-splines between the quantiles, and ridge regression. Column 4 is constant.
out["additive"] = []
for count, smooth in [(5, 0.1), (4, 1.0)]:
    parts = []
    for j in range(6):
        knots = np.unique(np.quantile(X[:40, j], np.linspace(0, 1, count)))
        splines = SplineTransformer(knots=knots[:, None], degree=3, extrapolation="constant") if len(knots) >= 3 else "passthrough"
        parts.append((f"f{j}", splines, [j]))
    fit = make_pipeline(ColumnTransformer(parts), Ridge(alpha=smooth, solver="cholesky")).fit(X[:40], y[:40])
    out["additive"].append({"knots": count, "smooth": smooth, "predictions": listed(fit.predict(X)), "intercept": float(fit[-1].intercept_), "r2": float(fit.score(X[40:], y[40:]))})

# Gradient ascent with steps of one length, and the input drawn back to its start.
x = torch.tensor(X[3:4].copy())
start = x.clone()
path = []
for _ in range(25):
    x.requires_grad_(True)
    g = torch.autograd.grad(net(x)[0, 0], x)[0]
    x = (x + 0.1 * 6**0.5 * g / g.norm() - 0.02 * (x - start)).detach()
out["ascent"] = {"start": listed(start), "steps": 25, "length": 0.1, "pull": 0.02, "values": listed(x), "output": float(net(x)[0, 0])}

hidden = net[:2](torch.tensor(X)).detach().numpy()
pca = PCA(2, svd_solver="full").fit(hidden)
points = pca.transform(hidden)
out["embedding"] = {
    "hidden": listed(hidden),
    "points": listed(points),
    "components": listed(pca.components_),
    "share": float(pca.explained_variance_ratio_.sum()),
    "trustworthiness": float(trustworthiness(hidden, points, n_neighbors=5)),
}

path = here.with_suffix(".json")
path.write_text(json.dumps(out, separators=(",", ":"), allow_nan=False) + "\n")
print(path, path.stat().st_size)
