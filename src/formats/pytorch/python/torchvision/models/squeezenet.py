"""SqueezeNet (Iandola and others 2016)."""

import torch
from torch import nn
from torch.nn import init

from ._weights import outside, without

__all__ = ["SqueezeNet", "squeezenet1_0", "squeezenet1_1"]


class Fire(nn.Module):
    def __init__(self, inplanes, squeeze_planes, expand1x1_planes, expand3x3_planes):
        super().__init__()
        self.inplanes = inplanes
        self.squeeze = nn.Conv2d(inplanes, squeeze_planes, 1)
        self.squeeze_activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(squeeze_planes, expand1x1_planes, 1)
        self.expand1x1_activation = nn.ReLU(inplace=True)
        self.expand3x3 = nn.Conv2d(squeeze_planes, expand3x3_planes, 3, padding=1)
        self.expand3x3_activation = nn.ReLU(inplace=True)

    def forward(self, x):
        x = self.squeeze_activation(self.squeeze(x))
        small, large = self.expand1x1(x), self.expand3x3(x)
        return torch.cat([self.expand1x1_activation(small), self.expand3x3_activation(large)], 1)


# The widths of the fires' squeezes; 0 is a pool. Each makes eight times as many channels.
_versions = {
    "1_0": (96, 7, (0, 16, 16, 32, 0, 32, 48, 48, 64, 0, 64)),
    "1_1": (64, 3, (0, 16, 16, 0, 32, 32, 0, 48, 48, 64, 64)),
}


class SqueezeNet(nn.Module):
    def __init__(self, version="1_0", num_classes=1000, dropout=0.5):
        super().__init__()
        self.num_classes = num_classes
        if version not in _versions:
            raise ValueError(f"Unsupported SqueezeNet version {version}: 1_0 or 1_1 expected")
        width, kernel, fires = _versions[version]
        layers = [nn.Conv2d(3, width, kernel, stride=2), nn.ReLU(inplace=True)]
        for squeeze in fires:
            if squeeze == 0:
                layers.append(nn.MaxPool2d(3, stride=2, ceil_mode=True))
            else:
                layers.append(Fire(width, squeeze, 4 * squeeze, 4 * squeeze))
                width = 8 * squeeze
        self.features = nn.Sequential(*layers)
        last = nn.Conv2d(width, num_classes, 1)
        self.classifier = nn.Sequential(
            nn.Dropout(p=dropout), last, nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d((1, 1))
        )
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                if m is last:
                    init.normal_(m.weight, mean=0.0, std=0.01)
                else:
                    init.kaiming_uniform_(m.weight)
                init.zeros_(m.bias)

    def forward(self, x):
        return torch.flatten(self.classifier(self.features(x)), 1)


squeezenet1_0 = without(SqueezeNet, "1_0")
squeezenet1_1 = without(SqueezeNet, "1_1")


def __getattr__(name):
    return outside("squeezenet", name)
