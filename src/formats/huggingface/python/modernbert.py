"""
ModernBERT (Warner et al. 2024): an encoder with norms before its parts, gated units and rotary positions, of which two
layers of three look at near tokens only.
"""

import torch
from torch import nn

from activations import activation, merge_heads, number_of_labels, unfilled
from rotary import frequencies_of, turn, turns


def norm_of(config):
    return nn.LayerNorm(config["hidden_size"], eps=config.get("norm_eps", 1e-5), bias=config.get("norm_bias", False))


class ModernBertEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        padding = config.get("pad_token_id", 50283)
        self.tok_embeddings = nn.Embedding(config["vocab_size"], config["hidden_size"], padding_idx=padding)
        self.norm = norm_of(config)
        self.drop = nn.Dropout(config.get("embedding_dropout", 0.0))

    def forward(self, input_ids):
        return self.drop(self.norm(self.tok_embeddings(input_ids)))


class ModernBertAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, bias = config["hidden_size"], config.get("attention_bias", False)
        self.heads = config["num_attention_heads"]
        self.Wqkv = nn.Linear(width, 3 * width, bias=bias)
        self.Wo = nn.Linear(width, width, bias=bias)
        self.dropout = nn.Dropout(config.get("attention_dropout", 0.0))

    def forward(self, x, cos, sin, hidden):
        batch, length, width = x.shape
        parts = self.Wqkv(x).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = (parts[:, :, i].transpose(1, 2) for i in range(3))
        query, key = turn(query, cos, sin), turn(key, cos, sin)
        scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
        if hidden is not None:
            scores = scores.masked_fill(hidden, float("-inf"))
        return self.dropout(self.Wo(merge_heads(self.dropout(torch.softmax(scores, dim=-1)) @ value)))


class ModernBertMLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, inner, bias = config["hidden_size"], config["intermediate_size"], config.get("mlp_bias", False)
        self.Wi = nn.Linear(width, 2 * inner, bias=bias)
        self.act = activation(config.get("hidden_activation", "gelu"))
        self.drop = nn.Dropout(config.get("mlp_dropout", 0.0))
        self.Wo = nn.Linear(inner, width, bias=bias)

    def forward(self, x):
        up, gate = self.Wi(x).chunk(2, dim=-1)
        return self.Wo(self.drop(self.act(up) * gate))


class ModernBertEncoderLayer(nn.Module):
    def __init__(self, config, index):
        super().__init__()
        self.attn_norm = norm_of(config) if index else nn.Identity()
        self.attn = ModernBertAttention(config)
        self.mlp_norm = norm_of(config)
        self.mlp = ModernBertMLP(config)

    def forward(self, x, cos, sin, hidden):
        x = x + self.attn(self.attn_norm(x), cos, sin, hidden)
        return x + self.mlp(self.mlp_norm(x))


class ModernBertModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = ModernBertEmbeddings(config)
        self.layers = nn.ModuleList([ModernBertEncoderLayer(config, i) for i in range(config["num_hidden_layers"])])
        self.final_norm = norm_of(config)
        self.config = config
        self.every = config.get("global_attn_every_n_layers", 3)
        self.near = config.get("local_attention", 128) // 2
        size = config["hidden_size"] // config["num_attention_heads"]
        wide = config.get("global_rope_theta", 160000.0)
        close = config.get("local_rope_theta", 10000.0)
        for name, base in (("wide", wide), ("close", wide if close is None else close)):
            self.register_buffer(f"{name}_freq", torch.tensor(frequencies_of(config, size, base)[0]), persistent=False)

    def forward(self, input_ids, attention_mask=None):
        attention_mask = unfilled(self.config, input_ids, attention_mask)
        at = torch.arange(input_ids.shape[1], device=input_ids.device)
        far = ((at[:, None] - at[None, :]).abs() > self.near)[None, None]
        filled = None if attention_mask is None else attention_mask[:, None, None, :] == 0
        wide = (*turns(at[None], self.wide_freq), filled)
        close = (*turns(at[None], self.close_freq), far if filled is None else far | filled)
        x = self.embeddings(input_ids)
        for i, layer in enumerate(self.layers):
            x = layer(x, *(wide if i % self.every == 0 else close))
        return self.final_norm(x)


class ModernBertPredictionHead(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.dense = nn.Linear(width, width, bias=config.get("classifier_bias", False))
        self.act = activation(config.get("classifier_activation", "gelu"))
        self.norm = norm_of(config)

    def forward(self, x):
        return self.norm(self.act(self.dense(x)))


class ModernBertForMaskedLM(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.model = ModernBertModel(config)
        self.head = ModernBertPredictionHead(config)
        self.decoder = nn.Linear(config["hidden_size"], config["vocab_size"], bias=config.get("decoder_bias", True))
        if config.get("tie_word_embeddings", True):
            self.decoder.weight = self.model.embeddings.tok_embeddings.weight

    def forward(self, input_ids, attention_mask=None):
        return self.decoder(self.head(self.model(input_ids, attention_mask)))


class ModernBertClassifier(nn.Module):
    """A class of each token."""

    def __init__(self, config, classes=None):
        super().__init__()
        self.model = ModernBertModel(config)
        self.head = ModernBertPredictionHead(config)
        self.drop = nn.Dropout(config.get("classifier_dropout", 0.0))
        self.classifier = nn.Linear(config["hidden_size"], classes or number_of_labels(config))
        self.config = config

    def forward(self, input_ids, attention_mask=None):
        return self.classifier(self.drop(self.head(self.model(input_ids, attention_mask))))


class ModernBertForTokenClassification(ModernBertClassifier):
    pass


class ModernBertForQuestionAnswering(ModernBertClassifier):
    def __init__(self, config):
        super().__init__(config, 2)


class ModernBertForSequenceClassification(ModernBertClassifier):
    """By the first token, or the mean of all."""

    def forward(self, input_ids, attention_mask=None):
        x = self.model(input_ids, attention_mask)
        there = unfilled(self.config, input_ids, attention_mask)
        if self.config.get("classifier_pooling", "cls") == "cls":
            x = x[:, 0]
        elif there is None:
            x = x.mean(dim=1)
        else:
            there = there[:, :, None].float()
            x = (x * there).sum(1) / there.sum(1)
        return self.classifier(self.drop(self.head(x)))
