"""
The state of checkpoints/training.pth in what else people save: before PyTorch 1.6, beside tensors of other kinds and objects,
as a script, and below an attribute. Writes checkpoints/before.pth, strange.pt, scripted.pt and below.ckpt.

Versions: Python 3.11, torch 2.5.1 (CPU).
"""

import argparse
import pathlib
from collections import OrderedDict

import torch
from torch import nn

HERE = pathlib.Path(__file__).parent / "checkpoints"
whole = torch.load(HERE / "training.pth", weights_only=True)["model_state_dict"]
state = {k.removeprefix("module."): v.clone() for k, v in whole.items()}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))

    def forward(self, x):
        return self.layers(x)


model = Net()
model.load_state_dict(state)
torch.save({"net": state, "epoch": 2}, HERE / "before.pth", _use_new_zipfile_serialization=False)
torch.save(
    {**state, "sparse": torch.eye(3).to_sparse(), "complex": torch.ones(2, dtype=torch.complex64),
     "args": argparse.Namespace(lr=0.1)},
    HERE / "strange.pt",
)
torch.jit.save(torch.jit.script(model), HERE / "scripted.pt")
torch.save({"state_dict": OrderedDict((f"model.{k}", v) for k, v in state.items()), "hyper_parameters": {"lr": 0.1}},
           HERE / "below.ckpt")
