"""Attributions of small fixed networks by the authorities, for test/unit/explain.

Versions: torch 2.5.1, captum 0.9.0, shap 0.51.0, scikit-learn 1.9.1, numpy 2.4.6, lime 0.2.0.1. Run: python explain.py
Writes explain.json beside this file. Everything is computed in float64 from weights rounded to float32.
"""

import json
import pathlib
import warnings

import numpy as np
import shap
import torch
import torch.nn as nn
from captum.attr import (
    FeatureAblation,
    GradientShap,
    InputXGradient,
    IntegratedGradients,
    LayerAttribution,
    LayerGradCam,
    NoiseTunnel,
    Occlusion,
    Saliency,
    ShapleyValues,
)
from captum.metrics import sensitivity_max
from lime.lime_tabular import LimeTabularExplainer
from scipy.stats import spearmanr
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import Ridge

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
rng = np.random.default_rng(0)
out = {}


def listed(x):
    x = x.detach().numpy() if torch.is_tensor(x) else np.asarray(x)
    return [float(f"{v:.9g}") for v in x.reshape(-1)]


def rounded(net, scale):
    """Weights large enough that the outputs are far from linear, and exact in float32."""
    for p in net.parameters():
        p.data = (p.data * scale).float().double()
        p.requires_grad_(True)
    return net.eval()


def weights(net):
    layers = []
    for m in net:
        if isinstance(m, nn.Linear):
            layers.append({"op": "Linear", "shape": list(m.weight.shape), "weight": listed(m.weight), "bias": listed(m.bias)})
        elif isinstance(m, nn.Conv2d):
            layers.append({"op": "Conv", "pad": m.padding[0], "shape": list(m.weight.shape), "weight": listed(m.weight), "bias": listed(m.bias)})
        else:
            layers.append({"op": {"ReLU": "Relu", "Tanh": "Tanh", "MaxPool2d": "MaxPool", "Flatten": "Flatten"}[type(m).__name__]})
    return layers


def floats(*shape, low=-1.5, high=1.5):
    return torch.tensor(rng.uniform(low, high, shape).astype(np.float32).astype(np.float64))


mlp = rounded(nn.Sequential(nn.Linear(6, 10), nn.Tanh(), nn.Linear(10, 8), nn.ReLU(), nn.Linear(8, 3)), 2.5)
cnn = rounded(
    nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 5, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(80, 3)
    ),
    2.0,
)
regressor = rounded(nn.Sequential(nn.Linear(6, 10), nn.Tanh(), nn.Linear(10, 1)), 2.5)

with torch.no_grad():  # every class is predicted somewhere
    mlp[4].bias -= mlp(floats(200, 6)).mean(0)
    mlp[4].bias.data = mlp[4].bias.data.float().double()

RULES = ["gausslegendre", "riemann_left", "riemann_right", "riemann_middle", "riemann_trapezoid"]


def attributions(net, x, baseline, target, last_conv=None):
    r = {"input": listed(x), "baseline": listed(baseline), "target": target, "output": listed(net(x))}
    ig = IntegratedGradients(net)
    r["integrated_gradients"] = {}
    for rule in RULES:
        a, delta = ig.attribute(x, baseline, target=target, n_steps=25, method=rule, return_convergence_delta=True)
        r["integrated_gradients"][rule] = {"values": listed(a), "delta": float(delta)}
    r["saliency"] = listed(Saliency(net).attribute(x, target=target))
    r["input_x_gradient"] = listed(InputXGradient(net).attribute(x.clone().requires_grad_(), target=target))
    r["feature_ablation"] = listed(FeatureAblation(net).attribute(x, baseline, target=target))

    # Sampling methods: many samples, and the standard error of each value.
    torch.manual_seed(1)
    samples = 20000
    noise = x + 0.15 * torch.randn(samples, *x.shape[1:])
    noise.requires_grad_(True)
    g = torch.autograd.grad(net(noise)[:, target].sum(), noise)[0]
    few = NoiseTunnel(Saliency(net)).attribute(x, target=target, abs=False, nt_type="smoothgrad", nt_samples=4000, stdevs=0.15)
    assert (few - g.mean(0)).abs().max() < 5 * (g.std(0) / 4000**0.5).max()
    r["smooth_grad"] = {"stdev": 0.15, "values": listed(g.mean(0)), "deviation": listed(g.std(0)), "samples": samples}

    background = torch.cat([baseline, 0.5 * baseline, x * 0.25])
    gs = GradientShap(net)
    runs = torch.cat([gs.attribute(x, background, target=target, n_samples=200, stdevs=0.05) for _ in range(100)])
    r["gradient_shap"] = {
        "background": listed(background),
        "rows": 3,
        "stdev": 0.05,
        "values": listed(runs.mean(0)),
        "deviation": listed(runs.std(0) * 200**0.5),
        "samples": 20000,
    }
    if last_conv is not None:
        cam = LayerGradCam(net, last_conv).attribute(x, target=target, relu_attributions=True)
        r["grad_cam"] = listed(cam)
        r["grad_cam_upsampled"] = listed(LayerAttribution.interpolate(cam, tuple(x.shape[2:]), interpolate_mode="bilinear"))
        r["occlusion"] = {
            "window": 3,
            "stride": 2,
            "values": listed(
                Occlusion(net).attribute(x, (x.shape[1], 3, 3), strides=(x.shape[1], 2, 2), baselines=baseline, target=target)
            ),
        }
        mask = (torch.arange(64).reshape(1, 1, 8, 8) // 8 // 2 * 4 + torch.arange(64).reshape(1, 1, 8, 8) % 8 // 2).expand(1, 2, 8, 8)
        r["feature_ablation_patches"] = listed(FeatureAblation(net).attribute(x, baseline, target=target, feature_mask=mask))
    else:
        # One-column occlusion of a table with two columns hidden at a time.
        r["occlusion"] = {
            "window": 2,
            "stride": 1,
            "values": listed(Occlusion(net).attribute(x, (2,), strides=(1,), baselines=baseline, target=target)),
        }
        r["shapley"] = listed(ShapleyValues(net).attribute(x, baseline, target=target))
        f = lambda z: net(torch.tensor(z))[:, target].detach().numpy()
        kernel = shap.KernelExplainer(f, baseline.numpy())
        r["kernel_shap"] = listed(kernel.shap_values(x.numpy(), nsamples=2000, l1_reg=False, silent=True))
        mask = torch.tensor([[0, 0, 1, 2, 2, 2]])
        r["grouped_shapley"] = {"mask": listed(mask), "values": listed(ShapleyValues(net).attribute(x, baseline, target=target, feature_mask=mask))}
    return r


out["mlp"] = {"layers": weights(mlp), "cases": []}
for target in range(3):
    out["mlp"]["cases"].append(attributions(mlp, floats(1, 6), floats(1, 6) * (0 if target == 0 else 0.5), target))
out["cnn"] = {"layers": weights(cnn), "cases": []}
for target in range(2):
    out["cnn"]["cases"].append(attributions(cnn, floats(1, 2, 8, 8), floats(1, 2, 8, 8) * (0 if target == 0 else 0.3), target, cnn[3]))


# Sensitivity of integrated gradients under perturbations that are written down.
x = floats(1, 6)
perturbed = [x + floats(1, 6, low=-0.02, high=0.02) for _ in range(8)]
perturbed = [p.float().double() for p in perturbed]
ig = IntegratedGradients(mlp)


def given(inputs):
    return (torch.cat(perturbed),)


value = sensitivity_max(lambda *a: ig.attribute(*a, target=1, n_steps=25), (x,), perturb_func=lambda i: given(i), n_perturb_samples=8, max_examples_per_batch=8)
out["sensitivity"] = {"input": listed(x), "perturbed": [listed(p) for p in perturbed], "target": 1, "steps": 25, "value": float(value)}


# Permutation importance with scikit-learn's own permutations.
class Classifier(ClassifierMixin, BaseEstimator):
    classes_ = np.arange(3)

    def __sklearn_is_fitted__(self):
        return True

    def fit(self, X, y):
        return self

    def predict_proba(self, X):
        return torch.softmax(mlp(torch.tensor(X)), 1).detach().numpy()

    def predict(self, X):
        return self.predict_proba(X).argmax(1)


class Regressor(RegressorMixin, BaseEstimator):
    def __sklearn_is_fitted__(self):
        return True

    def fit(self, X, y):
        return self

    def predict(self, X):
        return regressor(torch.tensor(X)).detach().numpy()[:, 0]


rows = 60
X = floats(rows, 6).numpy()
X[:, 4] = 0.5  # a constant column
labels = Classifier().predict(X)
flip = rng.random(rows) < 0.15
labels = np.where(flip, (labels + 1) % 3, labels)
numbers = (Regressor().predict(X) + 0.3 * rng.standard_normal(rows)).astype(np.float32).astype(np.float64)

repeats = 6
state = np.random.RandomState(np.random.RandomState(7).randint(np.iinfo(np.int32).max + 1))
order = np.arange(rows)
effective = np.arange(rows)
permutations = []
for _ in range(repeats):
    # scikit-learn shuffles the column that the last repeat left shuffled.
    state.shuffle(order)
    effective = effective[order]
    permutations.append(effective.copy())

results = {}
for scoring, model, y in [
    ("accuracy", Classifier(), labels),
    ("neg_log_loss", Classifier(), labels),
    ("r2", Regressor(), numbers),
    ("neg_mean_squared_error", Regressor(), numbers),
]:
    p = permutation_importance(model, X, y, scoring=scoring, n_repeats=repeats, random_state=np.random.RandomState(7))
    results[scoring] = {"mean": listed(p.importances_mean), "std": listed(p.importances_std), "drops": listed(p.importances.T)}
out["permutation_importance"] = {
    "rows": rows,
    "inputs": listed(X),
    "labels": [int(v) for v in labels],
    "numbers": listed(numbers),
    "regressor": weights(regressor),
    "permutations": [[int(v) for v in o] for o in permutations],
    "results": results,
}

# Partial dependence on a grid.
pd = partial_dependence(Regressor(), X, [2], grid_resolution=12, percentiles=(0.05, 0.95), kind="both", method="brute")
out["partial_dependence"] = {"column": 2, "grid": listed(pd["grid_values"][0]), "average": listed(pd["average"]), "individual": listed(pd["individual"])}

# LIME: the explainer's weighted ridge regression on neighbours that are written down.
train = floats(200, 6).numpy()
lime = LimeTabularExplainer(train, mode="regression", discretize_continuous=False, sample_around_instance=True, random_state=3)
row = floats(6).numpy()
kept = {}


def watched(z):
    kept["z"] = z
    return regressor(torch.tensor(z)).detach().numpy()[:, 0]


e = lime.explain_instance(row, watched, num_features=6, num_samples=300)
coefficients = np.zeros(6)
for i, w in list(e.local_exp.values())[-1]:
    coefficients[i] = w
out["lime"] = {
    "input": listed(row),
    "mean": listed(train.mean(0)),
    "std": listed(train.std(0)),
    "samples": listed(kept["z"]),
    "coefficients": listed(coefficients),
    "intercept": float(np.ravel(list(e.intercept.values()))[-1]),
    "score": float(e.score),
}

a, b = np.round(rng.standard_normal(30), 1), np.round(rng.standard_normal(30), 1)
out["spearman"] = {"a": listed(a), "b": listed(b), "value": float(spearmanr(a, b).statistic)}
nodes, w = np.polynomial.legendre.leggauss(17)
out["gausslegendre"] = {"nodes": listed(0.5 * (1 + nodes)), "weights": listed(0.5 * w)}

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
print(path, path.stat().st_size)
