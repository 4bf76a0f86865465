import torch
import torch.nn as nn
import torch.nn.functional as F


class CrateNet(nn.Module):
    """Sees the photo, reads the note, knows the numbers; each becomes a vector, and all three decide together."""

    def __init__(self, words=46, size=12):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, size, 3, padding=1)
        self.words = nn.Embedding(words, size, padding_idx=0)
        self.numbers = nn.Linear(2, size)
        self.hidden = nn.Linear(3 * size, 16)
        self.out = nn.Linear(16, 2)

    def forward(self, photo, note, numbers):
        x = F.max_pool2d(F.relu(self.conv1(photo)), 2)
        seen = F.relu(self.conv2(x)).sum(dim=(2, 3)) / 8
        read = self.words(note).sum(dim=1)
        known = F.relu(self.numbers(numbers))
        return self.out(F.relu(self.hidden(torch.cat([seen, read, known], dim=1))))
