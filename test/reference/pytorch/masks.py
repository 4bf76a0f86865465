"""What masks and tensors of numbers choose: assigned, averaged, put in their place."""

import torch
from torch import nn


class Clamped(nn.Module):
    """Takes the smaller of two, where a mask says which, and what the mask's share is on average."""

    def __init__(self):
        super().__init__()
        self.one = nn.Linear(4, 6)
        self.other = nn.Linear(4, 6)

    def forward(self, x):
        a, b = self.one(x), self.other(x)
        least = a.clone()
        smaller = b < a
        least[smaller] = b[smaller]
        apart = (a[smaller] - b[smaller]).pow(2)
        return least, apart.mean(), apart.sum(), (x[smaller.any(1)] * 2).sum()


class Codes(nn.Module):
    """The row of a table that is most like each row, found with a one in its place."""

    def __init__(self, size=5):
        super().__init__()
        self.table = nn.Parameter(torch.randn(size, 4))

    def forward(self, x):
        nearest = (x @ self.table.t()).argmax(dim=-1)
        chosen = torch.zeros(x.size(0), self.table.size(0))
        chosen[torch.arange(x.size(0)), nearest] = 1
        spread = torch.zeros(x.size(0), 3, 4)
        spread[:, [0, 2]] = x.unsqueeze(1)
        spread[torch.arange(x.size(0)), 1, nearest % 4] = x[:, 0]
        return chosen @ self.table, spread
