"""AlexNet (Krizhevsky 2014)."""

from torch import nn

from ._weights import outside, without

__all__ = ["AlexNet", "alexnet"]


class AlexNet(nn.Module):
    def __init__(self, num_classes=1000, dropout=0.5):
        super().__init__()

        def layer(inputs, outputs, kernel, **options):
            return nn.Conv2d(inputs, outputs, kernel, **options), nn.ReLU(inplace=True)

        def pool():
            return nn.MaxPool2d(kernel_size=3, stride=2)

        self.features = nn.Sequential(
            *layer(3, 64, 11, stride=4, padding=2), pool(), *layer(64, 192, 5, padding=2), pool(),
            *layer(192, 384, 3, padding=1), *layer(384, 256, 3, padding=1), *layer(256, 256, 3, padding=1), pool(),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(256 * 6 * 6, 4096), nn.ReLU(inplace=True), nn.Dropout(dropout),
            nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Linear(4096, num_classes),
        )

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


alexnet = without(AlexNet)


def __getattr__(name):
    return outside("alexnet", name)
