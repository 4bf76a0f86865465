"""Layers that are met less often: projections of an LSTM, bags of embeddings, unpooling, fractional pooling."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class LSTMProjected(nn.Module):
    shape = (2, 5, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True, proj_size=2)

    def forward(self, x):
        y, (h, c) = self.f(x)
        return torch.cat([y.flatten(1), h.transpose(0, 1).flatten(1), c.transpose(0, 1).flatten(1)], 1)


class LSTMProjectedState(nn.Module):
    shape = (2, 4, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.LSTM(3, 5, bias=False, batch_first=True, proj_size=3)

    def forward(self, x):
        return self.f(x, (torch.full((1, x.shape[0], 3), 0.5), torch.ones(1, x.shape[0], 5)))[0]


class LSTMProjectedPacked(nn.Module):
    shape = (2, 5, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.LSTM(3, 4, bidirectional=True, batch_first=True, proj_size=2)

    def forward(self, x):
        p = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([5, 3]), batch_first=True)
        y, (h, c) = self.f(p)
        y, n = nn.utils.rnn.pad_packed_sequence(y, batch_first=True)
        return y.flatten(1) + c.transpose(0, 1).flatten(1).sum(1, keepdim=True)


class GRUPackedBoth(nn.Module):
    shape = (3, 5, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.GRU(3, 4, num_layers=2, bidirectional=True, batch_first=True)

    def forward(self, x):
        p = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([2, 5, 3]), batch_first=True, enforce_sorted=False)
        y, h = self.f(p)
        y, n = nn.utils.rnn.pad_packed_sequence(y, batch_first=True)
        return y.flatten(1) + h.transpose(0, 1).flatten(1).sum(1, keepdim=True)


def tokens(x):
    return (x.abs() * 6.9).long()


class BagOffsets(nn.Module):
    shape = (2, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.EmbeddingBag(7, 3)

    def forward(self, x):
        return self.f(tokens(x).reshape(-1), torch.tensor([0, 3, 3, 5]))


class BagOffsetsSum(nn.Module):
    shape = (2, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.EmbeddingBag(7, 3, mode="sum")
        self.w = nn.Parameter(torch.zeros(4))

    def forward(self, x):
        w = self.w.expand(x.shape[0], 4).reshape(-1) * 2
        return self.f(tokens(x).reshape(-1), torch.tensor([0, 3, 3, 5]), per_sample_weights=w)


class BagOffsetsMax(nn.Module):
    shape = (2, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.EmbeddingBag(7, 3, mode="max")

    def forward(self, x):
        return self.f(tokens(x).reshape(-1), torch.tensor([0, 3, 3, 5]))


class BagOffsetsLast(nn.Module):
    shape = (2, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.EmbeddingBag(7, 3, mode="mean", include_last_offset=True)

    def forward(self, x):
        return self.f(tokens(x).reshape(-1), torch.tensor([0, 3, 8]))


class BagOffsetsPadded(nn.Module):
    shape = (2, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.EmbeddingBag(7, 3, mode="mean", padding_idx=2)
        self.g = nn.EmbeddingBag(7, 3, mode="max", padding_idx=-1)

    def forward(self, x):
        t, o = tokens(x).reshape(-1), torch.tensor([0, 2, 7])
        return self.f(t, o) + self.g(t, o)


class BagSum(nn.Module):
    shape = (2, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.EmbeddingBag(7, 3, mode="sum", padding_idx=1)
        self.w = nn.Parameter(torch.zeros(4))

    def forward(self, x):
        return self.f(tokens(x), per_sample_weights=self.w.expand(x.shape[0], 4) * 2)


class BagMax(nn.Module):
    shape = (2, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.EmbeddingBag(7, 3, mode="max")
        self.g = nn.EmbeddingBag(7, 3, mode="mean", padding_idx=4)

    def forward(self, x):
        return self.f(tokens(x)) + F.embedding_bag(tokens(x), self.g.weight, padding_idx=4)


class Unpool1(nn.Module):
    shape = (2, 3, 8)

    def forward(self, x):
        y, i = F.max_pool1d(x, 2, return_indices=True)
        return F.max_unpool1d(y * 2, i, 2)


class Unpool2(nn.Module):
    shape = (2, 3, 7, 6)

    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2d(2, stride=2, return_indices=True)
        self.unpool = nn.MaxUnpool2d(2, stride=2)

    def forward(self, x):
        y, i = self.pool(x)
        return self.unpool(y, i, output_size=x.size())


class UnpoolOverlapping(nn.Module):
    shape = (2, 2, 7, 7)

    def forward(self, x):
        y, i = F.max_pool2d(x, 3, 2, 1, return_indices=True)
        return F.max_unpool2d(y, i, 3, 2, 1) + i.sum((2, 3), keepdim=True)


class Unpool3(nn.Module):
    shape = (1, 2, 4, 4, 6)

    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool3d((2, 2, 3), return_indices=True)
        self.unpool = nn.MaxUnpool3d((2, 2, 3))

    def forward(self, x):
        y, i = self.pool(x)
        return self.unpool(y * y, i)


class Fractional2(nn.Module):
    shape = (2, 3, 9, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.FractionalMaxPool2d((2, 3), output_size=(5, 3), _random_samples=torch.linspace(0.05, 0.95, 12).view(2, 3, 2))

    def forward(self, x):
        return self.f(x)


class FractionalRatio2(nn.Module):
    shape = (1, 2, 9, 8)

    def forward(self, x):
        s = torch.tensor([[[0.3, 0.9], [0.6, 0.1]]])
        y, i = F.fractional_max_pool2d(x, 2, output_ratio=(0.6, 0.6), return_indices=True, _random_samples=s)
        return y + i


class Fractional3(nn.Module):
    shape = (2, 2, 5, 6, 7)

    def __init__(self):
        super().__init__()
        self.f = nn.FractionalMaxPool3d(2, output_size=(2, 4, 3), _random_samples=torch.linspace(0.9, 0.1, 12).view(2, 2, 3))

    def forward(self, x):
        return self.f(x)


class Fractional2One(nn.Module):
    shape = (1, 1, 5, 5)

    def forward(self, x):
        return F.fractional_max_pool2d(x, 3, output_size=(1, 2), _random_samples=torch.tensor([[[0.2, 0.7]]]))
