import torch.nn as nn


class Q(nn.Module):
    """What pushing left and right are worth in a state."""

    def __init__(self, observations=4, actions=2, hidden=128):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(observations, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, actions)
        )

    def forward(self, state):
        return self.net(state)
