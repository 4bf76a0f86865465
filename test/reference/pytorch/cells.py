import torch
import torch.nn as nn


class Unrolled(nn.Module):
    """A loop over a fixed number of steps."""

    def __init__(self, steps=4, width=6):
        super().__init__()
        self.steps = steps
        self.cell = nn.GRUCell(width, width)
        self.second = nn.LSTMCell(width, width)
        self.out = nn.Linear(width, 2)

    def forward(self, x):
        h = torch.zeros(x.size(0), 6)
        c = torch.zeros_like(h)
        outputs = []
        for step in range(self.steps):
            h = self.cell(x, h)
            h, c = self.second(h, (h, c))
            outputs.append(self.out(h))
        return torch.stack(outputs, dim=1)


class Lazy(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.LazyConv2d(8, 3)
        self.fc = nn.LazyLinear(4)

    def forward(self, x):
        return self.fc(torch.flatten(torch.relu(self.conv(x)), 1))
