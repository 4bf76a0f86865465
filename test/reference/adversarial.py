"""FGSM and PGD by PyTorch, for test/unit/explain/adversarial.

Written with torch 2.5.1. Run: python test/reference/adversarial.py > test/reference/adversarial.json
"""

import json

import torch
from torch import nn

torch.manual_seed(3)
torch.set_default_dtype(torch.float64)


def layers_of(net):
    out = []
    for m in net:
        if isinstance(m, (nn.Linear, nn.Conv2d)):
            d = {"op": "Linear" if isinstance(m, nn.Linear) else "Conv", "shape": list(m.weight.shape)}
            d |= {"weight": m.weight.flatten().tolist(), "bias": m.bias.tolist()}
            out.append(d | ({"pad": m.padding[0]} if isinstance(m, nn.Conv2d) else {}))
        else:
            out.append({"op": {"Tanh": "Tanh", "ReLU": "Relu", "Flatten": "Flatten"}[type(m).__name__]})
    return out


def gradient(net, x, y):
    x = x.clone().requires_grad_()
    nn.functional.cross_entropy(net(x), y).backward()
    return x.grad


def case(net, x, epsilon, low, high):
    for p in net.parameters():
        p.data = p.data.float().double()
    y = net(x).argmax(1)
    fgsm = (x + epsilon * gradient(net, x, y).sign()).clamp(low, high)
    at, steps, step = x, 7, epsilon / 3
    for _ in range(steps):
        at = at + step * gradient(net, at, y).sign()
        at = torch.min(torch.max(at, x - epsilon), x + epsilon).clamp(low, high)
    return {
        "layers": layers_of(net), "shape": list(x.shape), "input": x.flatten().tolist(), "targets": y.tolist(),
        "gradient": gradient(net, x, y).flatten().tolist(), "epsilon": epsilon, "low": low, "high": high, "steps": steps, "step": step,
        "fgsm": fgsm.flatten().tolist(), "pgd": at.flatten().tolist(),
    }


table = torch.rand(5, 6).mul(2).sub(1).float().double()
image = torch.rand(3, 1, 6, 6).float().double()
mlp = nn.Sequential(nn.Linear(6, 12), nn.Tanh(), nn.Linear(12, 3))
cnn = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
print(json.dumps([case(mlp, table, 0.25, -1.0, 1.0), case(cnn, image, 0.0625, 0.0, 1.0)]))
