"""Falcon (Almazrouei et al. 2023): few keys and values for many queries, attention and units side by side."""

import torch
from torch import nn

from activations import activation, merge_heads, number_of_labels
from causal import CausalLM, LastTokenClassifier, StepLM, Whole, attend
from rotary import frequencies_of, turn, turns


class FalconAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, bias = config["hidden_size"], config.get("bias", False)
        self.heads = config["num_attention_heads"]
        self.size = width // self.heads
        if config.get("new_decoder_architecture", False):
            self.groups = config.get("num_kv_heads") or self.heads
        else:
            self.groups = 1 if config.get("multi_query", True) else self.heads
        self.query_key_value = nn.Linear(width, (self.heads + 2 * self.groups) * self.size, bias=bias)
        self.dense = nn.Linear(width, width, bias=bias)
        self.attention_dropout = nn.Dropout(config.get("attention_dropout", 0.0))

    def forward(self, x, cos, sin, places):
        batch, length, width = x.shape
        shared = self.heads // self.groups
        # Each group has its queries, then its key and its value.
        parts = self.query_key_value(x).view(batch, length, self.groups, shared + 2, self.size)
        query = parts[:, :, :, :shared].reshape(batch, length, self.heads, self.size).transpose(1, 2)
        key, value = parts[:, :, :, shared].transpose(1, 2), parts[:, :, :, shared + 1].transpose(1, 2)
        key, value = places.keep(turn(key, cos, sin), value)
        query = turn(query, cos, sin)
        return self.dense(merge_heads(attend(query, key, value, places.hidden, self.size**-0.5, dropout=self.attention_dropout)))


class FalconMLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, bias = config["hidden_size"], config.get("bias", False)
        inner = config.get("ffn_hidden_size") or 4 * width
        self.dense_h_to_4h = nn.Linear(width, inner, bias=bias)
        self.act = activation(config.get("activation", "gelu"))
        self.dense_4h_to_h = nn.Linear(inner, width, bias=bias)

    def forward(self, x):
        return self.dense_4h_to_h(self.act(self.dense_h_to_4h(x)))


class FalconDecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, epsilon = config["hidden_size"], config.get("layer_norm_epsilon", 1e-5)
        is_new = config.get("new_decoder_architecture", False)
        self.is_parallel = config.get("parallel_attn", True)
        if is_new and not self.is_parallel:
            raise NotImplementedError("Falcon with new_decoder_architecture and without parallel_attn is not read yet")
        self.has_two = is_new and (config.get("num_ln_in_parallel_attn") or 2) == 2
        self.self_attention = FalconAttention(config)
        self.mlp = FalconMLP(config)
        if self.has_two:
            self.ln_attn = nn.LayerNorm(width, eps=epsilon)
            self.ln_mlp = nn.LayerNorm(width, eps=epsilon)
        else:
            self.input_layernorm = nn.LayerNorm(width, eps=epsilon)
            if not self.is_parallel:
                self.post_attention_layernorm = nn.LayerNorm(width, eps=epsilon)
        self.dropout = nn.Dropout(config.get("hidden_dropout", 0.0))

    def forward(self, x, cos, sin, places):
        normed = self.ln_attn(x) if self.has_two else self.input_layernorm(x)
        attended = self.self_attention(normed, cos, sin, places)
        if self.is_parallel:
            units = self.mlp(self.ln_mlp(x) if self.has_two else normed)
            return x + self.dropout(attended + units)
        x = x + self.dropout(attended)
        return x + self.dropout(self.mlp(self.post_attention_layernorm(x)))


class FalconModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        if config.get("alibi", False):
            raise NotImplementedError("Falcon with alibi is not read yet")
        width, heads = config["hidden_size"], config["num_attention_heads"]
        self.word_embeddings = nn.Embedding(config["vocab_size"], width)
        self.h = nn.ModuleList([FalconDecoderLayer(config) for _ in range(config["num_hidden_layers"])])
        self.ln_f = nn.LayerNorm(width, eps=config.get("layer_norm_epsilon", 1e-5))
        frequencies, self.turned = frequencies_of(config, width // heads)
        self.register_buffer("inv_freq", torch.tensor(frequencies), persistent=False)

    def forward(self, input_ids, places=None):
        places = Whole(input_ids) if places is None else places
        cos, sin = turns(places.positions, self.inv_freq, self.turned)
        x = self.word_embeddings(input_ids)
        for layer in self.h:
            x = layer(x, cos, sin, places)
        return self.ln_f(x)


class FalconForCausalLM(CausalLM, nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = FalconModel(config)
        self.lm_head = nn.Linear(config["hidden_size"], config["vocab_size"], bias=False)
        if config.get("tie_word_embeddings", True):
            self.lm_head.weight = self.transformer.word_embeddings.weight

    def body(self, input_ids, places):
        return self.transformer(input_ids, places)


class FalconForSequenceClassification(LastTokenClassifier, nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = FalconModel(config)
        self.score = nn.Linear(config["hidden_size"], number_of_labels(config), bias=False)

    def body(self, input_ids, places):
        return self.transformer(input_ids, places)


class FalconStep(StepLM, FalconForCausalLM):
    pass
