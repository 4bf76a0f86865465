"""
Weight normalisation (Salimans and Kingma 2016) and spectral normalisation (Miyato et al. 2018): weights that are
computed anew from other parameters at each call. Names of parameters and buffers are PyTorch's, of torch.nn.utils and of
torch.nn.utils.parametrizations.
"""

import math

from _vitrine import trace

from .. import _make, _ops
from .._tensor import emit
from ._module import Module, ModuleDict, Parameter

_VARIANCE = {
    "uniform": lambda i: (i["high"] - i["low"]) ** 2 / 12 + ((i["high"] + i["low"]) / 2) ** 2,
    "normal": lambda i: (i["std"] ** 2 + i["mean"] ** 2) * (1 - i.get("sparsity", 0)),
    "truncated_normal": lambda i: i["std"] ** 2 + i["mean"] ** 2,
    "constant": lambda i: i["value"] ** 2,
    "ones": lambda i: 1.0,
    "orthogonal": lambda i: i["gain"] ** 2 / 100,
}


def _others(weight, dim):
    return [i for i in range(weight.ndim) if i != dim] if dim is not None else list(range(weight.ndim))


def _length(weight, dim):
    """The norms of the slices along a dimension, with their dimensions kept."""
    return _ops.sqrt((weight * weight).sum(_others(weight, dim), keepdim=True))


def _first_length(weight, dim):
    """
    How long the slices are as the layer begins. For weights by chance it is their expected length: the numbers
    themselves are drawn when the training starts.
    """
    others = _others(weight, dim)
    shape = [1 if i in others else d for i, d in enumerate(weight.shape)]
    kind = weight._init or {"kind": "ones"}
    if kind["kind"] in _VARIANCE:
        per_element = _VARIANCE[kind["kind"]](kind)
        return Parameter(_make.full(shape, math.sqrt(per_element * math.prod(weight.shape[i] for i in others))))
    return Parameter(_length(weight, dim))


def _removed(module, name):
    weight = module._parameters.pop(name)
    if weight is None:
        raise ValueError(f"{type(module).__name__} has no parameter {name} that is not None")
    return weight


def _recompute(module, compute):
    own = module.__dict__
    own["_recomputed"] = [*own.get("_recomputed", ()), compute]
    compute(module)


def _from_direction(name, read, dim):
    def compute(module):
        length, direction = read(module)
        trace.changes += 1
        module.__dict__[name] = direction * (length / _length(direction, dim))

    return compute


def weight_norm(module, name="weight", dim=0):
    weight = _removed(module, name)
    length = _first_length(weight, dim)
    module.register_parameter(f"{name}_g", length)
    module.register_parameter(f"{name}_v", weight)
    _recompute(module, _from_direction(
        name, lambda m: (getattr(m, f"{name}_g"), getattr(m, f"{name}_v")), dim))
    return module


def _unit(size):
    return _make.randn(size) * 0 if size == 0 else _make.normal(0.0, 1 / math.sqrt(size), (size,))


def _matrix(weight, dim):
    if dim != 0:
        weight = _ops.permute(weight, [dim, *[i for i in range(weight.ndim) if i != dim]])
    return weight.reshape(weight.shape[0], math.prod(weight.shape[1:]))


def _by_largest(name, read, dim, iterations, eps):
    """
    While training some steps of the power iteration go before each use, and what they find is kept for the next; in
    evaluation what was found last is used.
    """
    def compute(module):
        weight, u, v = read(module)
        matrix = _matrix(weight, dim)
        if trace.tracing:
            u, v = _iterated(_ops.detach(matrix), u, v, iterations, eps)
        sigma = (u * _ops.matmul(matrix, v)).sum()
        trace.changes += 1
        module.__dict__[name] = weight / sigma

    return compute


def _iterated(matrix, u, v, iterations, eps):
    next_u, next_v = u, v
    for _ in range(iterations):
        next_v = _direction(_ops.matmul(_ops.transpose(matrix, 0, 1), next_u), eps)
        next_u = _direction(_ops.matmul(matrix, next_v), eps)
    return tuple(
        _ops.detach(emit("TrainingBranch", [emit("Remember", [old, new]), old]))
        for old, new in ((u, next_u), (v, next_v)))


def _direction(x, eps):
    return x / _ops.clamp(_ops.norm(x), min=eps)


def _spectral_dim(module, dim):
    if dim is not None:
        return dim
    return 1 if "Transpose" in type(module).__name__ else 0


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    dim = _spectral_dim(module, dim)
    weight = _removed(module, name)
    height = weight.shape[dim]
    module.register_parameter(f"{name}_orig", weight)
    module.register_buffer(f"{name}_u", _unit(height))
    module.register_buffer(f"{name}_v", _unit(math.prod(weight.shape) // height))
    _recompute(module, _by_largest(
        name, lambda m: tuple(getattr(m, f"{name}_{k}") for k in ("orig", "u", "v")), dim, n_power_iterations, eps))
    return module


class _WeightNorm(Module):
    def __init__(self, dim=0):
        super().__init__()
        self.dim = -1 if dim is None else dim


class _SpectralNorm(Module):
    def __init__(self, weight, dim):
        super().__init__()
        height = weight.shape[dim]
        self.register_buffer("_u", _unit(height))
        self.register_buffer("_v", _unit(math.prod(weight.shape) // height))


class ParametrizationList(Module):
    pass


def _parametrized(module, name, originals, part):
    """The modules that PyTorch puts under `parametrizations`, and the class name that it shows."""
    if "parametrizations" not in module._modules:
        module.parametrizations = ModuleDict()
        kind = type(module).__name__
        module.__dict__["_shown"] = f"Parametrized{kind}"
    held = ParametrizationList()
    held.add_module("0", part)
    for key, tensor in originals.items():
        held.register_parameter(key, tensor)
    module.parametrizations[name] = held
    return held


def parametrized_weight_norm(module, name="weight", dim=0):
    weight = _removed(module, name)
    held = _parametrized(module, name, {"original0": _first_length(weight, dim), "original1": weight}, _WeightNorm(dim))
    _recompute(module, _from_direction(name, lambda _: (held.original0, held.original1), dim))
    return module


def parametrized_spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    dim = _spectral_dim(module, dim)
    weight = _removed(module, name)
    part = _SpectralNorm(weight, dim)
    held = _parametrized(module, name, {"original": weight}, part)
    _recompute(module, _by_largest(name, lambda _: (held.original, part._u, part._v), dim, n_power_iterations, eps))
    return module


def remove(module, name="weight"):
    """Only the plain weight stays."""
    own = module.__dict__
    for kept in ("g", "u"):
        if f"{name}_{kept}" in module._parameters:
            del module._parameters[f"{name}_{kept}"]
    for key in (f"{name}_v", f"{name}_orig"):
        if key in module._parameters:
            weight = module._parameters.pop(key)
            own.pop(name, None)
            own.pop("_recomputed", None)
            module.register_parameter(name, weight)
    for kept in ("u", "v"):
        module._buffers.pop(f"{name}_{kept}", None)
    return module


def register_parametrization(module, name, parametrization, unsafe=False):
    """The tensor becomes what a module makes of another, which is the parameter from here on."""
    held = module._modules["parametrizations"]._modules.get(name) if "parametrizations" in module._modules else None
    if held is not None:
        held.add_module(str(len(held._modules)), parametrization)
        return module
    weight = _removed(module, name)
    back = getattr(parametrization, "right_inverse", None)
    original = weight if back is None else back(weight)
    if isinstance(original, (tuple, list)):
        originals = {f"original{i}": Parameter(t) for i, t in enumerate(original)}
    else:
        originals = {"original": original if isinstance(original, Parameter) else Parameter(original)}
    held = _parametrized(module, name, originals, parametrization)

    def compute(m):
        made = None
        for i, part in enumerate(held._modules.values()):
            made = part(*held._parameters.values()) if i == 0 else part(made)
        trace.changes += 1
        m.__dict__[name] = made

    _recompute(module, compute)
    return module
