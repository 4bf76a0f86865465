"""MobileNetV3 (Howard and others 2019)."""

from torch import nn
from torch.nn import init

from ._blocks import ConvNormAct, SqueezeExcitation, divisible, fine_norm
from ._weights import begins_anew, outside

__all__ = ["MobileNetV3", "mobilenet_v3_large", "mobilenet_v3_small"]

# Of each block: inputs, kernel, width inside, outputs, whether channels are weighed, hard swish, stride.
_large = (
    (16, 3, 16, 16, False, False, 1),
    (16, 3, 64, 24, False, False, 2),
    (24, 3, 72, 24, False, False, 1),
    (24, 5, 72, 40, True, False, 2),
    (40, 5, 120, 40, True, False, 1),
    (40, 5, 120, 40, True, False, 1),
    (40, 3, 240, 80, False, True, 2),
    (80, 3, 200, 80, False, True, 1),
    (80, 3, 184, 80, False, True, 1),
    (80, 3, 184, 80, False, True, 1),
    (80, 3, 480, 112, True, True, 1),
    (112, 3, 672, 112, True, True, 1),
    (112, 5, 672, 160, True, True, 2),
    (160, 5, 960, 160, True, True, 1),
    (160, 5, 960, 160, True, True, 1),
)
_small = (
    (16, 3, 16, 16, True, False, 2),
    (16, 3, 72, 24, False, False, 2),
    (24, 3, 88, 24, False, False, 1),
    (24, 5, 96, 40, True, True, 2),
    (40, 5, 240, 40, True, True, 1),
    (40, 5, 240, 40, True, True, 1),
    (40, 5, 120, 48, True, True, 1),
    (48, 5, 144, 48, True, True, 1),
    (48, 5, 288, 96, True, True, 2),
    (96, 5, 576, 96, True, True, 1),
    (96, 5, 576, 96, True, True, 1),
)


class InvertedResidual(nn.Module):
    def __init__(self, inputs, kernel, inside, outputs, weighed, hard, stride, norm):
        super().__init__()
        self.use_res_connect = stride == 1 and inputs == outputs
        activation = nn.Hardswish if hard else nn.ReLU
        layers = []
        if inside != inputs:
            layers.append(ConvNormAct(inputs, inside, 1, norm=norm, activation=activation))
        layers.append(ConvNormAct(inside, inside, kernel, stride, inside, norm, activation))
        if weighed:
            layers.append(SqueezeExcitation(inside, divisible(inside // 4), scale_activation=nn.Hardsigmoid))
        layers.append(ConvNormAct(inside, outputs, 1, norm=norm, activation=None))
        self.block = nn.Sequential(*layers)
        self.out_channels = outputs

    def forward(self, x):
        return x + self.block(x) if self.use_res_connect else self.block(x)


class MobileNetV3(nn.Module):
    def __init__(self, settings, last_channel, num_classes=1000, dropout=0.2, width_mult=1.0):
        super().__init__()
        norm = fine_norm()
        wide = lambda width: divisible(width * width_mult)  # noqa: E731
        layers = [ConvNormAct(3, wide(settings[0][0]), 3, 2, norm=norm, activation=nn.Hardswish)]
        for inputs, kernel, inside, outputs, weighed, hard, stride in settings:
            layers.append(
                InvertedResidual(wide(inputs), kernel, wide(inside), wide(outputs), weighed, hard, stride, norm)
            )
        outputs = wide(settings[-1][3])
        layers.append(ConvNormAct(outputs, 6 * outputs, 1, norm=norm, activation=nn.Hardswish))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Linear(6 * outputs, last_channel),
            nn.Hardswish(inplace=True),
            nn.Dropout(p=dropout, inplace=True),
            nn.Linear(last_channel, num_classes),
        )
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                init.kaiming_normal_(m.weight, mode="fan_out")
                if m.bias is not None:
                    init.zeros_(m.bias)
            elif isinstance(m, nn.Linear):
                init.normal_(m.weight, 0, 0.01)
                init.zeros_(m.bias)

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def mobilenet_v3_large(weights=None, progress=True, pretrained=False, width_mult=1.0, **options):
    begins_anew(weights, pretrained)
    return MobileNetV3(_large, divisible(1280 * width_mult), width_mult=width_mult, **options)


def mobilenet_v3_small(weights=None, progress=True, pretrained=False, width_mult=1.0, **options):
    begins_anew(weights, pretrained)
    return MobileNetV3(_small, divisible(1024 * width_mult), width_mult=width_mult, **options)


def __getattr__(name):
    return outside("mobilenetv3", name)
