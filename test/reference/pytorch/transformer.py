import math

import torch
import torch.nn as nn


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, dropout=0.1, max_len=500):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        pe = torch.zeros(max_len, d_model)
        position = torch.arange(0, max_len, dtype=torch.float).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2).float() * (-math.log(10000.0) / d_model))
        pe[:, 0::2] = torch.sin(position * div_term)
        pe[:, 1::2] = torch.cos(position * div_term)
        pe = pe.unsqueeze(0)
        self.register_buffer("pe", pe)

    def forward(self, x):
        x = x + self.pe[:, : x.size(1)]
        return self.dropout(x)


class Encoder(nn.Module):
    def __init__(self, vocab=200, d_model=32, nhead=4, layers=2, classes=3):
        super().__init__()
        self.embedding = nn.Embedding(vocab, d_model)
        self.positions = PositionalEncoding(d_model)
        layer = nn.TransformerEncoderLayer(d_model, nhead, dim_feedforward=64, batch_first=True, activation="gelu", norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, norm=nn.LayerNorm(d_model))
        self.head = nn.Linear(d_model, classes)

    def forward(self, tokens):
        x = self.positions(self.embedding(tokens) * math.sqrt(self.embedding.embedding_dim))
        x = self.encoder(x)
        return self.head(x.mean(dim=1))


class Seq2Seq(nn.Module):
    def __init__(self, source=60, target=70, d_model=16):
        super().__init__()
        self.source = nn.Embedding(source, d_model)
        self.target = nn.Embedding(target, d_model)
        self.transformer = nn.Transformer(d_model, 2, 1, 1, 32, batch_first=True)
        self.out = nn.Linear(d_model, target)

    def forward(self, src, tgt):
        mask = self.transformer.generate_square_subsequent_mask(tgt.size(1))
        return self.out(self.transformer(self.source(src), self.target(tgt), tgt_mask=mask))


class Attends(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(24, 3, dropout=0.1, batch_first=True)
        self.norm = nn.LayerNorm(24)
        self.out = nn.Linear(24, 5)

    def forward(self, x):
        y, weights = self.attention(x, x, x)
        return self.out(self.norm(x + y)[:, 0]), weights
