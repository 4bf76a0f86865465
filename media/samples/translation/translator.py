import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    """Each position of x looks at the positions of memory that `hidden` does not hide."""

    def __init__(self, size, heads):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(size, size)
        self.key = nn.Linear(size, size)
        self.value = nn.Linear(size, size)
        self.out = nn.Linear(size, size)

    def split(self, x):
        N, T, C = x.shape
        return x.view(N, T, self.heads, C // self.heads).transpose(1, 2)

    def forward(self, x, memory, hidden):
        q, k, v = self.split(self.query(x)), self.split(self.key(memory)), self.split(self.value(memory))
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        weights = F.softmax(scores.masked_fill(hidden, -1e9), dim=-1)
        return self.out((weights @ v).transpose(1, 2).reshape(x.shape))


class FeedForward(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.wide = nn.Linear(size, 2 * size)
        self.back = nn.Linear(2 * size, size)

    def forward(self, x):
        return self.back(F.relu(self.wide(x)))


class EncoderBlock(nn.Module):
    def __init__(self, size, heads):
        super().__init__()
        self.attention = Attention(size, heads)
        self.mlp = FeedForward(size)
        self.norm1 = nn.LayerNorm(size)
        self.norm2 = nn.LayerNorm(size)

    def forward(self, x, hidden):
        y = self.norm1(x)
        x = x + self.attention(y, y, hidden)
        return x + self.mlp(self.norm2(x))


class DecoderBlock(nn.Module):
    def __init__(self, size, heads):
        super().__init__()
        self.attention = Attention(size, heads)
        self.cross = Attention(size, heads)
        self.mlp = FeedForward(size)
        self.norm1 = nn.LayerNorm(size)
        self.norm2 = nn.LayerNorm(size)
        self.norm3 = nn.LayerNorm(size)

    def forward(self, x, memory, later, hidden):
        y = self.norm1(x)
        x = x + self.attention(y, y, later)
        x = x + self.cross(self.norm2(x), memory, hidden)
        return x + self.mlp(self.norm3(x))


class Translator(nn.Module):
    """Reads a sentence, and says at each word that it has written which one comes next."""

    def __init__(self, source_words=60, target_words=72, source_length=12, target_length=12, size=48, heads=2, layers=1):
        super().__init__()
        self.source = nn.Embedding(source_words, size, padding_idx=0)
        self.target = nn.Embedding(target_words, size, padding_idx=0)
        self.source_places = nn.Embedding(source_length, size)
        self.target_places = nn.Embedding(target_length, size)
        self.encoder = nn.ModuleList([EncoderBlock(size, heads) for _ in range(layers)])
        self.decoder = nn.ModuleList([DecoderBlock(size, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(size)
        self.head = nn.Linear(size, target_words)
        later = torch.triu(torch.ones(target_length, target_length), diagonal=1).bool()
        self.register_buffer("later", later.view(1, 1, target_length, target_length))

    def forward(self, source, target):
        # What fills short sentences up is not looked at.
        hidden = (source == 0)[:, None, None, :]
        memory = self.source(source) + self.source_places(torch.arange(source.shape[1], device=source.device))
        for block in self.encoder:
            memory = block(memory, hidden)
        x = self.target(target) + self.target_places(torch.arange(target.shape[1], device=target.device))
        for block in self.decoder:
            x = block(x, memory, self.later, hidden)
        return self.head(self.norm(x))
