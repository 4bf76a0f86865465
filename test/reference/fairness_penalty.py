"""Loss, penalty and gradients of a small classifier with a penalty on the covariance of group and probability.

Pinned: Python 3.11, torch 2.5.1. Run from the repository's root: python test/reference/fairness_penalty.py
Writes fairness_penalty.json. The formula is that of Zafar et al. (2017), as a squared Lagrangian term; PyTorch's
autograd gives the gradients, in float64.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)


def flat(t):
    return {"shape": list(t.shape), "data": [float(f"{v:.10g}") for v in t.detach().reshape(-1).tolist()]}


cases = []
for name, width, strength in [("cross_entropy", 3, 4.0), ("bce_with_logits", 1, 10.0), ("cross_entropy", 2, 0.5)]:
    n, features, groups, output = 9, 4, 3, width - 1 if width > 1 else 0
    x = torch.randn(n, features).float().double()
    w = torch.randn(width, features).float().double().requires_grad_()
    b = torch.randn(width).float().double().requires_grad_()
    z = F.one_hot(torch.arange(n) % groups, groups).double()
    z = (z - torch.tensor([0.3, 0.4, 0.3]).float().double()).float().double()
    y = x @ w.T + b
    if width == 1:
        t = (torch.arange(n) % 2).double().reshape(n, 1)
        loss, p = F.binary_cross_entropy_with_logits(y, t), torch.sigmoid(y)
    else:
        t = torch.arange(n) % width
        loss, p = F.cross_entropy(y, t), y.softmax(1)[:, output : output + 1]
    penalty = strength * ((z.T @ p / n) ** 2).sum()
    (loss + penalty).backward()
    cases.append({"loss": name, "strength": strength, "output": output, "x": flat(x), "w": flat(w), "b": flat(b), "z": flat(z),
                  "t": flat(t.double()), "value": (loss + penalty).item(), "penalty": penalty.item(),
                  "gradients": {"w": flat(w.grad), "b": flat(b.grad)}})

Path("test/reference/fairness_penalty.json").write_text(json.dumps(cases) + "\n")
