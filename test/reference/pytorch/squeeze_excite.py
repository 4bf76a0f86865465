import torch
import torch.nn as nn
import torch.nn.functional as F


class SELayer(nn.Module):
    def __init__(self, channel, reduction=4):
        super().__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channel, channel // reduction, bias=False), nn.ReLU(inplace=True),
            nn.Linear(channel // reduction, channel, bias=False), nn.Hardsigmoid(),
        )

    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.avg_pool(x).view(b, c)
        y = self.fc(y).view(b, c, 1, 1)
        return x * y.expand_as(x)


class ShuffleUnit(nn.Module):
    def __init__(self, channels):
        super().__init__()
        half = channels // 2
        self.branch = nn.Sequential(
            nn.Conv2d(half, half, 1), nn.BatchNorm2d(half), nn.PReLU(half),
            nn.Conv2d(half, half, 3, padding=2, dilation=2, groups=half), nn.Hardswish(),
        )

    def forward(self, x):
        x1, x2 = x.chunk(2, dim=1)
        out = torch.cat((x1, self.branch(x2)), dim=1)
        n, c, h, w = out.shape
        return out.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, -1, h, w)


class SmallNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, stride=2, padding=1, padding_mode="reflect")
        self.unit = ShuffleUnit(16)
        self.se = SELayer(16)
        self.up = nn.PixelShuffle(2)
        self.last = nn.Conv2d(4, 8, (1, 3), padding=(0, 1))
        self.fc = nn.Linear(8 * 32 * 32, 5)

    @property
    def width(self):
        return self.fc.in_features

    def forward(self, x):
        x = F.interpolate(self.up(self.se(self.unit(self.stem(x)))), scale_factor=1.0)
        x = F.softplus(self.last(x))
        return self.fc(x.reshape(-1, self.width))
