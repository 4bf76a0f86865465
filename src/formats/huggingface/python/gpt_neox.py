"""GPT-NeoX (Black et al. 2022; Pythia): attention and units side by side, a part of each head turned."""

import torch
from torch import nn

from activations import activation, merge_heads, number_of_labels
from causal import CausalLM, LastTokenClassifier, StepLM, Whole, attend
from rotary import frequencies_of, turn, turns


class GPTNeoXAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, bias = config["hidden_size"], config.get("attention_bias", True)
        self.heads = config["num_attention_heads"]
        self.scale = (width // self.heads) ** -0.5
        self.query_key_value = nn.Linear(width, 3 * width, bias=bias)
        self.dense = nn.Linear(width, width, bias=bias)
        self.dropout = nn.Dropout(config.get("attention_dropout", 0.0))

    def forward(self, x, cos, sin, places):
        batch, length, width = x.shape
        # Each head has its query, key and value side by side.
        heads = self.query_key_value(x).view(batch, length, self.heads, 3 * width // self.heads).transpose(1, 2)
        query, key, value = heads.chunk(3, dim=-1)
        key, value = places.keep(turn(key, cos, sin), value)
        attended = attend(turn(query, cos, sin), key, value, places.hidden, self.scale, dropout=self.dropout)
        return self.dense(merge_heads(attended))


class GPTNeoXMLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, inner = config["hidden_size"], config["intermediate_size"]
        self.dense_h_to_4h = nn.Linear(width, inner)
        self.dense_4h_to_h = nn.Linear(inner, width)
        self.act = activation(config.get("hidden_act", "gelu"))

    def forward(self, x):
        return self.dense_4h_to_h(self.act(self.dense_h_to_4h(x)))


class GPTNeoXLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, epsilon = config["hidden_size"], config.get("layer_norm_eps", 1e-5)
        self.is_parallel = config.get("use_parallel_residual", True)
        self.input_layernorm = nn.LayerNorm(width, eps=epsilon)
        self.post_attention_layernorm = nn.LayerNorm(width, eps=epsilon)
        self.dropout = nn.Dropout(config.get("hidden_dropout", 0.0))
        self.attention = GPTNeoXAttention(config)
        self.mlp = GPTNeoXMLP(config)

    def forward(self, x, cos, sin, places):
        attended = self.dropout(self.attention(self.input_layernorm(x), cos, sin, places)) + x
        units = self.mlp(self.post_attention_layernorm(x if self.is_parallel else attended))
        return attended + self.dropout(units)


class GPTNeoXModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.embed_in = nn.Embedding(config["vocab_size"], width)
        self.emb_dropout = nn.Dropout(config.get("hidden_dropout", 0.0))
        self.layers = nn.ModuleList([GPTNeoXLayer(config) for _ in range(config["num_hidden_layers"])])
        self.final_layer_norm = nn.LayerNorm(width, eps=config.get("layer_norm_eps", 1e-5))
        size = int(width // config["num_attention_heads"] * config.get("rotary_pct", 0.25))
        frequencies, self.turned = frequencies_of(config, size, config.get("rotary_emb_base"))
        self.register_buffer("inv_freq", torch.tensor(frequencies), persistent=False)

    def forward(self, input_ids, places=None):
        places = Whole(input_ids) if places is None else places
        cos, sin = turns(places.positions, self.inv_freq, self.turned)
        x = self.emb_dropout(self.embed_in(input_ids))
        for layer in self.layers:
            x = layer(x, cos, sin, places)
        return self.final_layer_norm(x)


class GPTNeoXForCausalLM(CausalLM, nn.Module):
    def __init__(self, config):
        super().__init__()
        self.gpt_neox = GPTNeoXModel(config)
        self.embed_out = nn.Linear(config["hidden_size"], config["vocab_size"], bias=False)
        if config.get("tie_word_embeddings", False):
            self.embed_out.weight = self.gpt_neox.embed_in.weight

    def body(self, input_ids, places):
        return self.gpt_neox(input_ids, places)

    def scores(self, x):
        return self.embed_out(x)


class GPTNeoXForSequenceClassification(LastTokenClassifier, nn.Module):
    def __init__(self, config):
        super().__init__()
        self.gpt_neox = GPTNeoXModel(config)
        self.score = nn.Linear(config["hidden_size"], number_of_labels(config), bias=False)

    def body(self, input_ids, places):
        return self.gpt_neox(input_ids, places)


class GPTNeoXStep(StepLM, GPTNeoXForCausalLM):
    pass
