"""
Checkpoints that PyTorch itself writes, and the values in them: state_dicts of the Iris sample's model in each way that
people save them, and files that hold more than weights. Writes checkpoints/*.

Versions: Python 3.11, torch 2.5.1 (CPU), safetensors 0.4+.
"""

import json
import pathlib
import zipfile
import io

import torch
from safetensors.torch import save_file
from torch import nn

HERE = pathlib.Path(__file__).parent / "checkpoints"
HERE.mkdir(exist_ok=True)


class IrisNet(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, hidden), nn.ReLU(), nn.Linear(hidden, 3))

    def forward(self, x):
        return self.layers(x)


torch.manual_seed(7)
model = IrisNet()
state = model.state_dict()
torch.save(state, HERE / "iris.pt")
optimizer = torch.optim.Adam(model.parameters())
model(torch.ones(2, 4)).sum().backward()
optimizer.step()
state = {k: v.clone() for k, v in model.state_dict().items()}
torch.save(
    {"epoch": 3, "model_state_dict": nn.DataParallel(model).state_dict(), "optimizer_state_dict": optimizer.state_dict(),
     "loss": 0.25, "notes": ["é", (1, None, True)]},
    HERE / "training.pth",
)
save_file({k: v.contiguous() for k, v in state.items()}, HERE / "iris.safetensors")
torch.save(model, HERE / "whole.pt")
base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
views = {
    "transposed": base.t(),
    "part": base[1:3, ::2],
    "row": base[2],
    "half": base.half(),
    "bfloat": base.bfloat16(),
    "double": base.double() / 3,
    "long": torch.tensor([[-5, 2**31 - 1]]),
    "flags": torch.tensor([True, False]),
    "byte": torch.tensor([255, 0], dtype=torch.uint8),
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros(0, 3),
    "spread": torch.tensor([1.0, 2.0]).expand(3, 2),
    "parameter": nn.Parameter(base[:1]),
}
torch.save(views, HERE / "views.pt")
(HERE / "values.json").write_text(
    json.dumps(
        {
            "state": {k: {"shape": list(v.shape), "values": [float(x) for x in v.flatten()]} for k, v in state.items()},
            "views": {
                k: {"shape": list(v.shape), "dtype": str(v.dtype).replace("torch.", ""),
                    "values": [float(x) for x in v.detach().flatten()]}
                for k, v in views.items()
            },
        }
    )
    + "\n"
)
