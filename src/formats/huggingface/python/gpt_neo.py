"""GPT-Neo (Black et al. 2021; TinyStories): GPT-2 whose scores are not scaled and whose layers look near and far in turns."""

import torch
from torch import nn

from activations import activation, merge_heads, number_of_labels, split_heads
from causal import CausalLM, LastTokenClassifier, StepLM, Whole, attend, hidden_beyond


class GPTNeoSelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.heads = config.get("num_heads", 16)
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width, bias=False)
        self.q_proj = nn.Linear(width, width, bias=False)
        self.out_proj = nn.Linear(width, width)
        self.attn_dropout = nn.Dropout(config.get("attention_dropout", 0.0))
        self.resid_dropout = nn.Dropout(config.get("resid_dropout", 0.0))

    def forward(self, x, places, hidden):
        query, key, value = (split_heads(part(x), self.heads) for part in (self.q_proj, self.k_proj, self.v_proj))
        key, value = places.keep(key, value)
        attended = attend(query, key, value, hidden, 1.0, dropout=self.attn_dropout)
        return self.resid_dropout(self.out_proj(merge_heads(attended)))


class GPTNeoAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = GPTNeoSelfAttention(config)

    def forward(self, x, places, hidden):
        return self.attention(x, places, hidden)


class GPTNeoMLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        inner = config.get("intermediate_size") or 4 * width
        self.c_fc = nn.Linear(width, inner)
        self.c_proj = nn.Linear(inner, width)
        self.act = activation(config.get("activation_function", "gelu_new"))
        self.dropout = nn.Dropout(config.get("resid_dropout", 0.0))

    def forward(self, x):
        return self.dropout(self.c_proj(self.act(self.c_fc(x))))


class GPTNeoBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        epsilon = config.get("layer_norm_epsilon", 1e-5)
        self.ln_1 = nn.LayerNorm(config["hidden_size"], eps=epsilon)
        self.attn = GPTNeoAttention(config)
        self.ln_2 = nn.LayerNorm(config["hidden_size"], eps=epsilon)
        self.mlp = GPTNeoMLP(config)

    def forward(self, x, places, hidden):
        x = x + self.attn(self.ln_1(x), places, hidden)
        return x + self.mlp(self.ln_2(x))


class GPTNeoModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, count = config["hidden_size"], config["num_layers"]
        self.wte = nn.Embedding(config["vocab_size"], width)
        self.wpe = nn.Embedding(config["max_position_embeddings"], width)
        self.drop = nn.Dropout(config.get("embed_dropout", 0.0))
        self.h = nn.ModuleList([GPTNeoBlock(config) for _ in range(count)])
        self.ln_f = nn.LayerNorm(width, eps=config.get("layer_norm_epsilon", 1e-5))
        kinds = [k for part, times in config.get("attention_types", [[["global", "local"], count // 2]]) for k in part * times]
        self.is_local = [kinds[i] == "local" for i in range(count)]
        self.window = config.get("window_size", 256)

    def forward(self, input_ids, places=None):
        places = Whole(input_ids) if places is None else places
        near = hidden_beyond(places, self.window)
        x = self.drop(self.wte(input_ids) + self.wpe(places.positions))
        for block, is_local in zip(self.h, self.is_local):
            x = block(x, places, near if is_local else places.hidden)
        return self.ln_f(x)


class GPTNeoForCausalLM(CausalLM, nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = GPTNeoModel(config)
        self.lm_head = nn.Linear(config["hidden_size"], config["vocab_size"], bias=False)
        if config.get("tie_word_embeddings", True):
            self.lm_head.weight = self.transformer.wte.weight

    def body(self, input_ids, places):
        return self.transformer(input_ids, places)


class GPTNeoForSequenceClassification(LastTokenClassifier, nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = GPTNeoModel(config)
        self.score = nn.Linear(config["hidden_size"], number_of_labels(config), bias=False)

    def body(self, input_ids, places):
        return self.transformer(input_ids, places)


class GPTNeoStep(StepLM, GPTNeoForCausalLM):
    pass
