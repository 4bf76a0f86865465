import torch
import torch.nn as nn


class Policy(nn.Module):
    """Scores for pushing left and right, and what the state is worth."""

    def __init__(self, observations=4, actions=2, hidden=64):
        super().__init__()
        self.actor = nn.Sequential(
            nn.Linear(observations, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, actions)
        )
        self.critic = nn.Sequential(
            nn.Linear(observations, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, 1)
        )

    def forward(self, state):
        return torch.cat([self.actor(state), self.critic(state)], dim=1)
