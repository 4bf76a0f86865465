"""VGG (Simonyan and Zisserman 2014)."""

from torch import nn
from torch.nn import init

from ._weights import outside, without

#: How many convolutions stand before each pooling.
_DEPTHS = {"11": (1, 1, 2, 2, 2), "13": (2, 2, 2, 2, 2), "16": (2, 2, 3, 3, 3), "19": (2, 2, 4, 4, 4)}
__all__ = ["VGG", *(f"vgg{d}{n}" for d in _DEPTHS for n in ("", "_bn"))]


class VGG(nn.Module):
    def __init__(self, features, num_classes=1000, init_weights=True, dropout=0.5):
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096), nn.ReLU(True), nn.Dropout(dropout), nn.Linear(4096, 4096), nn.ReLU(True),
            nn.Dropout(dropout), nn.Linear(4096, num_classes),
        )
        for m in self.modules() if init_weights else ():
            if isinstance(m, nn.Conv2d):
                init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
                init.zeros_(m.bias)
            elif isinstance(m, nn.Linear):
                init.normal_(m.weight, 0, 0.01)
                init.zeros_(m.bias)

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def _features(depths, normed):
    made, inputs = [], 3
    for width, count in zip((64, 128, 256, 512, 512), depths):
        for _ in range(count):
            made.append(nn.Conv2d(inputs, width, kernel_size=3, padding=1))
            if normed:
                made.append(nn.BatchNorm2d(width))
            made.append(nn.ReLU(inplace=True))
            inputs = width
        made.append(nn.MaxPool2d(kernel_size=2, stride=2))
    return nn.Sequential(*made)


def _factory(depth, normed):
    return without(lambda **options: VGG(_features(_DEPTHS[depth], normed), **options))


for _depth in _DEPTHS:
    globals()[f"vgg{_depth}"] = _factory(_depth, False)
    globals()[f"vgg{_depth}_bn"] = _factory(_depth, True)


def __getattr__(name):
    return outside("vgg", name)
