"""torch.nn."""

import enum
import sys

from .. import _ops
from . import functional, init, parameter
from ._module import (
    Buffer,
    Module,
    ModuleDict,
    ModuleList,
    Parameter,
    ParameterDict,
    ParameterList,
    Sequential,
    UninitializedParameter,
)
from . import _layers, _norms

for _name, _value in vars(_layers).items():
    if isinstance(_value, type) and issubclass(_value, Module) and not _name.startswith("_"):
        if _value.__module__ == _layers.__name__:
            globals()[_name] = _value
            # PyTorch's users look into type(m).__module__ rarely, but some do.
            _value.__module__ = "torch.nn.modules"
Container = Sequential


def _submodule(name, **members):
    from _vitrine.unknown import StandIn

    module = StandIn(f"torch.nn.{name}")
    module.__dict__.update(members)
    sys.modules[module.__name__] = module
    return module


def _normed(module, *_, **__):
    from _vitrine import trace

    trace.say("warning", "unsupported-op",
              "The orthogonal parametrisation is left out: the layer is read with its plain weight.", trace.here())
    return module


_own = {k: v for k, v in globals().items() if isinstance(v, type) and issubclass(v, (Module, Parameter))}
modules = _submodule("modules", **_own)
modules.__path__ = []
for _kind in ("module", "container", "activation", "conv", "linear", "batchnorm", "normalization", "pooling", "dropout",
              "rnn", "transformer", "padding", "upsampling", "loss", "sparse", "flatten", "instancenorm",
              "pixelshuffle", "distance"):
    setattr(modules, _kind, _submodule(f"modules.{_kind}", **_own))
modules.utils = _submodule(
    "modules.utils",
    _pair=lambda x: tuple(x) if hasattr(x, "__iter__") else (x, x),
    _single=lambda x: tuple(x) if hasattr(x, "__iter__") else (x,),
    _triple=lambda x: tuple(x) if hasattr(x, "__iter__") else (x, x, x),
)


def _pack(input, lengths, batch_first=False, enforce_sorted=True):
    from .. import _make, int64

    if not hasattr(lengths, "_shape"):
        lengths = _make.tensor(list(lengths), dtype=int64)
    return _layers._Packed(input, lengths, batch_first)


def _pack_sequence(sequences, enforce_sorted=True):
    return _layers._Packed(_pad_sequence(sequences))


def _unpack(sequence, batch_first=False, padding_value=0.0, total_length=None):
    from .. import _make, _ops, int64

    data = sequence.data if sequence.batch_first == batch_first else _ops.transpose(sequence.data, 0, 1)
    lengths = sequence.lengths
    return data, _make.full((1,), 0, dtype=int64) if lengths is None else lengths


utils = _submodule(
    "utils",
    weight_norm=_norms.weight_norm,
    spectral_norm=_norms.spectral_norm,
    remove_weight_norm=_norms.remove,
    remove_spectral_norm=_norms.remove,
    clip_grad_norm_=lambda *_, **__: None,
    clip_grad_value_=lambda *_, **__: None,
    parameters_to_vector=lambda parameters: parameters,
    skip_init=lambda cls, *a, **k: cls(*a, **k),
)
utils.__path__ = []


def _pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """Sequences of one length are stacked; of several, their lengths must be known numbers."""
    longest = max(s.shape[0] for s in sequences)
    rows = []
    for s in sequences:
        short = longest - s.shape[0]
        around = [0, 0] * (s.ndim - 1) + ([0, short] if padding_side == "right" else [short, 0])
        rows.append(functional.pad(s, around, value=padding_value) if short else s)
    return _ops.stack(rows, 0 if batch_first else 1)


utils.rnn = _submodule("utils.rnn", pad_sequence=_pad_sequence, pack_padded_sequence=_pack, pad_packed_sequence=_unpack, pack_sequence=_pack_sequence,
                       PackedSequence=_layers._Packed)
utils.parametrizations = _submodule("utils.parametrizations", weight_norm=_norms.parametrized_weight_norm,
                                    spectral_norm=_norms.parametrized_spectral_norm,
                                    orthogonal=_normed)
utils.parametrize = _submodule("utils.parametrize", register_parametrization=lambda *_, **__: None)


class _Backend(enum.Enum):
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3


class _Context:
    """A context that changes nothing about a graph."""

    def __init__(self, *_, **__):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


attention = _submodule("attention", SDPBackend=_Backend, sdpa_kernel=_Context)
quantized = _submodule("quantized")


class DataParallel(Module):
    def __new__(cls, module, *_, **__):
        return module


class _Distributed(DataParallel):
    pass


parallel = _submodule("parallel", DataParallel=DataParallel, DistributedDataParallel=_Distributed)


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.attribute("torch.nn", name)
