"""GPT-2 (Radford et al. 2019): a transformer decoder with norms before its sublayers and learned positions."""

import math

import torch
from torch import nn

from activations import activation, merge_heads, number_of_labels, split_heads
from cache import Places


class Conv1D(nn.Module):
    """A linear layer whose weight is stored as (in, out)."""

    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_features, out_features).normal_(std=0.02))
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        return x @ self.weight + self.bias


class GPT2Attention(nn.Module):
    def __init__(self, config, index):
        super().__init__()
        width = config["n_embd"]
        self.heads = config["n_head"]
        self.scale = 1.0
        if config.get("scale_attn_weights", True):
            self.scale /= math.sqrt(width // self.heads)
        if config.get("scale_attn_by_inverse_layer_idx", False):
            self.scale /= index + 1
        self.c_attn = Conv1D(width, 3 * width)
        self.c_proj = Conv1D(width, width)
        self.attn_dropout = nn.Dropout(config.get("attn_pdrop", 0.1))
        self.resid_dropout = nn.Dropout(config.get("resid_pdrop", 0.1))

    def forward(self, x):
        query, key, value = (split_heads(part, self.heads) for part in self.c_attn(x).chunk(3, dim=-1))
        length = x.shape[1]
        past = torch.tril(torch.ones(length, length, dtype=torch.bool, device=x.device))
        return self.attend(query, key, value, ~past)

    def attend(self, query, key, value, hidden):
        scores = query @ key.transpose(-1, -2) * self.scale
        scores = scores.masked_fill(hidden, float("-inf"))
        weights = self.attn_dropout(torch.softmax(scores, dim=-1))
        return self.resid_dropout(self.c_proj(merge_heads(weights @ value)))

    def step(self, x, places, key, value):
        query, *new = (split_heads(part, self.heads) for part in self.c_attn(x).chunk(3, dim=-1))
        key, value = places.put(key, new[0]), places.put(value, new[1])
        return self.attend(query, key, value, places.hidden), key, value


class GPT2MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["n_embd"]
        inner = config.get("n_inner") or 4 * width
        self.c_fc = Conv1D(width, inner)
        self.c_proj = Conv1D(inner, width)
        self.act = activation(config.get("activation_function", "gelu_new"))
        self.dropout = nn.Dropout(config.get("resid_pdrop", 0.1))

    def forward(self, x):
        return self.dropout(self.c_proj(self.act(self.c_fc(x))))


class GPT2Block(nn.Module):
    def __init__(self, config, index):
        super().__init__()
        epsilon = config.get("layer_norm_epsilon", 1e-5)
        self.ln_1 = nn.LayerNorm(config["n_embd"], eps=epsilon)
        self.attn = GPT2Attention(config, index)
        self.ln_2 = nn.LayerNorm(config["n_embd"], eps=epsilon)
        self.mlp = GPT2MLP(config)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))

    def step(self, x, places, key, value):
        attended, key, value = self.attn.step(self.ln_1(x), places, key, value)
        x = x + attended
        return x + self.mlp(self.ln_2(x)), key, value


class GPT2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["n_embd"]
        self.wte = nn.Embedding(config["vocab_size"], width)
        self.wpe = nn.Embedding(config["n_positions"], width)
        self.drop = nn.Dropout(config.get("embd_pdrop", 0.1))
        self.h = nn.ModuleList([GPT2Block(config, i) for i in range(config["n_layer"])])
        self.ln_f = nn.LayerNorm(width, eps=config.get("layer_norm_epsilon", 1e-5))

    def forward(self, input_ids):
        positions = torch.arange(input_ids.shape[1], device=input_ids.device)
        x = self.drop(self.wte(input_ids) + self.wpe(positions))
        for block in self.h:
            x = block(x)
        return self.ln_f(x)


class GPT2LMHeadModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = GPT2Model(config)
        self.lm_head = nn.Linear(config["n_embd"], config["vocab_size"], bias=False)
        if config.get("tie_word_embeddings", True):
            self.lm_head.weight = self.transformer.wte.weight

    def forward(self, input_ids):
        return self.lm_head(self.transformer(input_ids))


class GPT2ForSequenceClassification(nn.Module):
    """Classes by the last token; rows are of one length."""

    def __init__(self, config):
        super().__init__()
        self.transformer = GPT2Model(config)
        self.score = nn.Linear(config["n_embd"], number_of_labels(config), bias=False)

    def forward(self, input_ids):
        return self.score(self.transformer(input_ids)[:, -1])


class GPT2Step(GPT2LMHeadModel):
    """The scores behind the last of some new tokens, with what was kept of those before them."""

    def forward(self, input_ids, positions, *past):
        model, kept = self.transformer, []
        places = Places(positions, past[0])
        x = model.wte(input_ids) + model.wpe(positions)
        for block, key, value in zip(model.h, past[0::2], past[1::2]):
            x, *new = block.step(x, places, key, value)
            kept += new
        return self.lm_head(model.ln_f(x[:, -1])), *kept
