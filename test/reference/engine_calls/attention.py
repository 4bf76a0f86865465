"""Attention, transformers and recurrent layers. Each class takes one tensor of the shape that it names."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class AttentionPlain(nn.Module):
    shape = (2, 5, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Linear(6, 24)

    def forward(self, x):
        q, k, v = self.f(x).view(2, 5, 3, 2, 4).permute(2, 0, 3, 1, 4)
        return F.scaled_dot_product_attention(q, k, v)


class AttentionCausal(nn.Module):
    shape = (2, 5, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Linear(6, 24)

    def forward(self, x):
        q, k, v = self.f(x).view(2, 5, 3, 2, 4).permute(2, 0, 3, 1, 4)
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)


class AttentionScaled(nn.Module):
    shape = (2, 5, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Linear(6, 24)

    def forward(self, x):
        q, k, v = self.f(x).view(2, 5, 3, 2, 4).permute(2, 0, 3, 1, 4)
        return F.scaled_dot_product_attention(q, k, v, scale=0.3)


class AttentionMasked(nn.Module):
    shape = (2, 5, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Linear(6, 24)

    def forward(self, x):
        q, k, v = self.f(x).view(2, 5, 3, 2, 4).permute(2, 0, 3, 1, 4)
        return F.scaled_dot_product_attention(q, k, v, attn_mask=torch.tensor([[1, 1, 0, 1, 1]] * 5).bool())


class AttentionBiased(nn.Module):
    shape = (2, 5, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Linear(6, 24)

    def forward(self, x):
        q, k, v = self.f(x).view(2, 5, 3, 2, 4).permute(2, 0, 3, 1, 4)
        return F.scaled_dot_product_attention(q, k, v, attn_mask=torch.arange(25.0).view(5, 5) / 10)


class AttentionGrouped(nn.Module):
    shape = (2, 5, 6)

    def __init__(self):
        super().__init__()
        self.q = nn.Linear(6, 12)
        self.kv = nn.Linear(6, 12)

    def forward(self, x):
        q = self.q(x).view(2, 5, 4, 3).transpose(1, 2)
        k, v = self.kv(x).view(2, 5, 2, 2, 3).permute(2, 0, 3, 1, 4)
        return F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)


class MultiHead(nn.Module):
    shape = (2, 5, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x):
        y, w = self.f(x, x, x)
        return y + w.sum()


class MultiHeadNoWeights(nn.Module):
    shape = (2, 5, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x):
        return self.f(x, x, x, need_weights=False)[0]


class MultiHeadAllWeights(nn.Module):
    shape = (2, 5, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x):
        return self.f(x, x, x, average_attn_weights=False)[1]


class MultiHeadPadded(nn.Module):
    shape = (2, 5, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x):
        p = torch.tensor([[False] * 5, [False] * 3 + [True] * 2])
        return self.f(x, x, x, key_padding_mask=p)[0]


class MultiHeadCausal(nn.Module):
    shape = (2, 5, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.MultiheadAttention(8, 4, batch_first=True, bias=False)

    def forward(self, x):
        m = torch.triu(torch.ones(5, 5), diagonal=1).bool()
        return self.f(x, x, x, attn_mask=m)[0]


class MultiHeadTimeFirst(nn.Module):
    shape = (5, 2, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.MultiheadAttention(8, 2)

    def forward(self, x):
        return self.f(x, x, x)[0]


class MultiHeadCross(nn.Module):
    shape = (2, 5, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.MultiheadAttention(8, 2, kdim=6, vdim=4, batch_first=True)

    def forward(self, x):
        return self.f(x, x[:, :3, :6], x[:, :3, :4])[0]


class Rotary(nn.Module):
    shape = (2, 4, 6)

    def forward(self, x):
        p = torch.arange(4.0)[:, None] * (10000 ** (-torch.arange(0, 6, 2.0) / 6))
        c, s = p.cos(), p.sin()
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack([a * c - b * s, a * s + b * c], -1).flatten(-2)


class RotaryHalf(nn.Module):
    shape = (2, 4, 6)

    def forward(self, x):
        p = torch.outer(torch.arange(4.0), 10000 ** (-torch.arange(0, 3.0) / 3))
        c, s = torch.cat([p, p], -1).cos(), torch.cat([p, p], -1).sin()
        a, b = x.chunk(2, -1)
        return x * c + torch.cat((-b, a), -1) * s


class EncoderLayer(nn.Module):
    shape = (2, 5, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.TransformerEncoderLayer(8, 2, 12, dropout=0.0, batch_first=True)

    def forward(self, x):
        return self.f(x)


class EncoderLayerNormFirst(nn.Module):
    shape = (2, 5, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.TransformerEncoderLayer(8, 2, 12, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)

    def forward(self, x):
        return self.f(x, is_causal=True, src_mask=nn.Transformer.generate_square_subsequent_mask(5))


class Encoder(nn.Module):
    shape = (2, 5, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 12, 0.0, batch_first=True), 2, norm=nn.LayerNorm(8), enable_nested_tensor=False)

    def forward(self, x):
        return self.f(x)


class EncoderPadded(nn.Module):
    shape = (2, 5, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 12, 0.0, batch_first=True), 1, enable_nested_tensor=False)

    def forward(self, x):
        return self.f(x, src_key_padding_mask=torch.tensor([[False] * 5, [False] * 3 + [True] * 2]))


class DecoderLayer(nn.Module):
    shape = (2, 5, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.TransformerDecoderLayer(8, 2, 12, dropout=0.0, batch_first=True)

    def forward(self, x):
        return self.f(x, x[:, :3] * 2, tgt_mask=nn.Transformer.generate_square_subsequent_mask(5))


class Decoder(nn.Module):
    shape = (2, 5, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 12, 0.0, batch_first=True), 2)

    def forward(self, x):
        return self.f(x, x[:, :3] * 2)


class Transformer(nn.Module):
    shape = (2, 5, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.Transformer(8, 2, 1, 1, 12, 0.0, batch_first=True)

    def forward(self, x):
        return self.f(x, x[:, :3] * 2, tgt_mask=self.f.generate_square_subsequent_mask(3))


class RNNStacked(nn.Module):
    shape = (2, 5, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.RNN(3, 4, num_layers=2, bidirectional=True, batch_first=True)

    def forward(self, x):
        return self.f(x)[0]


class RNNLast(nn.Module):
    shape = (5, 2, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.RNN(3, 4, num_layers=2)

    def forward(self, x):
        y, h = self.f(x)
        return h


class RNNState(nn.Module):
    shape = (2, 5, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.RNN(3, 4, bias=False, batch_first=True)

    def forward(self, x):
        return self.f(x, torch.ones(1, 2, 4))[0][:, -1]


class RNNCellLoop(nn.Module):
    shape = (2, 3, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.RNNCell(3, 4)

    def forward(self, x):
        h = torch.zeros(x.shape[0], 4)
        h = self.f(x[:, 0], h)
        h = self.f(x[:, 1], h)
        return h


class LSTMStacked(nn.Module):
    shape = (2, 5, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True)

    def forward(self, x):
        return self.f(x)[0]


class LSTMLast(nn.Module):
    shape = (5, 2, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.LSTM(3, 4, num_layers=2)

    def forward(self, x):
        y, (h, c) = self.f(x)
        return h + c


class LSTMState(nn.Module):
    shape = (2, 5, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.LSTM(3, 4, bias=False, batch_first=True)

    def forward(self, x):
        return self.f(x, (torch.ones(1, 2, 4), torch.full((1, 2, 4), 0.5)))[0][:, -1]


class LSTMCellLoop(nn.Module):
    shape = (2, 3, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.LSTMCell(3, 4)

    def forward(self, x):
        h = torch.zeros(x.shape[0], 4), torch.zeros(x.shape[0], 4)
        h = self.f(x[:, 0], h)
        h = self.f(x[:, 1], h)
        return h[0]


class GRUStacked(nn.Module):
    shape = (2, 5, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.GRU(3, 4, num_layers=2, bidirectional=True, batch_first=True)

    def forward(self, x):
        return self.f(x)[0]


class GRULast(nn.Module):
    shape = (5, 2, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.GRU(3, 4, num_layers=2)

    def forward(self, x):
        y, h = self.f(x)
        return h


class GRUState(nn.Module):
    shape = (2, 5, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.GRU(3, 4, bias=False, batch_first=True)

    def forward(self, x):
        return self.f(x, torch.ones(1, 2, 4))[0][:, -1]


class GRUCellLoop(nn.Module):
    shape = (2, 3, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.GRUCell(3, 4)

    def forward(self, x):
        h = torch.zeros(x.shape[0], 4)
        h = self.f(x[:, 0], h)
        h = self.f(x[:, 1], h)
        return h


class LSTMPacked(nn.Module):
    shape = (2, 5, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.LSTM(3, 4, batch_first=True)

    def forward(self, x):
        p = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([5, 3]), batch_first=True)
        y, (h, c) = self.f(p)
        y, n = nn.utils.rnn.pad_packed_sequence(y, batch_first=True)
        return y + h.transpose(0, 1)
