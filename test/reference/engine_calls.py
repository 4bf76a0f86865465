"""What PyTorch makes of single calls in source code: forward and gradients of every class in engine_calls/, and what of
an empty batch (the first size 0): shapes, values and gradients, or the sentence with which it refuses.

Weights and inputs come from the hash that engine_models.py describes. All is computed in float64 from float32 values.

Pinned: Python 3.11, torch 2.5.1.
Run from the repository's root: python test/reference/engine_calls.py
"""

import gzip
import importlib.util
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn

HERE = Path(__file__).parent


def noise(count, stream):
    h = np.arange(count, dtype=np.uint32) + np.uint32((stream * 0x9E3779B1) & 0xFFFFFFFF)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    return torch.from_numpy((h.astype(np.float64) / 2147483648.0 - 1).astype(np.float32))


def flat(t):
    return {"shape": list(t.shape), "data": [float(f"{v:.7g}") if np.isfinite(v) else str(v) for v in t.detach().double().reshape(-1).tolist()]}


def empty(cls, size):
    """The record of a batch of no rows. Gradients that are zero throughout, as most are, are left out."""
    model = cls().train(hasattr(cls, "training_mode"))
    for k, (_, p) in enumerate(model.named_parameters()):
        p.data.copy_((noise(p.numel(), k + 1) * 0.8).reshape(p.shape))
    x = torch.zeros((0, *size[1:]), requires_grad=True)
    try:
        y = model(x)
    except (RuntimeError, IndexError, ValueError, AssertionError) as e:
        return {"refused": str(e).split("\n")[0]}
    record = {"output": flat(y)}
    if y.requires_grad:
        try:
            y.backward(noise(y.numel(), 200).reshape(y.shape).double())
        except (RuntimeError, IndexError, ValueError, AssertionError) as e:
            return {**record, "backward": str(e).split("\n")[0]}
        record["gradients"] = {k: flat(p.grad) for k, p in model.named_parameters() if p.grad is not None and (p.grad != 0).any()}
    return record


records = []
for file in sorted((HERE / "engine_calls").glob("*.py")):
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for cls in [c for c in vars(module).values() if isinstance(c, type) and issubclass(c, nn.Module) and c.__module__ == file.stem and hasattr(c, "shape")]:
        torch.set_default_dtype(torch.float64)
        model = cls().train(hasattr(cls, "training_mode"))
        for k, (name, p) in enumerate(model.named_parameters()):
            p.data.copy_((noise(p.numel(), k + 1) * 0.8).reshape(p.shape))
        x = noise(int(np.prod(cls.shape)), 100).reshape(cls.shape).double().requires_grad_(True)
        y = model(x)
        assert torch.is_tensor(y) and y.isfinite().all(), cls.__name__
        record = {"file": file.stem, "class": cls.__name__, "shape": list(cls.shape), "output": flat(y)}
        if hasattr(cls, "training_mode"):
            record["training"] = True
        if y.requires_grad:
            seed = noise(y.numel(), 200).reshape(y.shape).double()
            y.backward(seed)
            record["gradients"] = {k: flat(p.grad if p.grad is not None else torch.zeros_like(p)) for k, p in model.named_parameters() if p.requires_grad}
            record["dx"] = flat(x.grad if x.grad is not None else torch.zeros_like(x))
        bad = [k for k, g in [("x", record.get("dx")), *record.get("gradients", {}).items()] if g and any(isinstance(v, str) for v in g["data"])]
        assert not bad, (cls.__name__, bad)
        record["empty"] = empty(cls, cls.shape)
        records.append(record)
text = "[\n" + ",\n".join(json.dumps(r, separators=(",", ":")) for r in records) + "\n]\n"
(HERE / "engine_calls.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
print(len(records), "calls,", len(text), "bytes")
