"""Options and forms that few models use. Each class takes one tensor of the shape that it names."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class MultiHeadBiasKV(nn.Module):
    shape = (2, 5, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.MultiheadAttention(8, 2, add_bias_kv=True, batch_first=True)

    def forward(self, x):
        return self.f(x, x, x, need_weights=False)[0]


class MultiHeadZeroAttention(nn.Module):
    shape = (2, 5, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.MultiheadAttention(8, 2, add_bias_kv=True, add_zero_attn=True, batch_first=True)

    def forward(self, x):
        mask = torch.triu(torch.ones(5, 5), 1).bool()
        y, w = self.f(x, x * 0.5, x, attn_mask=mask)
        return torch.cat([y, w], -1)


class ConvTransposeToSize(nn.Module):
    shape = (2, 3, 4, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.ConvTranspose2d(3, 2, 3, stride=2, padding=1)

    def forward(self, x):
        return self.f(x, output_size=(8, 9))


class ConvTransposeToWhole(nn.Module):
    shape = (2, 3, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.ConvTranspose1d(3, 2, 4, stride=3)

    def forward(self, x):
        return self.f(x, output_size=torch.Size([2, 2, 15]))


class GridNearestBorder(nn.Module):
    shape = (2, 3, 4, 5)

    def forward(self, x):
        theta = torch.tensor([[[1.3, 0.1, 0.05], [-0.2, 1.4, 0.1]]]).expand(2, 2, 3)
        return F.grid_sample(x, F.affine_grid(theta, [2, 3, 5, 3], align_corners=True), mode="nearest", padding_mode="border", align_corners=True)


class GridBilinearZeros(nn.Module):
    shape = (2, 3, 4, 5)

    def forward(self, x):
        grid = torch.tanh(x[:, :2].permute(0, 2, 3, 1)) * 1.2
        return F.grid_sample(x, grid, align_corners=True)


class GridBilinearBorder(nn.Module):
    shape = (2, 3, 4, 5)

    def forward(self, x):
        grid = torch.tanh(x[:, :2].permute(0, 2, 3, 1)) * 1.7
        return F.grid_sample(x, grid, padding_mode="border", align_corners=False)


class InterpolateExact(nn.Module):
    shape = (2, 2, 4, 5)

    def forward(self, x):
        return F.interpolate(x, size=(7, 3), mode="nearest-exact")


class InterpolateNearestShrunk(nn.Module):
    shape = (2, 2, 4, 5)

    def forward(self, x):
        return F.interpolate(x, scale_factor=(1.7, 0.6))


class InterpolateBicubicCorners(nn.Module):
    shape = (2, 2, 4, 5)

    def forward(self, x):
        return F.interpolate(x, size=(7, 3), mode="bicubic", align_corners=True)


class InterpolateTrilinearCorners(nn.Module):
    shape = (2, 1, 3, 4, 2)

    def forward(self, x):
        return F.interpolate(x, size=(5, 3, 4), mode="trilinear", align_corners=True)


class InterpolateLinearShrunk(nn.Module):
    shape = (2, 2, 7)

    def forward(self, x):
        return F.interpolate(x, size=3, mode="linear", align_corners=True)


class EinsumDiagonals(nn.Module):
    shape = (2, 3, 3)

    def forward(self, x):
        return torch.einsum("...ii->...i", x)


class EinsumTraces(nn.Module):
    shape = (2, 3, 3)

    def forward(self, x):
        return torch.einsum("...ii", x) + torch.einsum("bii", x)


class EinsumDotsBetween(nn.Module):
    shape = (2, 3, 4, 2)

    def forward(self, x):
        return torch.einsum("b...k,ck->b...c", x, torch.arange(10.0).view(5, 2) / 7)


class EinsumThrice(nn.Module):
    shape = (2, 3, 3, 3)

    def forward(self, x):
        return torch.einsum("biii,bijk->bk", x, x)


class EinsumLists(nn.Module):
    shape = (2, 3, 4)

    def forward(self, x):
        return torch.einsum(x, [0, 1, 2], x * 0.5, [0, 3, 2], [0, 3, 1]) + torch.einsum(x, [..., 1, 2], x, [..., 3, 2])


class LossLabels(nn.Module):
    shape = (4, 3)

    def __init__(self):
        super().__init__()
        self.loss = nn.BCEWithLogitsLoss(pos_weight=torch.tensor([0.5, 2.0, 3.0]))

    def forward(self, x):
        t = torch.sigmoid(x.detach().roll(1, 1) * 4)
        a = self.loss(x * 3, t)
        b = F.binary_cross_entropy(torch.sigmoid(x), t, weight=torch.tensor([0.5, 2.0, 3.0]), reduction="sum")
        c = F.binary_cross_entropy_with_logits(x, t, torch.tensor([0.5, 2.0, 3.0]), reduce=False)
        return a + b + c


class LossClasses(nn.Module):
    shape = (6, 3)

    def __init__(self):
        super().__init__()
        self.loss = nn.CrossEntropyLoss(weight=torch.tensor([0.5, 2.0, 3.0]), ignore_index=-1, label_smoothing=0.1)

    def forward(self, x):
        t, w = x.detach().argmax(1).roll(1), torch.tensor([1.0, 0.25, 3.0])
        t = torch.where(x[:, 0] * x[:, 1] > 0.1, -1, t)
        a = self.loss(x, t)
        b = F.nll_loss(F.log_softmax(x, -1), t, w, ignore_index=-1)
        c = F.cross_entropy(x * 2, t, ignore_index=-1)
        d = F.cross_entropy(x, torch.softmax(x.detach() * 0.5, 1), w, label_smoothing=0.2)
        return (a + b * 2 + c * 3 + d * 4) + 0 * x


class LossPixels(nn.Module):
    shape = (2, 3, 2, 3)

    def forward(self, x):
        t = x.detach().argmax(1).flip(1)
        w = torch.tensor([1.0, 0.25, 3.0])
        a = F.cross_entropy(x, t, w, ignore_index=1, label_smoothing=0.3, reduction="none")
        b = F.nll_loss(x, t, w, size_average=False, ignore_index=0)
        c = nn.CrossEntropyLoss(w, None, 2)(x * 2, t)
        return a + b + c + nn.NLLLoss(w, reduce=False)(x, t)


class LossDivergences(nn.Module):
    shape = (4, 3)

    def forward(self, x):
        t = torch.softmax(x.detach().roll(1, 1), 1)
        t = torch.where(t < 0.2, 0.0, t)
        a = F.kl_div(F.log_softmax(x, 1), t, reduction="batchmean")
        b = nn.KLDivLoss(reduction="sum", log_target=True)(F.log_softmax(x, 1), F.log_softmax(x.detach() * 2, 1))
        c = nn.HuberLoss(delta=0.3)(x, t) + nn.SmoothL1Loss(beta=0.2)(x, t) + nn.HuberLoss("sum", 0.4)(x, t)
        return (a + b + c) + 0 * x


class LossDistances(nn.Module):
    shape = (4, 3)

    def forward(self, x):
        t = x.detach().roll(1, 1) * 0.6
        a = F.huber_loss(x, t, reduction="sum", delta=0.35) + F.smooth_l1_loss(x, t, reduction="sum", beta=2.5)
        a = a + F.l1_loss(x, t, reduction="sum") + nn.MSELoss(reduction="sum")(x, t) + nn.L1Loss()(x, t)
        b = nn.HuberLoss(reduction="none", delta=1.5)(x, t) + nn.SmoothL1Loss(reduction="none", beta=0.1)(x, t)
        return a + b + F.l1_loss(x, t, reduction="none") + F.smooth_l1_loss(x, t, beta=0.0) + F.mse_loss(x, t, reduction="none")


class LossSums(nn.Module):
    shape = (6, 3)

    def forward(self, x):
        t, w = x.detach().argmax(1).roll(1), torch.tensor([1.0, 0.25, 3.0])
        a = F.cross_entropy(x, t, w, reduction="sum", label_smoothing=0.1) + F.nll_loss(F.log_softmax(x, 1), t, reduction="sum")
        b = F.binary_cross_entropy_with_logits(x, torch.sigmoid(x.detach().flip(1)), reduction="sum", pos_weight=w)
        return a + b + F.mse_loss(x, x.detach().flip(1), reduction="sum")


class ProductsOfZeros(nn.Module):
    shape = (3, 4)

    def forward(self, x):
        x = torch.where(x > 0.3, x, 0.0) + x * torch.tensor([[0.0, 1.0, 1.0, 1.0]])
        return x.prod(-1, keepdim=True) + torch.prod(x, 1, True) * 2 + x.roll(1, 1)[:, :2].prod(1, keepdim=True)


class LossMargins(nn.Module):
    shape = (4, 3)

    def forward(self, x):
        y, sign = x.detach().roll(1, 1), torch.where(x.detach() > 0.1, 1.0, -1.0)
        a = F.margin_ranking_loss(x, y, sign, margin=0.2) + F.hinge_embedding_loss(x, sign, 0.7, reduction="sum")
        a = a + F.soft_margin_loss(x, sign) + F.cosine_embedding_loss(x, y, sign[:, 0], margin=0.1)
        a = a + F.triplet_margin_loss(x, y, x.flip(1) * 0.5, 0.8, p=1.5, swap=True)
        a = a + nn.TripletMarginWithDistanceLoss(distance_function=lambda u, v: (u - v).abs().sum(-1), margin=0.4)(x, y, x * 2)
        a = a + F.multi_margin_loss(x, y.argmax(1), 1, 0.6, torch.tensor([1.0, 0.25, 3.0]))
        a = a + F.multilabel_soft_margin_loss(x, (y > 0).to(x.dtype), torch.tensor([1.0, 0.25, 3.0]), reduction="sum")
        return a + 0 * x


class LossLikelihoods(nn.Module):
    shape = (4, 3)

    def forward(self, x):
        y = x.detach().roll(1, 1).abs()
        a = F.poisson_nll_loss(x, y * 4, full=True) + nn.PoissonNLLLoss(log_input=False, reduction="sum")(x.abs(), y)
        a = a + F.gaussian_nll_loss(x, y, y * 2, full=True) + nn.GaussianNLLLoss(eps=0.2, reduction="sum")(x, y, y * 0.1)
        return a + 0 * x


class PackedPadding(nn.Module):
    shape = (3, 4, 2)

    def __init__(self):
        super().__init__()
        self.f = nn.LSTM(2, 3, batch_first=True)

    def forward(self, x):
        packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([4, 3, 1]), batch_first=True)
        return nn.utils.rnn.pad_packed_sequence(self.f(packed)[0], batch_first=True, padding_value=-2.5, total_length=6)[0]


class PackedSequences(nn.Module):
    shape = (3, 4, 2)

    def __init__(self):
        super().__init__()
        self.f = nn.GRU(2, 3)

    def forward(self, x):
        return self.f(nn.utils.rnn.pack_sequence([x[0], x[1, :3], x[2, :2]]))[1]


class ModeOfEvaluation(nn.Module):
    shape = (4, 3)

    def scaled(self, x):
        if self.training:
            return x * 2 + torch.tanh(x)
        return x

    def forward(self, x):
        y = self.scaled(x) + (x * 3 if self.training else x)
        if not self.training:
            return y
        y = torch.sigmoid(y)
        return F.dropout(y, 0.5 if not self.training else 0.0) * 2


class ModeOfTraining(ModeOfEvaluation):
    training_mode = True


class WithoutGradient(nn.Module):
    shape = (4, 3)

    def __init__(self):
        super().__init__()
        self.f, self.g = nn.Linear(3, 3), nn.Linear(3, 3)

    @torch.no_grad()
    def target(self, x):
        return self.g(x) * 2

    def forward(self, x):
        with torch.no_grad():
            scale = self.f(x).abs().mean()
            with torch.enable_grad():
                inner = x * 2
        with torch.set_grad_enabled(self.training or True):
            y = self.f(x) / scale
        return y + self.target(y) + inner + x.data * x + (x.detach() + 1) * y


class MeansByHand(nn.Module):
    shape = (4, 3)

    def forward(self, x):
        n = x.shape[0]
        return x.sum(0) / n + torch.full((3,), 2.0) * x.size(0) + x.sum(1).sum() / x.shape[0]


class HooksThatChange(nn.Module):
    shape = (4, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.Linear(3, 3)
        self.f.register_forward_hook(lambda m, a, y: y * 2 + a[0])
        self.f.register_forward_pre_hook(lambda m, a: (a[0] + 1,))
        self.f.register_forward_hook(lambda m, a, k, y: None, with_kwargs=True).remove()

    def forward(self, x):
        return self.f(x)


class Symmetric(nn.Module):
    def forward(self, w):
        return w.triu() + w.triu(1).transpose(-1, -2)


class Parametrized(nn.Module):
    shape = (4, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.Linear(3, 3)
        nn.utils.parametrize.register_parametrization(self.f, "weight", Symmetric())

    def forward(self, x):
        return self.f(x)


class SpectralNormTraining(nn.Module):
    shape = (4, 3)
    training_mode = True

    def __init__(self):
        super().__init__()
        self.f = nn.utils.spectral_norm(nn.Linear(3, 5), n_power_iterations=30)

    def forward(self, x):
        return self.f(x)


class FrozenStatistics(nn.Module):
    shape = (4, 3, 2)
    training_mode = True

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.1, -0.2, 0.3]))
        self.register_buffer("var", torch.tensor([0.5, 2.0, 1.5]))
        self.w = nn.Parameter(torch.ones(3))

    def forward(self, x):
        y = F.batch_norm(x, self.mean, self.var, self.w, None, training=False)
        return y + torch.batch_norm(x, self.w, None, self.mean, self.var, False, 0.1, 1e-3, False)


class NativeOrder(nn.Module):
    shape = (4, 3)

    def forward(self, x):
        t = torch.sigmoid(x.detach().roll(1, 1))
        table = torch.arange(12.0).view(4, 3) * x[:1]
        a = torch.binary_cross_entropy_with_logits(x, t, None, torch.tensor([0.5, 2.0, 3.0]), 2)
        b = torch.kl_div(torch.log_softmax(x, 1), torch.softmax(t, 1), 0)
        return a + b + torch.embedding(table, torch.tensor([[1, 0], [2, 3]])).sum() + torch.dropout(x, 0.5, False)


class AdaptivePlaces(nn.Module):
    shape = (2, 3, 4, 6)

    def forward(self, x):
        y, places = nn.AdaptiveMaxPool2d((2, 3), return_indices=True)(x)
        return y + F.adaptive_max_pool2d(x, 2, return_indices=True)[0].sum() + places / 10


class Smoothed(nn.Module):
    shape = (2, 2, 7, 6)

    def forward(self, x):
        a = F.interpolate(x, size=(3, 4), mode="bilinear", antialias=True)
        b = F.interpolate(x, size=(3, 4), mode="bicubic", antialias=True)
        c = F.interpolate(x, size=(3, 4), mode="bilinear", antialias=True, align_corners=True)
        d = F.interpolate(x, scale_factor=(0.45, 0.7), mode="bicubic", antialias=True)
        return a + b * 2 + c + d


def flat(*parts):
    return torch.cat([p.reshape(-1).to(torch.get_default_dtype()) for p in parts])


class WholeNumbers(nn.Module):
    shape = (4, 3)

    def forward(self, x):
        n = (x * 7).long()
        return flat(n // 2, n % 3, n // -3, torch.fmod(n, 3), torch.div(n, -2, rounding_mode="trunc"), n.clamp(0.5),
                    torch.div(n, 2, rounding_mode="floor"), (x > 0).prod(1), n.int().sum(0), n.int().prod(1), (x > 0).cumsum(1),
                    torch.isin(n, torch.tensor([0, 1]), invert=True), (x > 0) & (x < 0.5), torch.count_nonzero(x > 0, dim=1))


class Lengths(nn.Module):
    shape = (4, 3)

    def forward(self, x):
        up, down = float("inf"), -float("inf")
        return flat(x.norm(0), x.norm(down, 1), x.norm(up, 1), x.norm(0.5, dim=1), torch.linalg.norm(x, 1),
                    torch.linalg.norm(x, up), torch.linalg.norm(x, -1, (0, 1), True), torch.linalg.norm(x, 0, dim=1),
                    torch.linalg.vector_norm(x, 3), torch.linalg.matrix_norm(x), torch.inner(x, x[:2]),
                    torch.cosine_similarity(x, x * 2, dim=1, eps=0.9), torch.linalg.cross(x, x.roll(1, 1)))


class SmallNumbers(nn.Module):
    shape = (4, 3)

    def forward(self, x):
        small = x * 1e-6
        return torch.stack([small.log1p(), small.expm1()]) * 1e6 + x.exp().log1p() + x.expm1()


class OtherNames(nn.Module):
    shape = (4, 3)

    def forward(self, x):
        idx = torch.tensor([[0, 1], [1, 1]])
        y = x[:2]
        return flat(torch.max(x, other=-x), torch.round(x * 10, decimals=1), torch.rsub(x, 1, alpha=2), torch.nanmean(x.detach().log()),
                    torch.nansum(x.detach().sqrt(), 1), x.tensor_split((1, -1), 1)[1], x.new_full((2,), fill_value=3),
                    torch.scatter(y.detach(), 1, idx, y.detach(), reduce="add"), y.scatter_reduce(1, idx, y[:, :2], "mean"),
                    x.take_along_dim(torch.tensor([[2]]), 1), torch.isclose(x.detach() / 0, x.detach() / 0, equal_nan=True), (x > 0).float().mean())


class OddPools(nn.Module):
    shape = (2, 2, 5, 6)

    def forward(self, x):
        return flat(F.lp_pool2d(x.abs(), 3, 2), F.avg_pool2d(x, 3, 2, 1, divisor_override=2), F.pad(x, (1, -2, 0, 1), value=3),
                    F.interpolate(x, scale_factor=0.6, mode="bilinear", recompute_scale_factor=True))
