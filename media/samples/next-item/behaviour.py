import torch.nn as nn


class NextItem(nn.Module):
    """Remembers what a visit has seen, and scores what it may look at next (Hidasi et al., 2016: GRU4Rec)."""

    def __init__(self, items=45, size=32):
        super().__init__()
        self.items = nn.Embedding(items, size, padding_idx=0)
        self.memory = nn.GRU(size, size, batch_first=True)
        self.scores = nn.Linear(size, items)

    def forward(self, visit):
        states, _ = self.memory(self.items(visit))
        return self.scores(states)
