"""The sentences with which PyTorch refuses places that lie outside, for every class in engine_refusals/.

Pinned: Python 3.11, torch 2.5.1.
Run from the repository's root: python test/reference/engine_refusals.py
"""

import importlib.util
import json
from pathlib import Path

import torch
import torch.nn as nn

HERE = Path(__file__).parent
records = []
for file in sorted((HERE / "engine_refusals").glob("*.py")):
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for cls in [c for c in vars(module).values() if isinstance(c, type) and issubclass(c, nn.Module) and c.__module__ == file.stem]:
        model = cls()
        model(torch.tensor(cls.right, dtype=torch.float32))
        try:
            model(torch.tensor(cls.wrong, dtype=torch.float32))
            raise AssertionError(f"{cls.__name__} was not refused")
        except (RuntimeError, IndexError) as e:
            records.append({"file": file.stem, "class": cls.__name__, "right": cls.right, "wrong": cls.wrong, "message": str(e).split("\n")[0]})
            print(cls.__name__, "|", records[-1]["message"])
(HERE / "engine_refusals.json").write_text("[\n" + ",\n".join(json.dumps(r) for r in records) + "\n]\n")
