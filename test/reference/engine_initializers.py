"""How PyTorch starts the parameters of each layer: mean, spread and bounds of each over many constructions.

The layers are the classes of engine_calls/ that have parameters.

Pinned: Python 3.11, torch 2.5.1.
Run from the repository's root: python test/reference/engine_initializers.py
"""

import importlib.util
import json
from pathlib import Path

import torch
import torch.nn as nn

HERE = Path(__file__).parent
VALUES = 20_000
records = []
torch.manual_seed(7)
for file in sorted((HERE / "engine_calls").glob("*.py")):
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for cls in [c for c in vars(module).values() if isinstance(c, type) and issubclass(c, nn.Module) and c.__module__ == file.stem]:
        sizes = {k: p.numel() for k, p in cls().named_parameters()}
        if not sizes:
            continue
        times = min(400, max(8, VALUES // min(sizes.values())))
        made = [dict(cls().named_parameters()) for _ in range(times)]
        entry = {}
        for name in sizes:
            v = torch.stack([m[name].detach() for m in made]).double()
            entry[name] = {k: float(f"{x:.5g}") for k, x in dict(count=v.numel(), mean=v.mean().item(), std=v.std().item(), low=v.min().item(), high=v.max().item()).items()}
        records.append({"file": file.stem, "class": cls.__name__, "shape": list(cls.shape), "parameters": entry})
(HERE / "engine_initializers.json").write_text("[\n" + ",\n".join(json.dumps(r, separators=(",", ":")) for r in records) + "\n]\n")
print(len(records), "layers")
