import torch.nn as nn
import torch.nn.functional as F


class MotionNet(nn.Module):
    """Convolutions over time, height and width: which way does something move?"""

    def __init__(self, classes=4, width=8):
        super().__init__()
        self.conv1 = nn.Conv3d(1, width, kernel_size=3, padding=1)
        self.pool = nn.MaxPool3d(2)
        self.conv2 = nn.Conv3d(width, 2 * width, kernel_size=3, padding=1)
        self.fc = nn.Linear(2 * width, classes)

    def forward(self, clip):
        x = self.pool(F.relu(self.conv1(clip)))
        x = F.relu(self.conv2(x))
        return self.fc(x.mean(dim=(2, 3, 4)))
