"""What several of these networks are built from."""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


def divisible(value, by=8):
    """The nearest multiple that is not more than a tenth below."""
    made = max(by, int(value + by / 2) // by * by)
    return made + by if made < 0.9 * value else made


class ConvNormAct(nn.Sequential):
    def __init__(self, inputs, outputs, kernel=3, stride=1, groups=1, norm=None, activation=nn.ReLU, dilation=1):
        layers = [
            nn.Conv2d(
                inputs, outputs, kernel, stride, (kernel - 1) // 2 * dilation, dilation=dilation, groups=groups, bias=False
            ),
            (norm or nn.BatchNorm2d)(outputs),
        ]
        if activation is not None:
            layers.append(activation(inplace=True))
        super().__init__(*layers)
        self.out_channels = outputs


class SqueezeExcitation(nn.Module):
    """Weighs channels by what their means tell (Hu and others 2018)."""

    def __init__(self, input_channels, squeeze_channels, activation=nn.ReLU, scale_activation=nn.Sigmoid):
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(input_channels, squeeze_channels, 1)
        self.fc2 = nn.Conv2d(squeeze_channels, input_channels, 1)
        self.activation = activation()
        self.scale_activation = scale_activation()

    def forward(self, x):
        return x * self.scale_activation(self.fc2(self.activation(self.fc1(self.avgpool(x)))))


class StochasticDepth(nn.Module):
    """Leaves a block out for some rows while training (Huang and others 2016)."""

    def __init__(self, p, mode="row"):
        super().__init__()
        self.p, self.mode = p, mode

    def forward(self, x):
        if self.p == 0:
            return x
        rows = torch.ones(x.shape[0], *[1] * (x.dim() - 1), device=x.device)
        return x * F.dropout(rows, self.p, self.training)


def fine_norm():
    """As networks of TensorFlow have it."""
    return partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)
