"""Weights with fewer bits and without the smallest, by PyTorch and ONNX Runtime, for test/unit/explain and formats/onnx.

Versions: torch 2.5.1, onnxruntime 1.32.0. Run: python explain_weights.py
Reads explain.json (the mlp and its rows), writes explain_weights.json beside it.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn as nn
import torch.nn.utils.prune as prune
from onnx import TensorProto
from onnxruntime.quantization.quant_utils import compute_scale_zp, quantize_data

here = pathlib.Path(__file__)
given = json.loads((here.parent / "explain.json").read_text())
p = given["permutation_importance"]


def listed(x):
    x = x.detach().numpy() if torch.is_tensor(x) else np.asarray(x)
    return [float(f"{v:.9g}") for v in x.reshape(-1)]


def network():
    out = []
    for l in given["mlp"]["layers"]:
        if l["op"] == "Linear":
            m = nn.Linear(l["shape"][1], l["shape"][0])
            m.weight.data = torch.tensor(l["weight"]).float().reshape(l["shape"])
            m.bias.data = torch.tensor(l["bias"]).float()
        else:
            m = {"Relu": nn.ReLU, "Tanh": nn.Tanh}[l["op"]]()
        out.append(m)
    return nn.Sequential(*out).eval()


X = torch.tensor(np.array(p["inputs"], dtype=np.float32).reshape(-1, 6))
linear = lambda net: [m for m in net if isinstance(m, nn.Linear)]


def told(net):
    with torch.no_grad():
        y = net(X)
    own = network()(X).argmax(1)
    return {
        "weights": [listed(m.weight) for m in linear(net)],
        "same": float((y.argmax(1) == own).float().mean()),
        "accuracy": float((y.argmax(1) == torch.tensor(p["labels"])).float().mean()),
    }


out = {"precision": [], "pruning": []}
for bits in [8, 7, 6, 5, 4, 3, 2]:
    net = network()
    most = 2 ** (bits - 1) - 1
    for m in linear(net):
        scale = m.weight.data.abs().amax(1) / most
        zero = torch.zeros(len(scale), dtype=torch.int32)
        m.weight.data = torch.fake_quantize_per_channel_affine(m.weight.data, scale, zero, 0, -most, most)
    out["precision"].append({"bits": bits, **told(net)})

for amount in [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]:
    net = network()
    prune.global_unstructured([(m, "weight") for m in linear(net)], pruning_method=prune.L1Unstructured, amount=amount)
    out["pruning"].append({"amount": amount, **told(net)})

# Codes and scales of ONNX Runtime's own quantiser, a channel at a time.
w = np.random.default_rng(3).normal(size=(5, 7)).astype(np.float32)
w[2] = 0
codes, scales = [], []
for row in w:
    zero, scale, q = quantize_data(row, TensorProto.INT8, symmetric=True)[-3:]
    codes += [int(v) for v in np.asarray(q).reshape(-1)]
    scales.append(float(np.asarray(scale).reshape(-1)[0]))
out["onnxruntime"] = {"shape": [5, 7], "weight": listed(w), "codes": codes, "scales": scales}

(here.parent / "explain_weights.json").write_text(json.dumps(out) + "\n")
