import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    """Two inputs, five hidden units, one output: which of two moons is a point on?"""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 5)
        self.fc2 = nn.Linear(5, 1)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        return self.fc2(x)
