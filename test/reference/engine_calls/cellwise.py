"""Computations cell by cell. Each class takes one tensor of the shape that it names."""

import torch
import torch.nn as nn


class Where(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return torch.where(x > 0.1, x * 2, x - 1)


class WhereScalar(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return torch.where(x <= 0, torch.zeros_like(x), x)


class Comparisons(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return (x > 0).float() + (x >= 0.5).float() * 2 + (x < -0.2).float() * 4 + (x != 0).float() + (x == x).float() * x


class Logic(nn.Module):
    shape = (2, 7)

    def forward(self, x):
        m = (x > 0) & ~(x > 0.5) | (x < -0.7)
        return x * m


class MaskedFill(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return x.masked_fill(x < 0, -1.5)


class MaskedFillTriangle(nn.Module):
    shape = (2, 4, 4)

    def forward(self, x):
        mask = torch.triu(torch.ones(4, 4), diagonal=1).bool()
        return x.masked_fill(mask, float("-inf")).softmax(-1)


class Clamps(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return x.clamp(-0.5, 0.25) + torch.clamp(x, min=0.1) + x.clamp_max(0.3) + x.clamp_min(-0.3) + torch.clip(x, -1, 0.2)


class ClampBatchOfOne(nn.Module):
    shape = (1, 1)

    def forward(self, x):
        return x.clamp(min=-0.25)


class Extremes(nn.Module):
    shape = (4, 3)

    def forward(self, x):
        return torch.maximum(x, x.flip(1)) + torch.minimum(x, x * 0.5)


class Powers(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return x**2 + x.abs() ** 1.5 + 2.0**x + torch.pow(x, 3) + x.square() + x.abs().sqrt() + (x.abs() + 0.1).rsqrt()


class Logs(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        y = x.abs() + 0.2
        return y.log() + y.log2() + y.log10() + y.log1p() + x.expm1() + torch.exp2(x)


class Trigonometry(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return x.sin() + x.cos() + x.tan() + (x * 0.9).asin() + (x * 0.9).acos() + x.atan() + x.sinh() + x.cosh() + x.asinh() + (x.abs() + 1.5).acosh() + (x * 0.9).atanh()


class Atan2(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return torch.atan2(x, x.flip(1) + 1.5)


class Rounding(nn.Module):
    shape = (3, 7)

    def forward(self, x):
        return (x * 3).floor() + (x * 3).ceil() + (x * 3).round() + (x * 3).trunc() + (x * 3).frac() + x.sign() * x


class Remainders(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return torch.remainder(x, 0.3) + torch.fmod(x, 0.4) + x % 0.7


class FloorDivide(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return (x * 7).div(2, rounding_mode="floor") + x


class Lerp(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return torch.lerp(x, x * x, 0.3) + torch.addcmul(x, x, x, value=0.5) + torch.addcdiv(x, x, x.abs() + 1, value=2)


class Erfs(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return torch.erf(x) + torch.special.expit(x) + torch.logit(x * 0.4 + 0.5)


class Logaddexp(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return torch.logaddexp(x, x.flip(1))


class Hypot(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return torch.hypot(x, x.flip(1) + 2)


class NanToNum(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return torch.nan_to_num(x.log(), nan=0.5) + x


class Heaviside(nn.Module):
    shape = (3, 5)

    def forward(self, x):
        return torch.xlogy(x.abs() + 0.1, x.abs() + 0.3)
