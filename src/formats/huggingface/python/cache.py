"""
What generation keeps of the tokens so far: each attention's keys and values, so that a step computes the new tokens only.

A cache has room for C tokens. `positions` (N, T) says where the T new tokens stand in it.
"""

import torch


class Places:
    """Where new tokens go, and what they may look at; made once a step for all layers."""

    def __init__(self, positions, past):
        slots = torch.arange(past.shape[2])
        new = (slots[None, :, None] == positions[:, None, :]).float()
        #: (N, 1, C, T): one where a new token goes.
        self.new = new[:, None]
        #: (N, 1, C, 1): one where what is kept stays.
        self.kept = 1.0 - new.sum(-1)[:, None, :, None]
        #: (N, T, C): how far behind a token another one is; what comes later is below zero.
        self.distance = positions[:, :, None] - slots[None, None, :]
        #: (N, 1, T, C)
        self.hidden = (self.distance < 0)[:, None]

    def put(self, past, x):
        """(N, heads, C, width) with the new (N, heads, T, width) at its places"""
        return past * self.kept + self.new @ x
