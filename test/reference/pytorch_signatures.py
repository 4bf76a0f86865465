"""The signatures of PyTorch's public functions, layers and tensor methods: names of parameters in order, `*` before those
that go by name alone, one text for each overload. Of native functions they are those of the type stubs that PyTorch ships.

Pinned: Python 3.11, torch 2.5.1.
Run from the repository's root: python test/reference/pytorch_signatures.py
"""

import ast
import gzip
import inspect
import json
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = Path(__file__).parent
STUBS = Path(torch.__file__).parent / "_C"


def written(node):
    a = node.args
    names = [p.arg for p in [*a.posonlyargs, *a.args]]
    if a.vararg:
        names.append("*" + a.vararg.arg)
    elif a.kwonlyargs:
        names.append("*")
    names += [p.arg for p in a.kwonlyargs]
    return " ".join(n for n in names if n not in ("self", "cls"))


def stubs(file, owner=None):
    body = ast.parse((STUBS / file).read_text()).body
    if owner:
        body = next(n for n in body if isinstance(n, ast.ClassDef) and n.name == owner).body
    found = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            found.setdefault(node.name, []).append(written(node))
    return found


def told(function):
    names, starred = [], False
    for p in inspect.signature(function).parameters.values():
        if p.kind == p.VAR_POSITIONAL:
            names.append("*" + p.name)
            starred = True
        elif p.kind == p.VAR_KEYWORD:
            names.append("**" + p.name)
        else:
            if p.kind == p.KEYWORD_ONLY and not starred:
                names.append("*")
                starred = True
            names.append(p.name)
    return " ".join(n for n in names if n != "self")


functions, methods, own = stubs("_VariableFunctions.pyi"), stubs("__init__.pyi", "TensorBase"), stubs("_nn.pyi")
signatures = {}


def add(name, function, native=None):
    key = name.rsplit(".", 1)[-1]
    try:
        signatures[name] = [told(function)]
    except (ValueError, TypeError):
        pass
    if native and key in native and (name not in signatures or "**" in signatures[name][0] or " *" in f" {signatures[name][0]}"):
        signatures[name] = sorted(set(native[key]), key=native[key].index)


def public(module):
    return [(n, getattr(module, n)) for n in dir(module) if not n.startswith("_")]


for name, value in public(torch):
    if callable(value) and not isinstance(value, type):
        add(f"torch.{name}", value, functions)
for name, value in public(F):
    if callable(value) and not isinstance(value, type) and not (inspect.isfunction(value) and not value.__module__.startswith("torch")):
        add(f"torch.nn.functional.{name}", value, {**functions, **own})
for name, value in public(torch.Tensor):
    if callable(value):
        add(f"torch.Tensor.{name}", value, methods)
for name, value in public(nn):
    if isinstance(value, type) and issubclass(value, nn.Module):
        add(f"torch.nn.{name}", value.__init__)
        add(f"torch.nn.{name}.forward", value.forward)
for name, value in public(nn.init):
    if inspect.isfunction(value) and value.__module__ == "torch.nn.init":
        add(f"torch.nn.init.{name}", value)
for module, names in (
    ("utils", "weight_norm spectral_norm"), ("utils.rnn", "pad_sequence pack_padded_sequence pad_packed_sequence pack_sequence"),
    ("utils.parametrizations", "weight_norm spectral_norm"), ("utils.parametrize", "register_parametrization is_parametrized"),
):
    for name in names.split():
        holder = nn
        for part in module.split("."):
            holder = getattr(holder, part)
        add(f"torch.nn.{module}.{name}", getattr(holder, name))

text = json.dumps(signatures, separators=(",", ":"), sort_keys=True)
(HERE / "pytorch_signatures.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
print(len(signatures), "signatures")
