import torch
import torch.nn as nn


class Chomp1d(nn.Module):
    def __init__(self, chomp_size):
        super().__init__()
        self.chomp_size = chomp_size

    def forward(self, x):
        return x[:, :, : -self.chomp_size].contiguous()


class TemporalBlock(nn.Module):
    def __init__(self, n_inputs, n_outputs, kernel_size, stride, dilation, padding, dropout=0.2):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv1d(n_inputs, n_outputs, kernel_size, stride=stride, padding=padding, dilation=dilation),
            Chomp1d(padding), nn.ReLU(), nn.Dropout(dropout),
        )
        self.downsample = nn.Conv1d(n_inputs, n_outputs, 1) if n_inputs != n_outputs else None
        self.relu = nn.ReLU()

    def forward(self, x):
        out = self.net(x)
        res = x if self.downsample is None else self.downsample(x)
        return self.relu(out + res)


class TCN(nn.Module):
    def __init__(self, num_inputs=4, num_channels=[8, 8, 16], kernel_size=3):
        super().__init__()
        layers = []
        for i in range(len(num_channels)):
            dilation = 2**i
            previous = num_inputs if i == 0 else num_channels[i - 1]
            layers += [TemporalBlock(previous, num_channels[i], kernel_size, 1, dilation, (kernel_size - 1) * dilation)]
        self.network = nn.Sequential(*layers)
        self.pool = nn.AdaptiveMaxPool1d(1)
        self.linear = nn.Linear(num_channels[-1], 2)

    def forward(self, x):
        return self.linear(self.pool(self.network(x)).squeeze(-1))
