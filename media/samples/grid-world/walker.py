import torch.nn as nn


class Walker(nn.Module):
    """What each step (up, right, down, left) is worth from a cell of the grid."""

    def __init__(self, cells=48, actions=4, hidden=64):
        super().__init__()
        self.hidden = nn.Linear(cells, hidden)
        self.relu = nn.ReLU()
        self.worth = nn.Linear(hidden, actions)

    def forward(self, cell):
        return self.worth(self.relu(self.hidden(cell)))
