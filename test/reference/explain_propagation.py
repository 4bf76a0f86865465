"""Attributions that send something else than gradients backwards, class activation maps, layers and trust, by the
authorities, for test/unit/explain.

Versions: torch 2.5.1, captum 0.9.0, zennit 0.5.1 or later, shap 0.51.0, grad-cam 1.5.4, quantus 0.6.0, numpy 2.4.6.
Run: python explain_propagation.py. Reads explain.json (the networks and inputs), writes explain_propagation.json beside
it. Computed in float64. Of grad-cam and quantus only the arithmetic is used; their drawing libraries are left out.
"""

import ast
import importlib.util
import json
import pathlib
import sys
import types
import warnings

import numpy as np
import shap
import torch
import torch.nn as nn
import zennit
from captum.attr import (
    Deconvolution,
    DeepLift,
    DeepLiftShap,
    GuidedBackprop,
    GuidedGradCam,
    LayerConductance,
    LayerIntegratedGradients,
    NoiseTunnel,
    Saliency,
)
from captum.metrics import infidelity
from zennit.attribution import Gradient
from zennit.composites import LayerMapComposite
from zennit.composites import layer_map_base as base_of
from zennit.rules import AlphaBeta, Epsilon, Gamma, ZPlus
from zennit.types import Convolution

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
rng = np.random.default_rng(5)
here = pathlib.Path(__file__)
given = json.loads((here.parent / "explain.json").read_text())


def listed(x):
    x = x.detach().numpy() if torch.is_tensor(x) else np.asarray(x)
    return [float(f"{v:.9g}") for v in x.reshape(-1)]


def arithmetic_of(package, module):
    """One module of a package without what the package imports for drawing."""
    if package in sys.modules:
        return importlib.import_module(f"{package}.{module}")
    root = pathlib.Path(importlib.util.find_spec(package).origin).parent
    shell = types.ModuleType(package)
    shell.__path__ = [str(root)]
    sys.modules[package] = shell
    for name in ["ttach", "cv2", "torchvision", "torchvision.transforms", "tqdm"]:
        try:
            importlib.import_module(name)
        except ImportError:
            stand_in = types.ModuleType(name)
            stand_in.__getattr__ = lambda _: object
            sys.modules[name] = stand_in
    return importlib.import_module(f"{package}.{module}")


def network(layers):
    out = []
    for l in layers:
        if l["op"] == "Linear":
            m = nn.Linear(l["shape"][1], l["shape"][0])
        elif l["op"] == "Conv":
            m = nn.Conv2d(l["shape"][1], l["shape"][0], l["shape"][2], padding=l["pad"])
        else:
            m = {"Relu": nn.ReLU, "Tanh": nn.Tanh, "MaxPool": lambda: nn.MaxPool2d(2), "Flatten": nn.Flatten}[l["op"]]()
        if "weight" in l:
            m.weight.data = torch.tensor(l["weight"]).float().double().reshape(l["shape"])
            m.bias.data = torch.tensor(l["bias"]).float().double()
        out.append(m)
    return nn.Sequential(*out).eval()


RULES = {
    "epsilon": lambda: (Epsilon(), Epsilon()),
    "epsilon_0.5": lambda: (Epsilon(epsilon=0.5), Epsilon(epsilon=0.5)),
    "gamma": lambda: (Gamma(0.25), Gamma(0.25)),
    "z_plus": lambda: (ZPlus(), ZPlus()),
    "alpha_beta": lambda: (AlphaBeta(2, 1), AlphaBeta(2, 1)),
    "epsilon_plus": lambda: (ZPlus(), Epsilon()),
    "epsilon_alpha2_beta1": lambda: (AlphaBeta(2, 1), Epsilon()),
}


def relevance(net, x, target, rule):
    convolution, dense = RULES[rule]()
    composite = LayerMapComposite(layer_map=base_of() + [(Convolution, convolution), (nn.Linear, dense)])
    start = torch.zeros_like(net(x))
    start[0, target] = net(x)[0, target].detach()
    with Gradient(model=net, composite=composite) as attributor:
        return attributor(x, start)[1]


out = {"versions": {"zennit": zennit.__version__ if hasattr(zennit, "__version__") else ""}}
for which, shape in [("mlp", (1, 6)), ("cnn", (1, 2, 8, 8))]:
    net = network(given[which]["layers"])
    cases = []
    for case in given[which]["cases"]:
        x = torch.tensor(case["input"]).reshape(shape)
        baseline = torch.tensor(case["baseline"]).reshape(shape)
        target = case["target"]
        background = torch.tensor(rng.uniform(-1, 1, (5, *shape[1:])).astype(np.float32).astype(np.float64))
        r = {"background": listed(background)}
        r["guided_backprop"] = listed(GuidedBackprop(net).attribute(x.clone().requires_grad_(), target=target))
        r["deconvolution"] = listed(Deconvolution(net).attribute(x.clone().requires_grad_(), target=target))
        a, delta = DeepLift(net).attribute(x, baseline, target=target, return_convergence_delta=True)
        r["deep_lift"] = {"values": listed(a), "delta": float(delta)}
        r["deep_lift_shap"] = listed(DeepLiftShap(net).attribute(x, background, target=target))
        if which == "cnn":
            # With pooling behind a ReLU Captum's values do not sum to the difference of outputs (its own delta says so)
            # where the baseline is not constant; SHAP's implementation of the same rule does.
            deep = lambda rows: shap.DeepExplainer(net, rows).shap_values(x)[..., target]
            if target == 0:
                assert np.abs(deep(baseline) - a.detach().numpy()).max() < 1e-9
            r["deep_lift"] = {"values": listed(deep(baseline)), "delta": 0}
            r["deep_lift_shap"] = listed(deep(background))
        r["lrp"] = {rule: listed(relevance(net, x.clone(), target, rule)) for rule in RULES}

        # Sampling: many noisy gradients, the statistic and its standard error by the moments.
        torch.manual_seed(2)
        n = 20000
        noisy = (x + 0.15 * torch.randn(n, *shape[1:])).requires_grad_(True)
        g = torch.autograd.grad(net(noisy)[:, target].sum(), noisy)[0].detach()
        var = g.var(0, unbiased=False)
        fourth = ((g - g.mean(0)) ** 4).mean(0)
        r["noise_tunnel"] = {
            "smoothgrad_sq": {"values": listed((g**2).mean(0)), "deviation": listed((g**2).std(0)), "samples": n},
            "vargrad": {"values": listed(var), "deviation": listed((fourth - var**2).clamp(min=0).sqrt()), "samples": n},
        }
        for kind in ["smoothgrad_sq", "vargrad"]:
            few = NoiseTunnel(Saliency(net)).attribute(x, target=target, abs=False, nt_type=kind, nt_samples=4000, stdevs=0.15)
            s = r["noise_tunnel"][kind]
            se = torch.tensor(s["deviation"]).reshape(shape) / 4000**0.5
            assert (few - torch.tensor(s["values"]).reshape(shape)).abs().max() < 6 * se.max(), kind

        class Out(nn.Module):
            def forward(self, z):
                return net(z)[:, target : target + 1]

        explainer = shap.GradientExplainer(Out(), background, batch_size=50)
        runs = np.stack([explainer.shap_values(x, nsamples=400, rseed=i)[..., 0] for i in range(50)])
        r["expected_gradients"] = {"values": listed(runs.mean(0)), "deviation": listed(runs.std(0) * 400**0.5), "samples": 20000}

        layer = 2 if which == "mlp" else 3
        r["layer"] = layer
        conductance = LayerConductance(net, net[layer])
        steps = 40
        there = conductance.attribute(x, baseline, target=target, n_steps=steps, method="riemann_trapezoid")
        back = conductance.attribute(baseline, x, target=target, n_steps=steps, method="riemann_trapezoid")
        # Gradients at the starts of the parts, and at their ends: the mean is the trapezoid's.
        r["layer_conductance"] = {"steps": steps, "values": listed((there - back) / 2)}
        r["layer_integrated_gradients"] = listed(
            LayerIntegratedGradients(net, net[layer]).attribute(x, baseline, target=target, n_steps=25)
        )

        # Infidelity under perturbations that are written down.
        attribution = a
        perturbations = torch.tensor(rng.uniform(-0.5, 0.5, (12, *shape[1:])).astype(np.float32).astype(np.float64))
        values = {
            key: float(
                infidelity(net, lambda i: (perturbations, i - perturbations), x, attribution, target=target, n_perturb_samples=12, max_examples_per_batch=12, normalize=normalize)
            )
            for key, normalize in [("value", False), ("normalized", True)]
        }
        r["infidelity"] = {"perturbations": listed(perturbations), "attribution": listed(attribution), **values}

        if which == "cnn":
            r["guided_grad_cam"] = listed(GuidedGradCam(net, net[3]).attribute(x.clone().requires_grad_(), target=target))
            maps = net[:4](x).detach().requires_grad_(True)
            gradient = torch.autograd.grad(net[4:](maps)[0, target], maps)[0].numpy()
            maps = maps.detach().numpy()
            plus = arithmetic_of("pytorch_grad_cam", "grad_cam_plusplus").GradCAMPlusPlus
            weights = plus.get_cam_weights(None, None, None, None, maps, gradient)
            r["grad_cam_plus_plus"] = listed(np.maximum((weights[:, :, None, None] * maps).sum(1), 0))
            layer_cam = importlib.import_module("pytorch_grad_cam.layer_cam").LayerCAM
            r["layer_cam"] = listed(np.maximum(layer_cam.get_cam_image(None, None, None, None, maps, gradient, False), 0))
            project = importlib.import_module("pytorch_grad_cam.utils.svd_on_activations").get_2d_projection
            r["eigen_cam"] = listed(project(maps.copy()))
            score = importlib.import_module("pytorch_grad_cam.score_cam")
            score.tqdm = types.SimpleNamespace(tqdm=lambda i: i)
            holder = types.SimpleNamespace(device="cpu", model=net)
            w = score.ScoreCAM.get_cam_weights(holder, x, None, [lambda o: o[target]], maps, None)
            r["score_cam"] = listed(np.maximum((w[:, :, None, None] * maps).sum(1), 0))
        cases.append(r)
    out[which] = cases

linear = nn.Linear(6, 3)
linear.weight.data = linear.weight.data.float().double()
linear.bias.data = linear.bias.data.float().double()
rows = rng.uniform(-1, 1, (40, 6)).astype(np.float32).astype(np.float64)
x = rng.uniform(-1, 1, (1, 6)).astype(np.float32).astype(np.float64)
explainer = shap.LinearExplainer((linear.weight.data.numpy()[1], float(linear.bias.data[1])), shap.maskers.Independent(rows, max_samples=100))
out["linear_shap"] = {
    "weight": listed(linear.weight),
    "bias": listed(linear.bias),
    "rows": listed(rows),
    "input": listed(x),
    "target": 1,
    "values": listed(explainer.shap_values(x)),
}

values = rng.normal(size=30) * (rng.random(30) < 0.7)
spec = importlib.util.find_spec("quantus")
source = pathlib.Path(spec.origin).parent / "metrics" / "complexity" / "sparseness.py"
# The metric's own function, cut out of its module, which wants libraries for drawing.
function = next(n for n in ast.walk(ast.parse(source.read_text())) if isinstance(n, ast.FunctionDef) and n.name == "evaluate_batch")
scope = {"np": np, "List": list}
exec(compile(ast.Module([function], []), str(source), "exec"), scope)
out["gini"] = {"values": listed(values), "value": float(scope["evaluate_batch"](None, None, np.abs(values)[None].copy())[0])}

path = here.with_suffix(".json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
print(path, path.stat().st_size)
