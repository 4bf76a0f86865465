"""
Layers and single units by Captum, for test/unit/explain.

Versions: torch 2.5.1, captum 0.9.0. Run: python explain_layers.py
Reads explain.json (the nets and their inputs), writes explain_layers.json beside it. Computed in float64.
"""

import json
import pathlib

import torch
import torch.nn as nn
from captum.attr import (
    FeatureAblation,
    InternalInfluence,
    LayerActivation,
    LayerDeepLift,
    LayerGradientShap,
    LayerGradientXActivation,
    LayerLRP,
    NeuronConductance,
    NeuronDeconvolution,
    NeuronDeepLift,
    NeuronGradient,
    NeuronGradientShap,
    NeuronGuidedBackprop,
    NeuronIntegratedGradients,
)
from captum.attr._utils.lrp_rules import EpsilonRule

torch.set_default_dtype(torch.float64)
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


out = {}
for name, shape, index, unit, cells in [("mlp", (1, 6), 1, 4, None), ("cnn", (1, 2, 8, 8), 1, 2, 64)]:
    net = network(given[name]["layers"])
    layer = net[index]
    case = given[name]["cases"][0]
    x, b = torch.tensor(case["input"]).reshape(shape), torch.tensor(case["baseline"]).reshape(shape)
    target, steps = case["target"], 20
    pick = unit if cells is None else (lambda o: o[:, unit].flatten(1).mean(1))
    r = {
        "layer": index,
        "unit": unit,
        "steps": steps,
        "activation": listed(LayerActivation(net, layer).attribute(x)),
        "gradient_x_activation": listed(LayerGradientXActivation(net, layer).attribute(x, target=target)),
        "internal_influence": listed(InternalInfluence(net, layer).attribute(x, b, target=target, n_steps=steps)),
        "neuron_gradient": listed(NeuronGradient(net, layer).attribute(x, pick)),
        "neuron_integrated_gradients": listed(NeuronIntegratedGradients(net, layer).attribute(x, pick, b, n_steps=steps)),
    }
    with_input = lambda: x.clone().requires_grad_()
    r["neuron_guided"] = listed(NeuronGuidedBackprop(net, layer).attribute(with_input(), pick))
    r["neuron_deconvolution"] = listed(NeuronDeconvolution(net, layer).attribute(with_input(), pick))
    r["neuron_deep_lift"] = listed(NeuronDeepLift(net, layer).attribute(x, pick, b))
    lift = LayerDeepLift(net, layer)
    # Captum's values behind a max pooling do not sum to the difference of outputs: its delta must be none here.
    values, delta = lift.attribute(x, b, target=target, return_convergence_delta=True)
    assert abs(float(delta)) < 1e-8, float(delta)
    r["layer_deep_lift"] = listed(values)
    if cells is None:
        r["neuron_conductance"] = listed(NeuronConductance(net, layer).attribute(x, pick, b, target=target, n_steps=steps, method="gausslegendre"))
    background = torch.tensor(case["gradient_shap"]["background"]).reshape(-1, *shape[1:])
    torch.manual_seed(0)
    for id, shap in [("layer_gradient_shap", LayerGradientShap(net, layer)), ("neuron_gradient_shap", NeuronGradientShap(net, layer))]:
        asked = {"target": target} if id.startswith("layer") else {"neuron_selector": pick}
        runs = torch.cat([shap.attribute(x, baselines=background, n_samples=200, stdevs=0.05, **asked) for _ in range(100)]).flatten(1)
        r[id] = {"values": listed(runs.mean(0)), "deviation": listed(runs.std(0) * 200**0.5), "samples": 20000}
    # Captum has no relevance of activations' outputs: it is that of what reads them.
    for flatten in (m for m in net if isinstance(m, nn.Flatten)):
        flatten.rule = EpsilonRule()
    r["layer_lrp"] = listed(LayerLRP(net, net[index + 1]).attribute(x, target=target, attribute_to_layer_input=True))
    r["feature_permutation"] = listed(torch.stack([FeatureAblation(net).attribute(x, row[None], target=target) for row in background]).mean(0))
    out[name] = r

path = here.with_suffix(".json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
print(path, path.stat().st_size)
