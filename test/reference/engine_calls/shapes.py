"""Reductions, indices, shapes and products. Each class takes one tensor of the shape that it names."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Norms(nn.Module):
    shape = (3, 4, 5)

    def forward(self, x):
        return x.norm(dim=-1) + torch.linalg.vector_norm(x, dim=2) + x.norm(p=1, dim=2) + torch.norm(x, dim=2)


class NormOfAll(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.norm().expand(3)


class Variances(nn.Module):
    shape = (3, 4, 5)

    def forward(self, x):
        return x.var(dim=-1) + x.std(dim=2) + x.var(2, unbiased=False) + torch.std(x, dim=2, correction=0)


class VarMean(nn.Module):
    shape = (3, 4, 5)

    def forward(self, x):
        v, m = torch.var_mean(x, dim=1)
        return v + m


class Sums(nn.Module):
    shape = (3, 4, 5)

    def forward(self, x):
        return x.sum((1, 2)) + x.mean(dim=(1, 2)) + x.amax((1, 2)) + x.amin((1, 2)) + x.logsumexp((1, 2)) + x.prod(2).sum(1)


class MaxWithPlace(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        v, i = x.max(dim=1)
        w, j = x.min(1)
        return v - w + i + j


class ArgMax(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return x.argmax(1) + x.argmin(dim=-1) + x.sum(1)


class TopK(nn.Module):
    shape = (3, 7)

    def forward(self, x):
        v, i = x.topk(3, dim=1)
        return v * (i + 1)


class TopKSmallest(nn.Module):
    shape = (3, 7)

    def forward(self, x):
        v, i = torch.topk(x, 2, dim=1, largest=False)
        return v


class Sort(nn.Module):
    shape = (3, 7)

    def forward(self, x):
        v, i = x.sort(dim=1, descending=True)
        return v * (i + 1)


class ArgSort(nn.Module):
    shape = (3, 7)

    def forward(self, x):
        return x.gather(1, x.argsort(dim=1))


class CumSum(nn.Module):
    shape = (3, 7)

    def forward(self, x):
        return x.cumsum(1) + x.cumsum(dim=0)


class CumProd(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return (x + 1.5).cumprod(1)


class Triangles(nn.Module):
    shape = (2, 4, 5)

    def forward(self, x):
        return torch.tril(x) + torch.triu(x, diagonal=1) * 2 + x.tril(-1)


class Diagonal(nn.Module):
    shape = (2, 4, 4)

    def forward(self, x):
        return torch.diagonal(x, dim1=1, dim2=2)


class DiagEmbed(nn.Module):
    shape = (2, 4)

    def forward(self, x):
        return torch.diag_embed(x)


class Gather(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return x.gather(1, torch.tensor([[0, 2], [5, 5], [1, 3]]))


class IndexSelect(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return torch.index_select(x, 1, torch.tensor([4, 0, 0]))


class Indexing(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return x[:, [1, 1, 4]] + x[:, 2:3] + x[:, -1:] + x[:, ::2]


class IndexingNone(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return x[:, None, :, None].squeeze(-1) + x[..., None].transpose(1, 2)


class Scatter(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return torch.zeros(3, 6).scatter(1, torch.tensor([[0, 2, 1, 5], [5, 4, 3, 1], [1, 3, 0, 2]]), x)


class ScatterAdd(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return torch.zeros(3, 3).scatter_add(1, torch.tensor([[0, 2, 0, 2], [1, 1, 1, 1], [1, 0, 0, 2]]), x)


class IndexAdd(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return torch.zeros(3, 3).index_add(1, torch.tensor([0, 2, 0, 1]), x)


class StackCat(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return torch.cat([torch.stack([x, x * 2], dim=1), x.unsqueeze(1)], dim=1)


class HStack(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return torch.hstack([x, x * 2]) + torch.cat((x, x), -1)


class SplitChunk(nn.Module):
    shape = (3, 7)

    def forward(self, x):
        a, b = x.split([3, 4], dim=1)
        p, q, r = x.chunk(3, dim=1)
        return torch.cat([b, a, r, p, q], 1)


class Unbind(nn.Module):
    shape = (3, 2, 4)

    def forward(self, x):
        a, b = x.unbind(1)
        return a * b


class Permutes(nn.Module):
    shape = (2, 3, 4)

    def forward(self, x):
        return x.permute(0, 2, 1).contiguous().view(-1, 12) + x.transpose(1, 2).flatten(1) + x.movedim(1, 2).flatten(1) + x.swapaxes(1, 2).flatten(1)


class Expand(nn.Module):
    shape = (3, 1, 4)

    def forward(self, x):
        return x.expand(-1, 5, -1) + x.expand(x.shape[0], 5, 4) + x.repeat(1, 5, 1)


class BroadcastTo(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return torch.broadcast_to(x[:, None], (3, 2, 4)) * 1.5


class RepeatInterleave(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return x.repeat_interleave(2, dim=1)


class Squeezes(nn.Module):
    shape = (3, 1, 4, 1)

    def forward(self, x):
        return x.squeeze().unsqueeze(1).squeeze(1) + x.squeeze(1).squeeze(-1)


class Roll(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return torch.roll(x, 2, dims=1) + x.flip(1) + x.flip([0])


class Unflatten(nn.Module):
    shape = (3, 6)

    def forward(self, x):
        return x.unflatten(1, (2, 3)).sum(1)


class UnfoldDim(nn.Module):
    shape = (2, 7)

    def forward(self, x):
        return x.unfold(1, 3, 2)


class Pads(nn.Module):
    shape = (2, 3, 4, 5)

    def forward(self, x):
        return F.pad(x, (1, 2, 0, 1)) + F.pad(x, (1, 2, 0, 1), value=0.5)


class PadReflect(nn.Module):
    shape = (2, 3, 4, 5)

    def forward(self, x):
        return F.pad(x, (2, 1, 1, 2), mode="reflect")


class PadReplicate(nn.Module):
    shape = (2, 3, 4, 5)

    def forward(self, x):
        return F.pad(x, (2, 1, 1, 2), mode="replicate")


class PadCircular(nn.Module):
    shape = (2, 3, 4, 5)

    def forward(self, x):
        return F.pad(x, (2, 1, 1, 2), mode="circular")


class PadNegative(nn.Module):
    shape = (2, 3, 6)

    def forward(self, x):
        return F.pad(x, (-1, -2))


class PadModules(nn.Module):
    shape = (2, 3, 4, 5)

    def __init__(self):
        super().__init__()
        self.a = nn.ReflectionPad2d(1)
        self.b = nn.ZeroPad2d((0, 1, 2, 0))

    def forward(self, x):
        return self.b(self.a(x))


class OneHot(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return F.one_hot(x.argmax(1), 5).float() * x


class Outer(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        return torch.einsum("bi,bj->bij", x, x * 2) + x.unsqueeze(2) * x.unsqueeze(1)


class Einsum0(nn.Module):
    shape = (2, 3, 4)

    def forward(self, x):
        return torch.einsum("bij,bkj->bik", x, x * 0.5)


class Einsum1(nn.Module):
    shape = (2, 3, 4)

    def forward(self, x):
        return torch.einsum("bij,bij->b", x, x * 0.5)


class Einsum2(nn.Module):
    shape = (2, 3, 4)

    def forward(self, x):
        return torch.einsum("bij->bji", x)


class Einsum3(nn.Module):
    shape = (2, 3, 3)

    def forward(self, x):
        return torch.einsum("bii->b", x)


class Einsum4(nn.Module):
    shape = (2, 3, 4)

    def forward(self, x):
        return torch.einsum("bij->", x) + x.sum((1, 2)) * 0


class Einsum5(nn.Module):
    shape = (2, 2, 3, 4)

    def forward(self, x):
        return torch.einsum("bhid,bhjd->bhij", x, x * 0.5)


class Einsum6(nn.Module):
    shape = (2, 2, 3, 4)

    def forward(self, x):
        return torch.einsum("...ij,...kj->...ik", x, x * 0.5)


class MatMuls(nn.Module):
    shape = (2, 3, 3)

    def forward(self, x):
        return x @ x + torch.bmm(x, x) + torch.matmul(x, x.transpose(1, 2)) + torch.baddbmm(x, x, x, beta=0.5, alpha=2)


class MatVec(nn.Module):
    shape = (2, 3, 4)

    def forward(self, x):
        return x @ torch.arange(4.0) + torch.matmul(torch.arange(3.0), x)[:, :3]


class AddMM(nn.Module):
    shape = (3, 3)

    def forward(self, x):
        w = x.t() @ x
        return torch.addmm(x, x, w) + torch.mm(x, w) + x.mm(w)


class Cross(nn.Module):
    shape = (4, 3)

    def forward(self, x):
        return torch.cross(x, x.flip(1), dim=1)


class Cdist(nn.Module):
    shape = (2, 3, 4)

    def forward(self, x):
        return torch.cdist(x, x * 0.5 + 1)


class Trace(nn.Module):
    shape = (2, 3, 3)

    def forward(self, x):
        return x.diagonal(dim1=-2, dim2=-1).sum(-1)


class Meshgrid(nn.Module):
    shape = (2, 3, 4)

    def forward(self, x):
        a, b = torch.meshgrid(torch.arange(3.0), torch.arange(4.0), indexing="ij")
        return x * a + b


class NewTensors(nn.Module):
    shape = (2, 3, 4)

    def forward(self, x):
        return x + x.new_zeros(3, 4) + x.new_ones(4) + x.new_full((4,), 0.5) + torch.full_like(x, 2.0) + torch.ones_like(x) + torch.linspace(0, 1, 4) + torch.eye(3, 4)


class Median(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return x.median(dim=1).values


class AllAny(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return (x > -2).all(dim=1).float() + (x > 0).any(1).float() + x.sum(1)


class Bucket(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return x.masked_fill(x.isnan() | x.isinf(), 0.0) * x.isfinite()


class ScatterReduce(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        at = torch.tensor([[0, 2, 0, 2], [1, 1, 1, 1], [1, 0, 0, 2]])
        y = torch.cos(x)
        return torch.cat([y.scatter_reduce(1, at, x, "amax"), y.scatter_reduce(1, at, x, "amin", include_self=False),
                          torch.ones(3, 3).scatter_reduce(1, at, x, reduce="prod"), y.scatter_reduce(1, at, x, "prod", include_self=False)], 1)
