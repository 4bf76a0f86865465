"""EfficientNet (Tan and Le 2019) and EfficientNetV2 (2021)."""

import math

from torch import nn
from torch.nn import init

from ._blocks import ConvNormAct, SqueezeExcitation, StochasticDepth, divisible, fine_norm
from ._weights import outside, without

__all__ = ["EfficientNet", "efficientnet_v2_l", "efficientnet_v2_m", "efficientnet_v2_s"] + [
    f"efficientnet_b{i}" for i in range(8)
]

# Of each stage: expansion, kernel, stride, inputs, outputs, blocks; whether its first convolutions are joined.
_first = (
    (1, 3, 1, 32, 16, 1, False),
    (6, 3, 2, 16, 24, 2, False),
    (6, 5, 2, 24, 40, 2, False),
    (6, 3, 2, 40, 80, 3, False),
    (6, 5, 1, 80, 112, 3, False),
    (6, 5, 2, 112, 192, 4, False),
    (6, 3, 1, 192, 320, 1, False),
)
# By its letter: the stages, and dropout.
_second = {
    "s": (
        (
            (1, 3, 1, 24, 24, 2, True),
            (4, 3, 2, 24, 48, 4, True),
            (4, 3, 2, 48, 64, 4, True),
            (4, 3, 2, 64, 128, 6, False),
            (6, 3, 1, 128, 160, 9, False),
            (6, 3, 2, 160, 256, 15, False),
        ),
        0.2,
    ),
    "m": (
        (
            (1, 3, 1, 24, 24, 3, True),
            (4, 3, 2, 24, 48, 5, True),
            (4, 3, 2, 48, 80, 5, True),
            (4, 3, 2, 80, 160, 7, False),
            (6, 3, 1, 160, 176, 14, False),
            (6, 3, 2, 176, 304, 18, False),
            (6, 3, 1, 304, 512, 5, False),
        ),
        0.3,
    ),
    "l": (
        (
            (1, 3, 1, 32, 32, 4, True),
            (4, 3, 2, 32, 64, 7, True),
            (4, 3, 2, 64, 96, 7, True),
            (4, 3, 2, 96, 192, 10, False),
            (6, 3, 1, 192, 224, 19, False),
            (6, 3, 2, 224, 384, 25, False),
            (6, 3, 1, 384, 640, 7, False),
        ),
        0.4,
    ),
}


class _Block(nn.Module):
    def __init__(self, expand, kernel, stride, inputs, outputs, joined, depth, norm):
        super().__init__()
        self.use_res_connect = stride == 1 and inputs == outputs
        inside = divisible(inputs * expand)
        own = dict(norm=norm, activation=nn.SiLU)
        layers = []
        if joined:
            layers.append(ConvNormAct(inputs, inside if expand > 1 else outputs, kernel, stride, **own))
        else:
            if inside != inputs:
                layers.append(ConvNormAct(inputs, inside, 1, **own))
            layers.append(ConvNormAct(inside, inside, kernel, stride, inside, **own))
            layers.append(SqueezeExcitation(inside, max(1, inputs // 4), nn.SiLU))
        if not joined or expand > 1:
            layers.append(ConvNormAct(inside, outputs, 1, norm=norm, activation=None))
        self.block = nn.Sequential(*layers)
        self.stochastic_depth = StochasticDepth(depth)
        self.out_channels = outputs

    def forward(self, x):
        made = self.block(x)
        return self.stochastic_depth(made) + x if self.use_res_connect else made


class MBConv(_Block):
    pass


class FusedMBConv(_Block):
    pass


class EfficientNet(nn.Module):
    def __init__(self, stages, dropout, stochastic_depth_prob=0.2, num_classes=1000, norm_layer=None, last_channel=None):
        super().__init__()
        total = sum(stage[5] for stage in stages)
        done = 0
        layers = [ConvNormAct(3, stages[0][3], 3, 2, norm=norm_layer, activation=nn.SiLU)]
        for expand, kernel, stride, inputs, outputs, count, joined in stages:
            blocks = []
            for i in range(count):
                depth = stochastic_depth_prob * done / total
                kind = FusedMBConv if joined else MBConv
                first = (stride, inputs) if i == 0 else (1, outputs)
                blocks.append(kind(expand, kernel, *first, outputs, joined, depth, norm_layer))
                done += 1
            layers.append(nn.Sequential(*blocks))
        width = stages[-1][4]
        last = last_channel or 4 * width
        layers.append(ConvNormAct(width, last, 1, norm=norm_layer, activation=nn.SiLU))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(nn.Dropout(p=dropout, inplace=True), nn.Linear(last, num_classes))
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                init.kaiming_normal_(m.weight, mode="fan_out")
                if m.bias is not None:
                    init.zeros_(m.bias)
            elif isinstance(m, nn.Linear):
                bound = 1.0 / math.sqrt(m.out_features)
                init.uniform_(m.weight, -bound, bound)
                init.zeros_(m.bias)

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def _scaled(wide, deep, dropout, norm=None):
    stages = tuple(
        (expand, kernel, stride, divisible(inputs * wide), divisible(outputs * wide), math.ceil(count * deep), joined)
        for expand, kernel, stride, inputs, outputs, count, joined in _first
    )

    return without(EfficientNet, stages, dropout=dropout, norm_layer=norm and norm())


def _later(letter):
    stages, dropout = _second[letter]
    return without(EfficientNet, stages, dropout=dropout, norm_layer=fine_norm(), last_channel=1280)


efficientnet_b0 = _scaled(1.0, 1.0, 0.2)
efficientnet_b1 = _scaled(1.0, 1.1, 0.2)
efficientnet_b2 = _scaled(1.1, 1.2, 0.3)
efficientnet_b3 = _scaled(1.2, 1.4, 0.3)
efficientnet_b4 = _scaled(1.4, 1.8, 0.4)
efficientnet_b5 = _scaled(1.6, 2.2, 0.4, fine_norm)
efficientnet_b6 = _scaled(1.8, 2.6, 0.5, fine_norm)
efficientnet_b7 = _scaled(2.0, 3.1, 0.5, fine_norm)
efficientnet_v2_s = _later("s")
efficientnet_v2_m = _later("m")
efficientnet_v2_l = _later("l")


def __getattr__(name):
    return outside("efficientnet", name)
