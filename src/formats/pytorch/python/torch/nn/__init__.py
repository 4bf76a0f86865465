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
from . import _criteria, _layers, _norms

for _name, _value in [*vars(_layers).items(), *vars(_criteria).items()]:
    if isinstance(_value, type) and issubclass(_value, Module) and not _name.startswith("_"):
        if _value.__module__ in (_layers.__name__, _criteria.__name__):
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
    from .. import _make, int64

    lengths = _make.tensor([s.shape[0] for s in sequences], dtype=int64)
    return _layers._Packed(_pad_sequence(sequences), lengths)


def _unpack(sequence, batch_first=False, padding_value=0.0, total_length=None):
    from .. import _make, _ops, int64

    data = sequence.data if sequence.batch_first == batch_first else _ops.transpose(sequence.data, 0, 1)
    lengths = sequence.lengths
    steps = 1 if batch_first else 0
    if padding_value and lengths is not None:
        place = _make.arange(data.shape[steps])
        inside = _ops.lt(_ops.unsqueeze(place, 0), _ops.unsqueeze(lengths, 1))
        inside = inside if batch_first else _ops.transpose(inside, 0, 1)
        data = _ops.where(_ops.reshape(inside, *inside.shape, *[1] * (data.ndim - 2)), data, padding_value)
    if total_length is not None:
        short = total_length - data.shape[steps]
        if isinstance(short, int) and short < 0:
            raise ValueError(
                "Expected total_length to be at least the length of the longest sequence in input, but got "
                f"total_length={total_length} and max sequence length being {data.shape[steps]}"
            )
        data = functional.pad(data, [0, 0] * (data.ndim - 1 - steps) + [0, short], value=padding_value)
    return data, _make.full((1,), 0, dtype=int64) if lengths is None else lengths


def _clips(how):
    """Clipping is remembered: it is part of how a script trains."""

    def clip(parameters=(), limit=None, *arguments, max_norm=None, clip_value=None, **options):
        from _vitrine import script, trace

        given = next((v for v in (limit, max_norm, clip_value) if isinstance(v, (int, float))), None)
        if trace.script is not None and given is not None:
            if how == "norm" and (arguments[0] if arguments else options.get("norm_type", 2)) != 2:
                raise script.NotSeen("Gradients are clipped by another norm than the L2 norm, which is not read.", trace.here())
            trace.script.clip = {**(trace.script.clip or {}), how: float(given)}

    return clip


utils = _submodule(
    "utils",
    weight_norm=_norms.weight_norm,
    spectral_norm=_norms.spectral_norm,
    remove_weight_norm=_norms.remove,
    remove_spectral_norm=_norms.remove,
    clip_grad_norm_=_clips("norm"),
    clip_grad_value_=_clips("value"),
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
utils.parametrize = _submodule("utils.parametrize", register_parametrization=_norms.register_parametrization,
                                is_parametrized=lambda module, tensor_name=None: (
                                    "parametrizations" in module._modules and (
                                        tensor_name is None or tensor_name in module.parametrizations)))


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
