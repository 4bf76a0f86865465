import torch.nn as nn
import torch.nn.functional as F


class Sentiment(nn.Module):
    """Words to vectors, three words at a time to features, the strongest of each to a class."""

    def __init__(self, vocabulary=96, width=16, channels=24):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.conv = nn.Conv1d(width, channels, kernel_size=3, padding=1)
        self.fc = nn.Linear(channels, 2)

    def forward(self, tokens):
        x = self.embedding(tokens).transpose(1, 2)
        x = F.relu(self.conv(x))
        return self.fc(x.max(dim=2).values)
