"""transformers.activations, by the names that configurations give them."""

import math

import torch
from torch import nn


class _Of(nn.Module):
    compute = None

    def __init__(self, *_, **__):
        super().__init__()

    def forward(self, input):
        return type(self).compute(input)


def _named(name, compute):
    return type(name, (_Of,), {"compute": staticmethod(compute)})


NewGELUActivation = _named("NewGELUActivation", lambda x: nn.functional.gelu(x, approximate="tanh"))
PytorchGELUTanh = _named("PytorchGELUTanh", lambda x: nn.functional.gelu(x, approximate="tanh"))
GELUActivation = _named("GELUActivation", nn.functional.gelu)
FastGELUActivation = _named(
    "FastGELUActivation",
    lambda x: 0.5 * x * (1.0 + torch.tanh(x * 0.7978845608 * (1.0 + 0.044715 * x * x))),
)
QuickGELUActivation = _named("QuickGELUActivation", lambda x: x * torch.sigmoid(1.702 * x))
AccurateGELUActivation = _named(
    "AccurateGELUActivation",
    lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * torch.pow(x, 3)))),
)
LinearActivation = _named("LinearActivation", lambda x: x)
ReLUSquaredActivation = _named("ReLUSquaredActivation", lambda x: torch.square(nn.functional.relu(x)))
ClippedGELUActivation = _named("ClippedGELUActivation", lambda x: torch.clip(nn.functional.gelu(x), -10, 10))
LaplaceActivation = _named(
    "LaplaceActivation", lambda x: 0.5 * (1.0 + torch.erf((x - 0.707107) / (0.282095 * math.sqrt(2.0)))),
)
MishActivation = _named("MishActivation", nn.functional.mish)

_KINDS = {
    "gelu": GELUActivation, "gelu_10": ClippedGELUActivation, "gelu_accurate": AccurateGELUActivation,
    "gelu_fast": FastGELUActivation,
    "gelu_new": NewGELUActivation, "gelu_python": GELUActivation, "gelu_pytorch_tanh": PytorchGELUTanh,
    "laplace": LaplaceActivation, "linear": LinearActivation, "mish": MishActivation,
    "quick_gelu": QuickGELUActivation, "relu": nn.ReLU, "relu2": ReLUSquaredActivation, "relu6": nn.ReLU6, "sigmoid": nn.Sigmoid, "silu": nn.SiLU, "swish": nn.SiLU,
    "tanh": nn.Tanh, "leaky_relu": nn.LeakyReLU, "prelu": nn.PReLU,
}


class _Activations(dict):
    def __getitem__(self, name):
        return dict.__getitem__(self, name)()


ACT2CLS = _KINDS
ACT2FN = _Activations(_KINDS)


def get_activation(name):
    if name in ACT2FN:
        return ACT2FN[name]
    raise KeyError(f"function {name} not found in ACT2FN mapping {list(ACT2FN.keys())}")


def gelu_new(x):
    return nn.functional.gelu(x, approximate="tanh")


gelu = nn.functional.gelu
silu = nn.functional.silu
