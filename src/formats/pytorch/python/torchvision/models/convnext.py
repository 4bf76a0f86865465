"""ConvNeXt (Liu and others 2022)."""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn import init

from ._blocks import StochasticDepth
from ._weights import outside, without

__all__ = ["ConvNeXt", "convnext_base", "convnext_large", "convnext_small", "convnext_tiny"]


class LayerNorm2d(nn.LayerNorm):
    """Over the channels of each place."""

    def forward(self, x):
        x = F.layer_norm(x.permute(0, 2, 3, 1), self.normalized_shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)


class Permute(nn.Module):
    def __init__(self, dims):
        super().__init__()
        self.dims = dims

    def forward(self, x):
        return torch.permute(x, self.dims)


class CNBlock(nn.Module):
    def __init__(self, dim, layer_scale, stochastic_depth_prob):
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv2d(dim, dim, 7, padding=3, groups=dim),
            Permute([0, 2, 3, 1]),
            nn.LayerNorm(dim, eps=1e-6),
            nn.Linear(dim, 4 * dim),
            nn.GELU(),
            nn.Linear(4 * dim, dim),
            Permute([0, 3, 1, 2]),
        )
        self.layer_scale = nn.Parameter(torch.ones(dim, 1, 1) * layer_scale)
        self.stochastic_depth = StochasticDepth(stochastic_depth_prob)

    def forward(self, x):
        return self.stochastic_depth(self.layer_scale * self.block(x)) + x


class ConvNeXt(nn.Module):
    def __init__(self, widths, counts, stochastic_depth_prob=0.0, layer_scale=1e-6, num_classes=1000):
        super().__init__()
        norm = partial(LayerNorm2d, eps=1e-6)
        layers = [nn.Sequential(nn.Conv2d(3, widths[0], 4, stride=4), norm(widths[0]))]
        done, total = 0, sum(counts)
        for i, (width, count) in enumerate(zip(widths, counts)):
            if i > 0:
                layers.append(nn.Sequential(norm(widths[i - 1]), nn.Conv2d(widths[i - 1], width, 2, stride=2)))
            depths = [stochastic_depth_prob * (done + k) / (total - 1.0) for k in range(count)]
            layers.append(nn.Sequential(*(CNBlock(width, layer_scale, depth) for depth in depths)))
            done += count
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(norm(widths[-1]), nn.Flatten(1), nn.Linear(widths[-1], num_classes))
        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                init.trunc_normal_(m.weight, std=0.02)
                if m.bias is not None:
                    init.zeros_(m.bias)

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)))


def _made(width, counts, depth):
    return without(ConvNeXt, tuple(width * 2**i for i in range(4)), counts, stochastic_depth_prob=depth)


convnext_tiny = _made(96, (3, 3, 9, 3), 0.1)
convnext_small = _made(96, (3, 3, 27, 3), 0.4)
convnext_base = _made(128, (3, 3, 27, 3), 0.5)
convnext_large = _made(192, (3, 3, 27, 3), 0.5)


def __getattr__(name):
    return outside("convnext", name)
