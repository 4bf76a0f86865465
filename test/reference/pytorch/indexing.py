"""Angles, diagonals and parts that are chosen by masks."""

import math
from dataclasses import dataclass

import torch
from torch import nn


class Angles(nn.Module):
    def __init__(self, features=6):
        super().__init__()
        self.mix = nn.Linear(features, features)

    def forward(self, x):
        y = self.mix(x)
        turn = torch.atan2(y, x) / math.pi
        back = torch.atan2(torch.zeros_like(x), -torch.ones_like(x))
        bounded = torch.tanh(x)
        windows = y.unfold(1, 3, 2)
        return turn + back, windows.mean(-1), windows, torch.asin(bounded) + torch.acos(bounded), torch.atan(y), torch.sinh(x), torch.cosh(y)


@dataclass
class PairsConfig:
    size: int = 5
    hidden: int = 8


class Pairs(nn.Module):
    """Products of all pairs of inputs, once each."""

    def __init__(self, size, hidden):
        super().__init__()
        self.register_buffer("once", torch.ones(size, size).tril().bool())
        self.scale = nn.Parameter(torch.ones(size, size))
        self.out = nn.Linear(size * (size + 1) // 2 + size, hidden)
        self.keep = [True, False] * (hidden // 2)

    def forward(self, x):
        outer = x.unsqueeze(2) * x.unsqueeze(1) * self.scale
        rows, columns = torch.where(self.once)
        pairs = outer[:, rows, columns]
        assert pairs.shape[1] == len(self.scale[self.once])
        squares = torch.diagonal(outer, dim1=1, dim2=2)
        y = self.out(torch.cat([pairs + self.scale[self.once], squares], 1))
        above = torch.diagonal(outer, offset=1, dim1=-2, dim2=-1)
        spread = torch.diag_embed(x) @ torch.diag(torch.diag(self.scale))
        return y[:, torch.tensor(self.keep)], outer[:, self.once], above, spread, torch.trace(self.scale)


if __name__ == "__main__":
    config = PairsConfig()
    Pairs(**vars(config))
