"""What mixes the rows of a batch, and so must know what to do where there are none."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class SumRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.sum(0) + x.sum() + torch.sum(x * x)


class MeanRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.mean(0)


class MeanOfAll(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.mean().expand(2)


class VarRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.var(0)


class VarRowsBiased(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.var(0, unbiased=False)


class StdOfAll(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.std().expand(2)


class ProdRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.prod(0)


class NormRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.norm(dim=0) + x.norm(p=1, dim=0)


class LogSumExpRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.logsumexp(0)


class MaxRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.max(0).values


class MinRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.min(dim=0)[0]


class AmaxRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.amax(0)


class AminRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return torch.amin(x, dim=0)


class MaxOfAll(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.max().expand(2)


class MinOfAll(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.min().expand(2)


class ArgMaxRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.argmax(0) + x.sum(0)


class ArgMinOfAll(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.argmin() + x.sum(0)


class TopKRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.topk(2, dim=0).values


class SortRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.sort(0).values


class SoftmaxRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.softmax(0) + F.log_softmax(x, dim=0)


class CumSumRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.cumsum(0) * x.cumprod(0)


class GramRows(nn.Module):
    shape = (3, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.Linear(4, 4)

    def forward(self, x):
        y = self.f(x)
        return x.t() @ y + y.sum(0)


class EinsumRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return torch.einsum("bi,bj->ij", x, x * 2) + torch.einsum("bi,bi->", x, x)


class CatRows(nn.Module):
    shape = (3, 4)

    def __init__(self):
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 4))

    def forward(self, x):
        return torch.cat([self.token, x, x * 2], 0)


class FirstRow(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x[0]


class RowsUpTo(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x[:2] * 2


class PadRows(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return F.pad(x, (0, 0, 1, 1), value=0.5)


class MeanSquaredError(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return F.mse_loss(x, x * 0.5 + 1).expand(2) + F.l1_loss(x, x * 2 + 1, reduction="sum")


class BatchNormRows(nn.Module):
    shape = (3, 4)
    training_mode = True

    def __init__(self):
        super().__init__()
        self.f = nn.BatchNorm1d(4)

    def forward(self, x):
        return self.f(x)


class BatchNormNoStatistics(nn.Module):
    shape = (3, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.BatchNorm1d(4, track_running_stats=False)

    def forward(self, x):
        return self.f(x)


class DropoutRows(nn.Module):
    shape = (3, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(4, 5), nn.Dropout(0.5))

    def forward(self, x):
        return self.f(x)


class FlattenRest(nn.Module):
    shape = (3, 2, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 3)

    def forward(self, x):
        return self.f(x.view(x.size(0), -1))


class FlattenGuess(nn.Module):
    shape = (3, 2, 4)

    def forward(self, x):
        return x.reshape(-1, 8) + x.flatten(1)


class EmbeddingBagRows(nn.Module):
    shape = (3, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.EmbeddingBag(6, 3, mode="mean")

    def forward(self, x):
        return self.f((x.abs() * 5).long())
