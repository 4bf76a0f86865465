"""Sandler et al. 2018: inverted residuals with linear bottlenecks, a few of them."""
import torch
import torch.nn as nn


def conv(inp, oup, kernel, stride=1, groups=1):
    return nn.Sequential(
        nn.Conv2d(inp, oup, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(oup), nn.ReLU6(inplace=True)
    )


class InvertedResidual(nn.Module):
    def __init__(self, inp, oup, stride, expand):
        super().__init__()
        hidden = inp * expand
        self.shortcut = stride == 1 and inp == oup
        self.conv = nn.Sequential(
            conv(inp, hidden, 1), conv(hidden, hidden, 3, stride, hidden), nn.Conv2d(hidden, oup, 1, bias=False), nn.BatchNorm2d(oup)
        )

    def forward(self, x):
        return x + self.conv(x) if self.shortcut else self.conv(x)


class SmallMobileNet(nn.Module):
    def __init__(self, classes=7):
        super().__init__()
        blocks = [InvertedResidual(8, 8, 1, 2), InvertedResidual(8, 12, 2, 6), InvertedResidual(12, 12, 1, 6)]
        self.features = nn.Sequential(conv(3, 8, 3, 2), *blocks, conv(12, 40, 1))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(40, classes))

    def forward(self, x):
        return self.classifier(nn.functional.adaptive_avg_pool2d(self.features(x), 1).flatten(1))
