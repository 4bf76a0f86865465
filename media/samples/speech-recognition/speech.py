import torch.nn as nn
import torch.nn.functional as F


class Listener(nn.Module):
    """A mel spectrogram to a score for each letter (and for none) every 20 ms."""

    def __init__(self, letters=17, mels=32, width=64):
        super().__init__()
        self.conv1 = nn.Conv1d(mels, width, kernel_size=5, stride=2, padding=2)
        self.norm1 = nn.BatchNorm1d(width)
        self.conv2 = nn.Conv1d(width, width, kernel_size=5, padding=2)
        self.norm2 = nn.BatchNorm1d(width)
        self.conv3 = nn.Conv1d(width, width, kernel_size=5, padding=4, dilation=2)
        self.norm3 = nn.BatchNorm1d(width)
        self.out = nn.Conv1d(width, letters, kernel_size=5, padding=2)

    def forward(self, sound):
        x = sound.squeeze(1)
        x = F.relu(self.norm1(self.conv1(x)))
        x = F.relu(self.norm2(self.conv2(x)))
        x = F.relu(self.norm3(self.conv3(x)))
        return self.out(x).transpose(1, 2)
