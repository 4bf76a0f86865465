"""Files written by the Python package safetensors, with the values that they hold.

Pinned: Python 3.11, safetensors 0.8.0, torch 2.5.1, numpy 2.4.6.
Run from the repository's root: python test/reference/data_safetensors.py
"""

import base64
import json
from pathlib import Path

import torch
from safetensors.torch import save

torch.manual_seed(0)
floats = torch.tensor([0.0, -0.0, 1.0, -2.5, 0.1, 3.14159, 65504.0, 1e-7, 6e-8, float("inf"), -float("inf")])
integers = torch.tensor([0, 1, -1, 127, -128])


def file(tensors, metadata=None):
    values = {}
    for name, t in tensors.items():
        t = t.double() if t.is_floating_point() else t.long()
        # JSON knows no infinities.
        values[name] = [str(v) if isinstance(v, float) and abs(v) == float("inf") else v for v in t.flatten().tolist()]
    return {
        "bytes": base64.b64encode(save(tensors, metadata)).decode(),
        "shapes": {name: list(t.shape) for name, t in tensors.items()},
        "values": values,
    }


out = {
    "dtypes": file(
        {
            "f32": floats,
            "f64": floats.double(),
            "f16": floats.half(),
            "bf16": floats.bfloat16(),
            "i64": torch.tensor([0, 1, -1, 2147483647, -2147483648]),
            "i32": integers.int(),
            "i16": integers.short(),
            "i8": integers.to(torch.int8),
            "u8": torch.tensor([0, 1, 127, 128, 255], dtype=torch.uint8),
            "bool": torch.tensor([[True, False], [False, True]]),
        }
    ),
    # What Vitrine itself writes, so that bytes can be compared.
    "same": file(
        {
            "fc1.weight": torch.randn(5, 2),
            "fc1.bias": torch.randn(5),
            "fc2.weight": torch.randn(1, 5),
            "fc2.bias": torch.randn(1),
            "scalar": torch.tensor(2.5),
            "empty": torch.zeros(0, 3),
            "steps": torch.tensor([3, 4], dtype=torch.int32),
        },
        {"format": "pt"},
    ),
    "nothing": file({}),
}
Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
