import math

import torch
import torch.nn as nn


class RNNModel(nn.Module):
    """A language model with an encoder, a recurrent module and a tied decoder."""

    def __init__(self, rnn_type="LSTM", ntoken=100, ninp=32, nhid=32, nlayers=2, dropout=0.2, tie_weights=True):
        super().__init__()
        self.ntoken = ntoken
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(ntoken, ninp)
        if rnn_type in ["LSTM", "GRU"]:
            self.rnn = getattr(nn, rnn_type)(ninp, nhid, nlayers, dropout=dropout, batch_first=True)
        else:
            self.rnn = nn.RNN(ninp, nhid, nlayers, nonlinearity="relu", dropout=dropout)
        self.decoder = nn.Linear(nhid, ntoken)
        if tie_weights:
            if nhid != ninp:
                raise ValueError("When using the tied flag, nhid must be equal to emsize")
            self.decoder.weight = self.encoder.weight
        self.init_weights()

    def init_weights(self):
        initrange = 0.1
        nn.init.uniform_(self.encoder.weight, -initrange, initrange)
        nn.init.zeros_(self.decoder.bias)

    def forward(self, input):
        emb = self.drop(self.encoder(input))
        output, hidden = self.rnn(emb)
        decoded = self.decoder(self.drop(output))
        return torch.log_softmax(decoded, dim=-1)


class Classifier(nn.Module):
    def __init__(self, vocab_size=500, hidden=24, num_classes=4):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 16, padding_idx=0)
        self.gru = nn.GRU(16, hidden, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(2 * hidden, num_classes)

    def forward(self, tokens):
        x = self.embedding(tokens) * math.sqrt(16)
        _, h = self.gru(x)
        h = torch.cat([h[-2], h[-1]], dim=1)
        return self.fc(h)


class Forecast(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(input_size=3, hidden_size=12, num_layers=1, batch_first=True)
        self.head = nn.Linear(12, 1)

    def forward(self, x):
        h0 = torch.zeros(1, x.size(0), 12, device=x.device)
        c0 = torch.zeros(1, x.size(0), 12).to(x.device)
        out, (hn, cn) = self.lstm(x, (h0, c0))
        return self.head(out[:, -1, :])
