"""What reads by places that may lie outside. Each class takes the numbers of `wrong`, and can take those of `right`."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Tokens(nn.Module):
    right, wrong = [[0, 6], [3, 2]], [[0, 6], [7, 9]]

    def __init__(self):
        super().__init__()
        self.f = nn.Embedding(7, 3)

    def forward(self, x):
        return self.f(x.long())


class TokensBelow(nn.Module):
    right, wrong = [[0, 6, 1, 2, 3, 4]], [[0, 6, 1, 2, 3, -1]]

    def __init__(self):
        super().__init__()
        self.f = nn.Embedding(7, 3, padding_idx=0)

    def forward(self, x):
        return self.f(x.long() + 0).sum(1)


class Positions(nn.Module):
    right, wrong = [[0, 1, 2]], [[0, 1, 2, 3, 4]]

    def __init__(self):
        super().__init__()
        self.token = nn.Embedding(5, 3)
        self.position = nn.Embedding(4, 3)

    def forward(self, x):
        return self.token(x.long()) + self.position(torch.arange(x.shape[1]))


class Columns(nn.Module):
    right, wrong = [[1, 0.5], [0, 2.5]], [[1, 0.5], [3, 2.5]]

    def __init__(self):
        super().__init__()
        self.f = nn.Embedding(3, 2)

    def forward(self, x):
        return torch.cat([self.f(x[:, 0].long()), x[:, 1:]], 1)


class Select(nn.Module):
    right, wrong = [[0, 1]], [[0, -2]]

    def forward(self, x):
        return torch.index_select(torch.arange(3.0), 0, x[0].long())


class Index(nn.Module):
    right, wrong = [[0, -3]], [[0, -4]]

    def forward(self, x):
        return torch.arange(3.0)[x[0].long()]


class IndexPairs(nn.Module):
    right, wrong = [[0, -3], [1, 3]], [[0, 1], [1, 4]]

    def forward(self, x):
        return torch.ones(3, 4)[x[0].long(), x[1].long()]


class Gather(nn.Module):
    right, wrong = [[0, 1]], [[5, 0]]

    def forward(self, x):
        return torch.gather(torch.ones(2, 2), 0, x.long())


class Scatter(nn.Module):
    right, wrong = [[0, 1]], [[0, -1]]

    def forward(self, x):
        return torch.zeros(2, 2).scatter(0, x.long(), x * 2)


class ScatterAdd(nn.Module):
    right, wrong = [[0, 1]], [[2, 0]]

    def forward(self, x):
        return torch.zeros(2, 2).scatter_add(0, x.long(), x * 2)


class Classes(nn.Module):
    right, wrong = [[0, 2]], [[0, 3]]

    def forward(self, x):
        return F.one_hot(x.long(), 3)


class ClassesBelow(nn.Module):
    right, wrong = [[0, 2]], [[0, -1]]

    def forward(self, x):
        return F.one_hot(x.long(), 3)


class Bags(nn.Module):
    right, wrong = [[0, 2], [1, 1]], [[0, 2], [1, 3]]

    def __init__(self):
        super().__init__()
        self.f = nn.EmbeddingBag(3, 2)

    def forward(self, x):
        return self.f(x.long())
