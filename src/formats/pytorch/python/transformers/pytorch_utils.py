import torch
from torch import nn

from .utils import absent

ALL_LAYERNORM_LAYERS = [nn.LayerNorm]


class Conv1D(nn.Module):
    """A linear layer whose weight stands the other way round."""

    def __init__(self, nf, nx):
        super().__init__()
        self.nf, self.nx = nf, nx
        self.weight = nn.Parameter(torch.empty(nx, nf))
        self.bias = nn.Parameter(torch.zeros(nf))
        nn.init.normal_(self.weight, std=0.02)

    def extra_repr(self):
        return f"nf={self.nf}, nx={self.nx}"

    def forward(self, x):
        size = x.size()[:-1] + (self.nf,)
        return torch.addmm(self.bias, x.view(-1, x.size(-1)), self.weight).view(size)


def apply_chunking_to_forward(forward_fn, chunk_size, chunk_dim, *tensors):
    return forward_fn(*tensors)


def __getattr__(name):
    return absent("transformers.pytorch_utils", name)
