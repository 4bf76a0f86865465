"""Noise tunnels over many methods by Captum, and KernelSHAP over superpixels by SHAP, for test/unit/explain.

Versions: torch 2.5.1, captum 0.9.0, shap 0.51.0, numpy 2.4.6. Run: python explain_variants.py
Reads explain.json (networks and inputs) and explain_lime.json (a picture and its parts), writes explain_variants.json
beside them. Computed in float64. Captum's noise is drawn beforehand and given along, so that nothing is left to chance.
"""

import json
import pathlib
import warnings

import numpy as np
import shap
import torch
import torch.nn as nn
from captum.attr import (
    Deconvolution,
    DeepLift,
    FeatureAblation,
    GuidedBackprop,
    GuidedGradCam,
    InputXGradient,
    IntegratedGradients,
    NoiseTunnel,
    Occlusion,
    Saliency,
    ShapleyValues,
)

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
torch.manual_seed(3)
here = pathlib.Path(__file__).parent
given = json.loads((here / "explain.json").read_text())
lime = json.loads((here / "explain_lime.json").read_text())
COPIES, DEVIATION = 4, 0.15


def listed(x):
    x = x.detach().numpy() if torch.is_tensor(x) else np.asarray(x)
    return [float(f"{v:.9g}") for v in x.reshape(-1)]


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
            m.weight.data = torch.tensor(l["weight"]).reshape(l["shape"])
            m.bias.data = torch.tensor(l["bias"])
        out.append(m)
    return nn.Sequential(*out).eval()


def tunnels(name, shape):
    net = network(given[name]["layers"])
    case = given[name]["cases"][0]
    x = torch.tensor(case["input"]).reshape(1, *shape)
    noise = (DEVIATION * torch.randn(COPIES, *shape)).float().double()
    torch.normal = lambda *a, **k: noise
    assert torch.allclose(net(x)[0], net(x)[0])
    methods = {
        "saliency": (Saliency(net), {"abs": False}),
        "input_x_gradient": (InputXGradient(net), {}),
        "integrated_gradients": (IntegratedGradients(net), {}),
        "guided_backprop": (GuidedBackprop(net), {}),
        "deconvolution": (Deconvolution(net), {}),
        "deep_lift": (DeepLift(net), {}),
    }
    if name == "mlp":
        methods["feature_ablation"] = (FeatureAblation(net), {})
        methods["shapley_values"] = (ShapleyValues(net), {})
    else:
        # One value a pixel, with all its channels.
        pixels = torch.arange(shape[1] * shape[2]).reshape(1, 1, *shape[1:]).expand(1, *shape)
        methods["feature_ablation"] = (FeatureAblation(net), {"feature_mask": pixels})
        methods["occlusion"] = (Occlusion(net), {"sliding_window_shapes": (shape[0], 2, 2), "strides": (shape[0], 1, 1)})
        last = [m for m in net if isinstance(m, nn.Conv2d)][-1]
        methods["guided_grad_cam"] = (GuidedGradCam(net, last), {})
    found = {}
    for key, (method, more) in methods.items():
        found[key] = {}
        for kind in ["smoothgrad", "smoothgrad_sq", "vargrad"]:
            values = NoiseTunnel(method).attribute(x, nt_type=kind, nt_samples=COPIES, nt_samples_batch_size=COPIES, stdevs=DEVIATION, target=case["target"], **more)
            found[key][kind] = listed(values)
    return {"noise": listed(noise), "copies": COPIES, "found": found}


def superpixels():
    p = lime["picture"]
    net = network(p["layers"])
    # Two neighbouring parts as one player: few enough that every coalition is tried.
    labels = np.array(p["labels"]).reshape(12, 16) // 2
    x = torch.tensor(p["image"]).reshape(3, 12, 16)
    parts = int(labels.max()) + 1

    def worth(masks):
        on = torch.tensor(np.asarray(masks, dtype=float)[:, labels])[:, None]
        return net(x[None] * on)[:, p["target"]].detach().numpy()

    explainer = shap.KernelExplainer(worth, np.zeros((1, parts)))
    values = explainer.shap_values(np.ones((1, parts)), nsamples=2**parts, silent=True, l1_reg=0)
    whole = worth(np.ones((1, parts)))[0] - worth(np.zeros((1, parts)))[0]
    assert abs(values.sum() - whole) < 1e-9
    return {"parts": parts, "values": listed(values)}


original = torch.normal
out = {"mlp": tunnels("mlp", (6,)), "cnn": tunnels("cnn", (2, 8, 8))}
torch.normal = original
out["kernel_shap_superpixels"] = superpixels()
(here / "explain_variants.json").write_text(json.dumps(out) + "\n")
