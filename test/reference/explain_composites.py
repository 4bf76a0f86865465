"""Layer-wise relevance by Zennit's composites and its canonizer, for test/unit/explain.

Versions: torch 2.5.1, zennit 0.5.1. Run: python explain_composites.py
Reads explain.json (nets and inputs), writes explain_composites.json beside it. Computed in float64.
"""

import json
import pathlib

import torch
import torch.nn as nn
from zennit.attribution import Gradient
from zennit.canonizers import SequentialMergeBatchNorm
from zennit.composites import EpsilonAlpha2Beta1, EpsilonAlpha2Beta1Flat, EpsilonGammaBox, EpsilonPlus, EpsilonPlusFlat

torch.set_default_dtype(torch.float64)
torch.manual_seed(3)
here = pathlib.Path(__file__)
given = json.loads((here.parent / "explain.json").read_text())


def listed(x):
    return [float(f"{v:.9g}") for v in x.detach().reshape(-1)]


def network(layers):
    out = []
    for l in layers:
        if l["op"] in ("Linear", "Conv"):
            shape = l["shape"]
            m = nn.Linear(shape[1], shape[0]) if l["op"] == "Linear" else nn.Conv2d(shape[1], shape[0], shape[2], padding=l["pad"])
            m.weight.data = torch.tensor(l["weight"]).float().double().reshape(shape)
            m.bias.data = torch.tensor(l["bias"]).float().double()
        else:
            m = {"Relu": nn.ReLU, "Tanh": nn.Tanh, "MaxPool": lambda: nn.MaxPool2d(2), "Flatten": nn.Flatten}[l["op"]]()
        out.append(m)
    return nn.Sequential(*out).eval()


def normed():
    """Batch normalisations behind convolutions and a dense layer."""
    net = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 5, 3, padding=1),
        nn.BatchNorm2d(5),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(80, 6),
        nn.BatchNorm1d(6),
        nn.ReLU(),
        nn.Linear(6, 3),
    ).eval()
    for m in net.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.weight.data.uniform_(0.5, 1.5)
            m.bias.data.uniform_(-0.3, 0.3)
            m.running_mean.uniform_(-0.3, 0.3)
            m.running_var.uniform_(0.5, 1.5)
    for t in net.state_dict().values():
        if t.is_floating_point():
            t.copy_(t.float().double())
    layers = []
    for m in net:
        if isinstance(m, (nn.Linear, nn.Conv2d)):
            l = {"op": "Linear" if isinstance(m, nn.Linear) else "Conv", "shape": list(m.weight.shape), "weight": listed(m.weight), "bias": listed(m.bias)}
            layers.append({**l, "pad": m.padding[0]} if isinstance(m, nn.Conv2d) else l)
        elif isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            layers.append({"op": "BatchNorm", "shape": [m.num_features], "weight": listed(m.weight), "bias": listed(m.bias), "mean": listed(m.running_mean), "variance": listed(m.running_var)})
        else:
            layers.append({"op": {"ReLU": "Relu", "MaxPool2d": "MaxPool", "Flatten": "Flatten"}[type(m).__name__]})
    return net, layers


LOW, HIGH = [-2.0, -1.75], [1.75, 2.0]


def composites(picture, canonizers):
    made = {
        "epsilon_plus": EpsilonPlus(canonizers=canonizers),
        "epsilon_plus_flat": EpsilonPlusFlat(canonizers=canonizers),
        "epsilon_alpha2_beta1": EpsilonAlpha2Beta1(canonizers=canonizers),
        "epsilon_alpha2_beta1_flat": EpsilonAlpha2Beta1Flat(canonizers=canonizers),
    }
    if picture:
        low, high = (torch.tensor(v).reshape(1, 2, 1, 1) for v in (LOW, HIGH))
        made["epsilon_gamma_box"] = EpsilonGammaBox(low=low, high=high, canonizers=canonizers)
    return made


def relevance(net, x, target, composite):
    start = torch.zeros(1, net(x).shape[1])
    start[0, target] = net(x)[0, target].detach()
    with Gradient(model=net, composite=composite) as attributor:
        return listed(attributor(x.clone(), start)[1])


bn, bn_layers = normed()
out = {"low": LOW, "high": HIGH, "normed": {"layers": bn_layers}}
for name, net, shape in [("mlp", network(given["mlp"]["layers"]), (1, 6)), ("cnn", network(given["cnn"]["layers"]), (1, 2, 8, 8)), ("normed", bn, (1, 2, 8, 8))]:
    cases = []
    for case in given["mlp" if name == "mlp" else "cnn"]["cases"][:2]:
        x = torch.tensor(case["input"]).reshape(shape)
        r = {}
        for merged in [True, False] if name == "normed" else [False]:
            canonizers = [SequentialMergeBatchNorm()] if merged else None
            r["merged" if merged else "plain"] = {
                rule: relevance(net, x, case["target"], composite) for rule, composite in composites(name != "mlp", canonizers).items()
            }
        cases.append(r)
    out.setdefault(name, {})["cases"] = cases

path = here.with_suffix(".json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
print(path, path.stat().st_size)
