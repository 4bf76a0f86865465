"""
The public names of PyTorch's modules, for telling a misspelt name from one that is not read yet. Writes
src/formats/pytorch/python/_vitrine/names.py.

Versions: Python 3.11, torch 2.5.1 (CPU).
"""

import pathlib
import textwrap

import torch

HERE = pathlib.Path(__file__).parent
to = HERE.parents[1] / "src/formats/pytorch/python/_vitrine/names.py"
modules = {"torch": torch, "torch.nn": torch.nn, "torch.nn.functional": torch.nn.functional, "torch.nn.init": torch.nn.init}
lines = ['"""Public names of PyTorch 2.5.1, made by test/reference/pytorch_names.py."""', "", "NAMES = {"]
for name, module in modules.items():
    words = " ".join(sorted(n for n in dir(module) if not n.startswith("_")))
    lines.append(f'    "{name}": set("""')
    lines += textwrap.wrap(words, 118)
    lines.append('""".split()),')
words = " ".join(sorted(n for n in dir(torch.Tensor) if not n.startswith("_")))
lines.append('    "Tensor": set("""')
lines += textwrap.wrap(words, 118)
lines += ['""".split()),', "}"]
to.write_text("\n".join(lines) + "\n")
