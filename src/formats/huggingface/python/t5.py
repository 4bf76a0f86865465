"""T5 (Raffel et al. 2019): an encoder and a decoder whose positions are a learned bias of the distance."""

import math

import torch
from torch import nn

from activations import activation, merge_heads
from cache import Places


class T5LayerNorm(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(config["d_model"]))
        self.eps = config.get("layer_norm_epsilon", 1e-6)

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


def buckets(distance, bidirectional, count, farthest):
    """Near distances have a bucket each, far ones share logarithmic buckets; (S, T) -> (S, T)"""
    start = torch.zeros_like(distance)
    if bidirectional:
        count //= 2
        start = (distance > 0).long() * count
        distance = distance.abs()
    else:
        distance = (-distance).clamp(min=0)
    exact = count // 2
    far = torch.log(distance.clamp(min=1).float() / exact) / math.log(farthest / exact) * (count - exact)
    far = (exact + far.long()).clamp(max=count - 1)
    return start + torch.where(distance < exact, distance, far)


class T5Attention(nn.Module):
    def __init__(self, config, bidirectional, has_bias=False):
        super().__init__()
        width, inner = config["d_model"], config["d_kv"] * config["num_heads"]
        self.heads, self.size = config["num_heads"], config["d_kv"]
        self.bidirectional = bidirectional
        self.count = config.get("relative_attention_num_buckets", 32)
        self.farthest = config.get("relative_attention_max_distance", 128)
        self.q = nn.Linear(width, inner, bias=False)
        self.k = nn.Linear(width, inner, bias=False)
        self.v = nn.Linear(width, inner, bias=False)
        self.o = nn.Linear(inner, width, bias=False)
        if has_bias:
            self.relative_attention_bias = nn.Embedding(self.count, self.heads)
        self.dropout = nn.Dropout(config.get("dropout_rate", 0.1))

    def position_bias(self, length):
        """(1, heads, T, T)"""
        positions = torch.arange(length)
        distance = positions[None, :] - positions[:, None]
        found = buckets(distance, self.bidirectional, self.count, self.farthest)
        return self.relative_attention_bias(found).permute(2, 0, 1).unsqueeze(0)

    def split(self, x):
        batch, length, _ = x.shape
        return x.view(batch, length, self.heads, self.size).transpose(1, 2)

    def step_bias(self, places):
        """(N, heads, T, C)"""
        found = buckets(-places.distance, self.bidirectional, self.count, self.farthest)
        return self.relative_attention_bias(found).permute(0, 3, 1, 2)

    def forward(self, x, memory, bias=None, causal=False):
        query, key, value = self.split(self.q(x)), self.split(self.k(memory)), self.split(self.v(memory))
        hidden = None
        if causal:
            length = x.shape[1]
            hidden = ~torch.tril(torch.ones(length, length, dtype=torch.bool))
        return self.attend(query, key, value, bias, hidden)

    def step(self, x, places, key, value, bias):
        key, value = places.put(key, self.split(self.k(x))), places.put(value, self.split(self.v(x)))
        return self.attend(self.split(self.q(x)), key, value, bias, places.hidden), key, value

    def attend(self, query, key, value, bias=None, hidden=None):
        scores = query @ key.transpose(-1, -2)
        if bias is not None:
            scores = scores + bias
        if hidden is not None:
            scores = scores.masked_fill(hidden, float("-inf"))
        return self.o(merge_heads(self.dropout(torch.softmax(scores, dim=-1)) @ value))


class T5LayerSelfAttention(nn.Module):
    def __init__(self, config, is_decoder, has_bias):
        super().__init__()
        self.causal = is_decoder
        self.SelfAttention = T5Attention(config, not is_decoder, has_bias)
        self.layer_norm = T5LayerNorm(config)
        self.dropout = nn.Dropout(config.get("dropout_rate", 0.1))

    def forward(self, x, bias):
        normed = self.layer_norm(x)
        return x + self.dropout(self.SelfAttention(normed, normed, bias, self.causal))


class T5LayerCrossAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.EncDecAttention = T5Attention(config, True)
        self.layer_norm = T5LayerNorm(config)
        self.dropout = nn.Dropout(config.get("dropout_rate", 0.1))

    def forward(self, x, memory):
        return x + self.dropout(self.EncDecAttention(self.layer_norm(x), memory))


class T5DenseActDense(nn.Module):
    def __init__(self, config, act):
        super().__init__()
        self.wi = nn.Linear(config["d_model"], config["d_ff"], bias=False)
        self.wo = nn.Linear(config["d_ff"], config["d_model"], bias=False)
        self.dropout = nn.Dropout(config.get("dropout_rate", 0.1))
        self.act = activation(act)

    def forward(self, x):
        return self.wo(self.dropout(self.act(self.wi(x))))


class T5DenseGatedActDense(nn.Module):
    def __init__(self, config, act):
        super().__init__()
        self.wi_0 = nn.Linear(config["d_model"], config["d_ff"], bias=False)
        self.wi_1 = nn.Linear(config["d_model"], config["d_ff"], bias=False)
        self.wo = nn.Linear(config["d_ff"], config["d_model"], bias=False)
        self.dropout = nn.Dropout(config.get("dropout_rate", 0.1))
        self.act = activation(act)

    def forward(self, x):
        return self.wo(self.dropout(self.act(self.wi_0(x)) * self.wi_1(x)))


class T5LayerFF(nn.Module):
    def __init__(self, config):
        super().__init__()
        kind = config.get("feed_forward_proj", "relu")
        gated, act = kind.startswith("gated-"), kind.removeprefix("gated-")
        # "gated-gelu" has always meant the approximation.
        act = "gelu_new" if kind == "gated-gelu" else act
        self.DenseReluDense = (T5DenseGatedActDense if gated else T5DenseActDense)(config, act)
        self.layer_norm = T5LayerNorm(config)
        self.dropout = nn.Dropout(config.get("dropout_rate", 0.1))

    def forward(self, x):
        return x + self.dropout(self.DenseReluDense(self.layer_norm(x)))


class T5Block(nn.Module):
    def __init__(self, config, is_decoder, has_bias):
        super().__init__()
        self.layer = nn.ModuleList([T5LayerSelfAttention(config, is_decoder, has_bias)])
        if is_decoder:
            self.layer.append(T5LayerCrossAttention(config))
        self.layer.append(T5LayerFF(config))

    def forward(self, x, bias, memory=None):
        x = self.layer[0](x, bias)
        if memory is not None:
            x = self.layer[1](x, memory)
        return self.layer[-1](x)

    def step(self, x, places, bias, key, value, memory_key, memory_value):
        own, cross = self.layer[0], self.layer[1]
        attended, key, value = own.SelfAttention.step(own.layer_norm(x), places, key, value, bias)
        x = x + attended
        attention = cross.EncDecAttention
        query = attention.split(attention.q(cross.layer_norm(x)))
        x = x + attention.attend(query, memory_key, memory_value)
        return self.layer[2](x), key, value


class T5Stack(nn.Module):
    def __init__(self, config, embed_tokens, is_decoder):
        super().__init__()
        count = config["num_layers"]
        if is_decoder:
            count = config.get("num_decoder_layers") or count
        self.embed_tokens = embed_tokens
        self.block = nn.ModuleList([T5Block(config, is_decoder, i == 0) for i in range(count)])
        self.final_layer_norm = T5LayerNorm(config)
        self.dropout = nn.Dropout(config.get("dropout_rate", 0.1))

    def forward(self, input_ids, memory=None):
        # The first block's bias serves all of them.
        bias = self.block[0].layer[0].SelfAttention.position_bias(input_ids.shape[1])
        x = self.dropout(self.embed_tokens(input_ids))
        for block in self.block:
            x = block(x, bias, memory)
        return self.dropout(self.final_layer_norm(x))


class T5EncoderModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.shared = nn.Embedding(config["vocab_size"], config["d_model"])
        self.encoder = T5Stack(config, self.shared, False)

    def forward(self, input_ids):
        return self.encoder(input_ids)


class T5ForConditionalGeneration(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.scale = 1.0
        self.shared = nn.Embedding(config["vocab_size"], config["d_model"])
        self.encoder = T5Stack(config, self.shared, False)
        self.decoder = T5Stack(config, self.shared, True)
        self.lm_head = nn.Linear(config["d_model"], config["vocab_size"], bias=False)
        if config.get("tie_word_embeddings", True):
            self.lm_head.weight = self.shared.weight
            self.scale = config["d_model"] ** -0.5

    def forward(self, input_ids, decoder_input_ids):
        return self.lm_head(self.decoder(decoder_input_ids, self.encoder(input_ids)) * self.scale)


class T5Memory(T5ForConditionalGeneration):
    """What the decoder looks at of its source: each block's keys and values, computed once."""

    def forward(self, input_ids):
        memory = self.encoder(input_ids)
        kept = []
        for block in self.decoder.block:
            attention = block.layer[1].EncDecAttention
            kept += [attention.split(attention.k(memory)), attention.split(attention.v(memory))]
        return tuple(kept)


class T5Step(T5ForConditionalGeneration):
    """The scores behind the last of some new tokens; `past` is the own keys and values, then those of the source."""

    def forward(self, input_ids, positions, *past):
        stack, kept = self.decoder, []
        count = 2 * len(stack.block)
        own, memory = past[:count], past[count:]
        places = Places(positions, own[0])
        bias = stack.block[0].layer[0].SelfAttention.step_bias(places)
        x = stack.embed_tokens(input_ids)
        for i, block in enumerate(stack.block):
            x, *new = block.step(x, places, bias, *own[2 * i : 2 * i + 2], *memory[2 * i : 2 * i + 2])
            kept += new
        return self.lm_head(stack.final_layer_norm(x[:, -1]) * self.scale), *kept
