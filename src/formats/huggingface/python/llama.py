"""Llama (Touvron et al. 2023): root mean square norms, rotary positions, grouped keys and values, gated units."""

import torch
from torch import nn

from activations import activation, merge_heads, number_of_labels, split_heads
from causal import CausalLM, LastTokenClassifier, StepLM, Whole, attend, hidden_beyond
from rotary import frequencies_of, turn, turns


class LlamaRMSNorm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


def head_size(config):
    return config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]


class LlamaAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, size = config["hidden_size"], head_size(config)
        self.heads = config["num_attention_heads"]
        self.groups = config.get("num_key_value_heads") or self.heads
        self.scale = size**-0.5
        self.cap = None
        self.project(width, self.heads * size, self.groups * size, config)
        self.dropout = nn.Dropout(config.get("attention_dropout", 0.0))

    def project(self, width, inner, shared, config):
        bias = config.get("attention_bias", False)
        self.q_proj = nn.Linear(width, inner, bias=bias)
        self.k_proj = nn.Linear(width, shared, bias=bias)
        self.v_proj = nn.Linear(width, shared, bias=bias)
        self.o_proj = nn.Linear(inner, width, bias=bias)

    def normed(self, query, key):
        return query, key

    def projected(self, x):
        return self.q_proj(x), self.k_proj(x), self.v_proj(x)

    def forward(self, x, cos, sin, places, hidden):
        query, key, value = self.projected(x)
        query, key, value = (split_heads(part, count) for part, count in
                             ((query, self.heads), (key, self.groups), (value, self.groups)))
        query, key = self.normed(query, key)
        query, key = turn(query, cos, sin), turn(key, cos, sin)
        key, value = places.keep(key, value)
        attended = attend(query, key, value, hidden, self.scale, cap=self.cap, dropout=self.dropout)
        return self.o_proj(merge_heads(attended))


class LlamaMLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, inner = config["hidden_size"], config["intermediate_size"]
        bias = config.get("mlp_bias", False)
        self.gate_proj = nn.Linear(width, inner, bias=bias)
        self.up_proj = nn.Linear(width, inner, bias=bias)
        self.down_proj = nn.Linear(inner, width, bias=bias)
        self.act_fn = activation(self.kind(config))

    def kind(self, config):
        return config.get("hidden_act", "silu")

    def forward(self, x):
        return self.down_proj(self.act_fn(self.gate_proj(x)) * self.up_proj(x))


class LlamaDecoderLayer(nn.Module):
    attention_class = LlamaAttention
    mlp_class = LlamaMLP
    #: The name of the units in checkpoints.
    units = "mlp"

    def __init__(self, config, index):
        super().__init__()
        self.self_attn = self.attention_class(config)
        setattr(self, self.units, self.units_of(config, index))
        self.norms(config)

    def units_of(self, config, index):
        return self.mlp_class(config)

    def norms(self, config):
        self.input_layernorm = self.norm(config)
        self.post_attention_layernorm = self.norm(config)

    @staticmethod
    def norm(config):
        return LlamaRMSNorm(config["hidden_size"], config.get("rms_norm_eps", 1e-6))

    def forward(self, x, cos, sin, places, hidden):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, places, hidden)
        return x + getattr(self, self.units)(self.post_attention_layernorm(x))


class LlamaModel(nn.Module):
    layer_class = LlamaDecoderLayer

    def __init__(self, config):
        super().__init__()
        self.embed_tokens = nn.Embedding(config["vocab_size"], config["hidden_size"], padding_idx=config.get("pad_token_id"))
        self.layers = nn.ModuleList([self.layer_class(config, i) for i in range(config["num_hidden_layers"])])
        self.add_norm(self.layer_class.norm(config))
        size = int(head_size(config) * config.get("partial_rotary_factor", 1.0))
        frequencies, self.turned = frequencies_of(config, size)
        self.register_buffer("inv_freq", torch.tensor(frequencies), persistent=False)
        self.window = self.window_of(config)

    def add_norm(self, norm):
        self.norm = norm

    def normed(self, x):
        return self.norm(x)

    def window_of(self, config):
        return None

    def embed(self, input_ids):
        return self.embed_tokens(input_ids)

    def hidden(self, places):
        """What each layer's tokens may not look at."""
        return [hidden_beyond(places, self.window)] * len(self.layers)

    def forward(self, input_ids, places=None):
        places = Whole(input_ids) if places is None else places
        cos, sin = turns(places.positions, self.inv_freq, self.turned)
        x = self.embed(input_ids)
        for layer, hidden in zip(self.layers, self.hidden(places)):
            x = layer(x, cos, sin, places, hidden)
        return self.normed(x)


class LlamaForCausalLM(CausalLM, nn.Module):
    model_class = LlamaModel
    is_tied = False

    def __init__(self, config):
        super().__init__()
        self.model = self.model_class(config)
        self.lm_head = nn.Linear(config["hidden_size"], config["vocab_size"], bias=False)
        if config.get("tie_word_embeddings", self.is_tied):
            self.lm_head.weight = self.model.embed_tokens.weight


class LlamaForSequenceClassification(LastTokenClassifier, nn.Module):
    model_class = LlamaModel

    def __init__(self, config):
        super().__init__()
        self.model = self.model_class(config)
        self.score = nn.Linear(config["hidden_size"], number_of_labels(config), bias=False)


class LlamaStep(StepLM, LlamaForCausalLM):
    pass
