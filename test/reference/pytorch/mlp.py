from collections import OrderedDict

import torch
from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU, "sigmoid": nn.Sigmoid}


class MLP(nn.Module):
    """Layers from a list, an activation by name, batch norm if wanted."""

    def __init__(self, sizes=(30, 64, 32, 2), activation="relu", dropout=0.1, batch_norm=True, **kwargs):
        super().__init__()
        layers = []
        for i, (a, b) in enumerate(zip(sizes[:-1], sizes[1:])):
            layers.append((f"linear{i}", nn.Linear(a, b, bias=kwargs.get("bias", True))))
            if i < len(sizes) - 2:
                if batch_norm:
                    layers.append((f"norm{i}", nn.BatchNorm1d(b)))
                layers.append((f"act{i}", ACTIVATIONS[activation]()))
                if dropout > 0:
                    layers.append((f"drop{i}", nn.Dropout(p=dropout)))
        self.net = nn.Sequential(OrderedDict(layers))
        self.apply(self._init_weights)

    @staticmethod
    def _init_weights(m):
        if isinstance(m, nn.Linear):
            nn.init.xavier_uniform_(m.weight, gain=nn.init.calculate_gain("relu"))
            if m.bias is not None:
                nn.init.zeros_(m.bias)

    def forward(self, x):
        return self.net(x)


class Logistic(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 1)

    def forward(self, x):
        return torch.sigmoid(self.linear(x)).squeeze(-1)
