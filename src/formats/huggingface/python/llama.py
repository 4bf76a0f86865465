"""Llama (Touvron et al. 2023): root mean square norms, rotary positions, grouped keys and values, gated units."""

import math

import torch
from torch import nn

from activations import activation, merge_heads
from cache import Places


class LlamaRMSNorm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


def rotate_half(x):
    first, second = x.chunk(2, dim=-1)
    return torch.cat([-second, first], dim=-1)


def scaled_frequencies(frequencies, scaling):
    """Angles a position of longer texts than the model was first trained on: all slower, or (Llama 3.1) the slow ones."""
    kind = scaling.get("rope_type", scaling.get("type")) or "default"
    if kind == "default":
        return frequencies
    factor = scaling.get("factor", 1.0)
    if kind == "linear":
        return [f / factor for f in frequencies]
    if kind != "llama3":
        raise NotImplementedError(f"rotary positions of the type {scaling} are not read yet")
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    out = []
    for f in frequencies:
        turns = scaling["original_max_position_embeddings"] * f / (2 * math.pi)
        kept = min(max((turns - low) / (high - low), 0.0), 1.0)
        out.append(kept * f + (1 - kept) * f / factor)
    return out


class LlamaAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.heads = config["num_attention_heads"]
        self.groups = config.get("num_key_value_heads") or self.heads
        self.size = config.get("head_dim") or width // self.heads
        bias = config.get("attention_bias", False)
        self.q_proj = nn.Linear(width, self.heads * self.size, bias=bias)
        self.k_proj = nn.Linear(width, self.groups * self.size, bias=bias)
        self.v_proj = nn.Linear(width, self.groups * self.size, bias=bias)
        self.o_proj = nn.Linear(self.heads * self.size, width, bias=bias)

    def split(self, x, heads):
        batch, length, _ = x.shape
        return x.view(batch, length, heads, self.size).transpose(1, 2)

    def heads_of(self, x, cos, sin):
        query = self.split(self.q_proj(x), self.heads)
        key = self.split(self.k_proj(x), self.groups)
        value = self.split(self.v_proj(x), self.groups)
        return query * cos + rotate_half(query) * sin, key * cos + rotate_half(key) * sin, value

    def forward(self, x, cos, sin):
        length = x.shape[1]
        past = torch.tril(torch.ones(length, length, dtype=torch.bool, device=x.device))
        return self.attend(*self.heads_of(x, cos, sin), ~past)

    def step(self, x, cos, sin, places, key, value):
        query, *new = self.heads_of(x, cos, sin)
        key, value = places.put(key, new[0]), places.put(value, new[1])
        return self.attend(query, key, value, places.hidden), key, value

    def attend(self, query, key, value, hidden):
        if self.groups != self.heads:
            key = key.repeat_interleave(self.heads // self.groups, dim=1)
            value = value.repeat_interleave(self.heads // self.groups, dim=1)
        scores = query @ key.transpose(-1, -2) * self.size**-0.5
        scores = scores.masked_fill(hidden, float("-inf"))
        return self.o_proj(merge_heads(torch.softmax(scores, dim=-1) @ value))


class LlamaMLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, inner = config["hidden_size"], config["intermediate_size"]
        bias = config.get("mlp_bias", False)
        self.gate_proj = nn.Linear(width, inner, bias=bias)
        self.up_proj = nn.Linear(width, inner, bias=bias)
        self.down_proj = nn.Linear(inner, width, bias=bias)
        self.act_fn = activation(config.get("hidden_act", "silu"))

    def forward(self, x):
        return self.down_proj(self.act_fn(self.gate_proj(x)) * self.up_proj(x))


class LlamaDecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        epsilon = config.get("rms_norm_eps", 1e-6)
        self.self_attn = LlamaAttention(config)
        self.mlp = LlamaMLP(config)
        self.input_layernorm = LlamaRMSNorm(config["hidden_size"], epsilon)
        self.post_attention_layernorm = LlamaRMSNorm(config["hidden_size"], epsilon)

    def forward(self, x, cos, sin):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        return x + self.mlp(self.post_attention_layernorm(x))

    def step(self, x, cos, sin, places, key, value):
        attended, key, value = self.self_attn.step(self.input_layernorm(x), cos, sin, places, key, value)
        x = x + attended
        return x + self.mlp(self.post_attention_layernorm(x)), key, value


class LlamaModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        size = config.get("head_dim") or width // config["num_attention_heads"]
        self.embed_tokens = nn.Embedding(config["vocab_size"], width, padding_idx=config.get("pad_token_id"))
        self.layers = nn.ModuleList([LlamaDecoderLayer(config) for _ in range(config["num_hidden_layers"])])
        self.norm = LlamaRMSNorm(width, config.get("rms_norm_eps", 1e-6))
        base = config.get("rope_theta", 10000.0)
        frequencies = [base ** (-i / size) for i in range(0, size, 2)]
        frequencies = torch.tensor(scaled_frequencies(frequencies, config.get("rope_scaling") or {}))
        self.register_buffer("inv_freq", frequencies, persistent=False)

    def forward(self, input_ids):
        positions = torch.arange(input_ids.shape[1], device=input_ids.device).float()
        angles = positions[:, None] * self.inv_freq[None, :]
        angles = torch.cat([angles, angles], dim=-1)
        cos, sin = angles.cos(), angles.sin()
        x = self.embed_tokens(input_ids)
        for layer in self.layers:
            x = layer(x, cos, sin)
        return self.norm(x)


class LlamaForCausalLM(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.model = LlamaModel(config)
        self.lm_head = nn.Linear(config["hidden_size"], config["vocab_size"], bias=False)
        if config.get("tie_word_embeddings", False):
            self.lm_head.weight = self.model.embed_tokens.weight

    def forward(self, input_ids):
        return self.lm_head(self.model(input_ids))


class LlamaStep(LlamaForCausalLM):
    """The scores behind the last of some new tokens, with what was kept of those before them."""

    def forward(self, input_ids, positions, *past):
        model, kept = self.model, []
        places = Places(positions, past[0])
        angles = positions.float()[:, None, :, None] * model.inv_freq[None, None, None, :]
        angles = torch.cat([angles, angles], dim=-1)
        cos, sin = angles.cos(), angles.sin()
        x = model.embed_tokens(input_ids)
        for layer, key, value in zip(model.layers, past[0::2], past[1::2]):
            x, *new = layer.step(x, cos, sin, places, key, value)
            kept += new
        return self.lm_head(model.norm(x[:, -1])), *kept
