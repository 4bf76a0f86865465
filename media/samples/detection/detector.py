import torch.nn as nn
import torch.nn.functional as F


class Detector(nn.Module):
    """Divides the picture into 8 by 8 cells; each says whether a shape has its centre there, where its box lies and what it is."""

    def __init__(self, classes=3, size=24):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 12, 3, padding=1)
        self.conv2 = nn.Conv2d(12, size, 3, padding=1)
        self.conv3 = nn.Conv2d(size, size, 3, padding=1)
        self.conv4 = nn.Conv2d(size, size, 3, padding=1)
        self.head = nn.Conv2d(size, 5 + classes, 1)

    def forward(self, scene):
        x = F.max_pool2d(F.relu(self.conv1(scene)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.conv3(x))
        x = F.relu(self.conv4(x))
        return self.head(x).flatten(2).transpose(1, 2)
