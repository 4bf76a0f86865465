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
NAMES += ["densenet121", "densenet161", "squeezenet1_0", "squeezenet1_1", "mobilenet_v3_small", "mobilenet_v3_large"]
NAMES += ["efficientnet_b0", "efficientnet_b3", "efficientnet_v2_s"]
NAMES += ["vit_b_16", "vit_b_32", "convnext_tiny", "convnext_base"]
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
