"""GPT-J (Wang and Komatsuzaki 2021): attention and units side by side, neighbouring numbers of a part of each head turned."""

import torch
from torch import nn

from activations import activation, merge_heads, number_of_labels, split_heads
from causal import CausalLM, LastTokenClassifier, StepLM, Whole, attend
from rotary import frequencies_of, turn, turns


def neighbours(first, second):
    """The numbers of pairs that stand beside each other."""
    return torch.stack([first, second], dim=-1).flatten(-2)


def rotate_neighbours(x):
    return neighbours(-x[..., 1::2], x[..., ::2])


class GPTJAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["n_embd"]
        self.heads = config["n_head"]
        self.scale = (width // self.heads) ** -0.5
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width, bias=False)
        self.q_proj = nn.Linear(width, width, bias=False)
        self.out_proj = nn.Linear(width, width, bias=False)
        self.attn_dropout = nn.Dropout(config.get("attn_pdrop", 0.0))
        self.resid_dropout = nn.Dropout(config.get("resid_pdrop", 0.0))

    def forward(self, x, cos, sin, places):
        query, key, value = (split_heads(part(x), self.heads) for part in (self.q_proj, self.k_proj, self.v_proj))
        key, value = places.keep(turn(key, cos, sin, rotate_neighbours), value)
        query = turn(query, cos, sin, rotate_neighbours)
        attended = attend(query, key, value, places.hidden, self.scale, dropout=self.attn_dropout)
        return self.resid_dropout(self.out_proj(merge_heads(attended)))


class GPTJMLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["n_embd"]
        inner = config.get("n_inner") or 4 * width
        self.fc_in = nn.Linear(width, inner)
        self.fc_out = nn.Linear(inner, width)
        self.act = activation(config.get("activation_function", "gelu_new"))
        self.dropout = nn.Dropout(config.get("resid_pdrop", 0.0))

    def forward(self, x):
        return self.dropout(self.fc_out(self.act(self.fc_in(x))))


class GPTJBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config["n_embd"], eps=config.get("layer_norm_epsilon", 1e-5))
        self.attn = GPTJAttention(config)
        self.mlp = GPTJMLP(config)

    def forward(self, x, cos, sin, places):
        normed = self.ln_1(x)
        return self.attn(normed, cos, sin, places) + self.mlp(normed) + x


class GPTJModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["n_embd"]
        self.wte = nn.Embedding(config["vocab_size"], width)
        self.drop = nn.Dropout(config.get("embd_pdrop", 0.0))
        self.h = nn.ModuleList([GPTJBlock(config) for _ in range(config["n_layer"])])
        self.ln_f = nn.LayerNorm(width, eps=config.get("layer_norm_epsilon", 1e-5))
        size = config.get("rotary_dim") or width // config["n_head"]
        frequencies, _ = frequencies_of({}, size)
        self.register_buffer("inv_freq", torch.tensor(frequencies), persistent=False)

    def forward(self, input_ids, places=None):
        places = Whole(input_ids) if places is None else places
        cos, sin = turns(places.positions, self.inv_freq, joined=neighbours)
        x = self.drop(self.wte(input_ids))
        for block in self.h:
            x = block(x, cos, sin, places)
        return self.ln_f(x)


class GPTJForCausalLM(CausalLM, nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = GPTJModel(config)
        self.lm_head = nn.Linear(config["n_embd"], config["vocab_size"])

    def body(self, input_ids, places):
        return self.transformer(input_ids, places)


class GPTJForSequenceClassification(LastTokenClassifier, nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = GPTJModel(config)
        self.score = nn.Linear(config["n_embd"], number_of_labels(config), bias=False)

    def body(self, input_ids, places):
        return self.transformer(input_ids, places)


class GPTJStep(StepLM, GPTJForCausalLM):
    pass
