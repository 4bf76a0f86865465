"""
What torchvision's own networks hold: parameters, and a digest of the names and shapes of their states. Writes
pytorch_torchvision.json.

Versions: Python 3.11, torch 2.5.1 (CPU), torchvision 0.20.1.
"""

import hashlib
import json
import pathlib

import torch
from torchvision import models

NAMES = ["resnet18", "resnet34", "resnet50", "resnext50_32x4d", "wide_resnet50_2", "alexnet", "vgg11", "vgg16_bn", "mobilenet_v2"]
rows = {}
for name in NAMES:
    with torch.device("meta"):
        model = getattr(models, name)()
    state = "\n".join(f"{k} {list(v.shape)}".replace(" ", "") for k, v in model.state_dict().items())
    rows[name] = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "state": hashlib.sha256(state.encode()).hexdigest(),
    }
(pathlib.Path(__file__).parent / "pytorch_torchvision.json").write_text(json.dumps(rows, indent=1) + "\n")
