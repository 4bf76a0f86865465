import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    """Two inputs, five hidden units, one output: is a point on the upper of two moons?"""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 5)
        self.fc2 = nn.Linear(5, 1)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = torch.sigmoid(self.fc2(x))
        return x
