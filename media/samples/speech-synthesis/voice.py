import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    """A convolution along letters or frames, added to what it reads."""

    def __init__(self, width, dilation=1):
        super().__init__()
        self.conv = nn.Conv1d(width, width, kernel_size=5, padding=2 * dilation, dilation=dilation)
        self.norm = nn.BatchNorm1d(width)

    def forward(self, x):
        return x + F.relu(self.norm(self.conv(x)))


class Voice(nn.Module):
    """Letters to a mel spectrogram: how long each letter lasts, which letter each frame belongs to, how it sounds."""

    def __init__(self, letters=26, frames=96, mels=40, width=48):
        super().__init__()
        self.letters = nn.Embedding(letters, width)
        self.encoder = nn.ModuleList([Block(width), Block(width)])
        self.duration = nn.Linear(width, 1)
        self.start = nn.Conv1d(width + 1, width, kernel_size=5, padding=2)
        self.decoder = nn.ModuleList([Block(width), Block(width, 2), Block(width, 4)])
        self.out = nn.Linear(width, mels)
        self.register_buffer("time", torch.arange(frames).float().view(1, frames, 1) + 0.5)

    def forward(self, text):
        x = self.letters(text).transpose(1, 2)
        for block in self.encoder:
            x = block(x)
        x = x.transpose(1, 2)
        # Each letter lasts some frames, one after the other: the centres of letters lie in time.
        frames = 4 * F.softplus(self.duration(x)).squeeze(-1)
        centres = torch.cumsum(frames, dim=1) - frames / 2
        distance = self.time - centres[:, None, :]
        # A frame attends to the letter whose centre is near: (N, frames, letters).
        attention = F.softmax(-distance * distance / 8, dim=-1)
        place = (attention * distance).sum(dim=-1, keepdim=True)
        y = torch.cat([attention @ x, place], dim=-1).transpose(1, 2)
        y = F.relu(self.start(y))
        for block in self.decoder:
            y = block(y)
        return self.out(y.transpose(1, 2))
