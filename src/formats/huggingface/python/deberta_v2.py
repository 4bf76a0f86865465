"""
DeBERTa (He et al. 2020; version 3: 2021): attention by content and by distance apart, each with vectors of its own.
"""

import math

import torch
from torch import nn

from activations import activation, merge_heads, number_of_labels, split_heads, unfilled
from bert import BertIntermediate, BertLMPredictionHead, BertOutput

EPSILON = 1e-7


def kinds_of(config):
    """Which distances count: of content to place (c2p), of place to content (p2c)."""
    kinds = config.get("pos_att_type") or []
    return [k.strip() for k in kinds.lower().split("|")] if isinstance(kinds, str) else list(kinds)


def farthest_of(config):
    farthest = config.get("max_relative_positions", -1)
    return config["max_position_embeddings"] if farthest < 1 else farthest


def bucket_of(distance, buckets, farthest):
    """Distances near have a bucket each, those far away share one, by their logarithm."""
    middle = buckets // 2
    size = abs(distance)
    if buckets <= 0 or size <= middle:
        return distance
    far = math.ceil(math.log(size / middle) / math.log((farthest - 1) / middle) * (middle - 1)) + middle
    return far if distance > 0 else -far


class DebertaV2Embeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        inside = config.get("embedding_size", width)
        kinds = config.get("type_vocab_size", 0)
        self.word_embeddings = nn.Embedding(config["vocab_size"], inside, padding_idx=config.get("pad_token_id", 0))
        self.position_embeddings = (
            nn.Embedding(config["max_position_embeddings"], inside) if config.get("position_biased_input", True) else None
        )
        self.token_type_embeddings = nn.Embedding(kinds, inside) if kinds > 0 else None
        self.embed_proj = nn.Linear(inside, width, bias=False) if inside != width else None
        self.LayerNorm = nn.LayerNorm(width, eps=config.get("layer_norm_eps", EPSILON))
        self.dropout = nn.Dropout(config.get("hidden_dropout_prob", 0.1))

    def forward(self, input_ids, mask=None, token_type_ids=None):
        x = self.word_embeddings(input_ids)
        if self.position_embeddings is not None:
            x = x + self.position_embeddings(torch.arange(input_ids.shape[1], device=input_ids.device))
        if self.token_type_embeddings is not None:
            x = x + self.token_type_embeddings(torch.zeros_like(input_ids) if token_type_ids is None else token_type_ids)
        if self.embed_proj is not None:
            x = self.embed_proj(x)
        x = self.LayerNorm(x)
        if mask is not None:
            x = x * mask[:, :, None].float()
        return self.dropout(x)


class DisentangledSelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        inner = config["num_attention_heads"] * config.get("attention_head_size", width // config["num_attention_heads"])
        dropout = config.get("hidden_dropout_prob", 0.1)
        self.heads = config["num_attention_heads"]
        self.query_proj = nn.Linear(width, inner)
        self.key_proj = nn.Linear(width, inner)
        self.value_proj = nn.Linear(width, inner)
        self.kinds = kinds_of(config)
        self.is_shared = config.get("share_att_key", False)
        if config.get("relative_attention", False) and not self.is_shared:
            if "c2p" in self.kinds:
                self.pos_key_proj = nn.Linear(width, inner)
            if "p2c" in self.kinds:
                self.pos_query_proj = nn.Linear(width, inner)
        self.pos_dropout = nn.Dropout(dropout)
        self.dropout = nn.Dropout(config.get("attention_probs_dropout_prob", 0.1))

    def of_places(self, places, shared, own):
        """(1, heads, places, width) of the vectors of distances"""
        return split_heads((shared if self.is_shared else own)(places[None]), self.heads)

    def forward(self, x, mask=None, distances=None):
        query, key, value = (
            split_heads(part(x), self.heads) for part in (self.query_proj, self.key_proj, self.value_proj)
        )
        scale = 1 / math.sqrt(query.shape[-1] * (1 + sum(kind in self.kinds for kind in ("c2p", "p2c"))))
        scores = query @ key.transpose(-1, -2) * scale
        if distances is not None:
            places, ahead, behind = distances
            places = self.pos_dropout(places)
            batch, heads, length = query.shape[:3]
            if "c2p" in self.kinds:
                own = self.of_places(places, self.key_proj, getattr(self, "pos_key_proj", None))
                scored = query @ own.transpose(-1, -2)
                scores = scores + scored.gather(-1, ahead.expand(batch, heads, length, length)) * scale
            if "p2c" in self.kinds:
                own = self.of_places(places, self.query_proj, getattr(self, "pos_query_proj", None))
                scored = key @ own.transpose(-1, -2)
                found = scored.gather(-1, behind.expand(batch, heads, length, length))
                scores = scores + found.transpose(-1, -2) * scale
        if mask is not None:
            scores = scores.masked_fill(mask[:, None, None, :] == 0, float("-inf"))
        return merge_heads(self.dropout(torch.softmax(scores, dim=-1)) @ value)


class DebertaV2Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self = DisentangledSelfAttention(config)
        self.output = BertOutput({"layer_norm_eps": EPSILON, **config}, config["hidden_size"])

    def forward(self, x, mask=None, distances=None):
        return self.output(self.self(x, mask, distances), x)


class DebertaV2Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = DebertaV2Attention(config)
        self.intermediate = BertIntermediate(config)
        self.output = BertOutput({"layer_norm_eps": EPSILON, **config}, config["intermediate_size"])

    def forward(self, x, mask=None, distances=None):
        x = self.attention(x, mask, distances)
        return self.output(self.intermediate(x), x)


class ConvLayer(nn.Module):
    """What neighbours say, beside the first layer."""

    def __init__(self, config):
        super().__init__()
        width, kernel = config["hidden_size"], config["conv_kernel_size"]
        self.conv = nn.Conv1d(width, width, kernel, padding=(kernel - 1) // 2, groups=config.get("conv_groups", 1))
        self.LayerNorm = nn.LayerNorm(width, eps=config.get("layer_norm_eps", EPSILON))
        self.dropout = nn.Dropout(config.get("hidden_dropout_prob", 0.1))
        self.act = activation(config.get("conv_act", "tanh"))

    def forward(self, x, residual, mask=None):
        y = self.conv(x.transpose(1, 2)).transpose(1, 2)
        if mask is not None:
            y = y * mask[:, :, None].float()
        y = self.LayerNorm(residual + self.act(self.dropout(y)))
        return y if mask is None else y * mask[:, :, None].float()


class DebertaV2Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.layer = nn.ModuleList([DebertaV2Layer(config) for _ in range(config["num_hidden_layers"])])
        self.is_relative = config.get("relative_attention", False)
        normed = [name.strip() for name in (config.get("norm_rel_ebd") or "none").lower().split("|")]
        if self.is_relative:
            buckets, self.farthest = config.get("position_buckets", -1), farthest_of(config)
            self.span = buckets if buckets > 0 else self.farthest
            self.rel_embeddings = nn.Embedding(2 * self.span, width)
            # By the distance from the farthest behind to the farthest ahead.
            table = [bucket_of(i, buckets, self.farthest) for i in range(-self.farthest, self.farthest + 1)]
            self.register_buffer("buckets", torch.tensor(table), persistent=False)
        self.LayerNorm = nn.LayerNorm(width, eps=config.get("layer_norm_eps", EPSILON)) if "layer_norm" in normed else None
        self.conv = ConvLayer(config) if config.get("conv_kernel_size", 0) > 0 else None

    def distances(self, length):
        """Vectors of distances, and for each two tokens which is theirs: seen from the first, from the second."""
        places = self.rel_embeddings.weight
        if self.LayerNorm is not None:
            places = self.LayerNorm(places)
        at = torch.arange(length)
        apart = (at[:, None] - at[None, :]).clamp(-self.farthest, self.farthest)
        apart = self.buckets[apart + self.farthest]
        most = 2 * self.span - 1
        return places, (apart + self.span).clamp(0, most)[None, None], (self.span - apart).clamp(0, most)[None, None]

    def forward(self, x, mask=None):
        distances = self.distances(x.shape[1]) if self.is_relative else None
        embedded = x
        for i, layer in enumerate(self.layer):
            x = layer(x, mask, distances)
            if i == 0 and self.conv is not None:
                x = self.conv(embedded, x, mask)
        return x


class DebertaV2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = DebertaV2Embeddings(config)
        self.encoder = DebertaV2Encoder(config)
        self.config = config

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        attention_mask = unfilled(self.config, input_ids, attention_mask)
        return self.encoder(self.embeddings(input_ids, attention_mask, token_type_ids), attention_mask)


class DebertaV2OnlyMLMHead(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.predictions = BertLMPredictionHead({"layer_norm_eps": EPSILON, **config})

    def forward(self, x):
        return self.predictions(x)


class DebertaV2ForMaskedLM(nn.Module):
    def __init__(self, config):
        super().__init__()
        if config.get("embedding_size", config["hidden_size"]) != config["hidden_size"]:
            raise NotImplementedError("DeBERTa's head for masks with an embedding_size of its own is not read")
        self.deberta = DebertaV2Model(config)
        self.cls = DebertaV2OnlyMLMHead(config)
        if config.get("tie_word_embeddings", True):
            self.cls.predictions.decoder.weight = self.deberta.embeddings.word_embeddings.weight

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return self.cls(self.deberta(input_ids, attention_mask, token_type_ids))


class ContextPooler(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config.get("pooler_hidden_size", config["hidden_size"])
        self.dense = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.get("pooler_dropout", 0))
        self.act = activation(config.get("pooler_hidden_act", "gelu"))

    def forward(self, x):
        return self.act(self.dense(self.dropout(x[:, 0])))


class DebertaV2ForSequenceClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.deberta = DebertaV2Model(config)
        self.pooler = ContextPooler(config)
        dropout = config.get("cls_dropout")
        self.dropout = nn.Dropout(config.get("hidden_dropout_prob", 0.1) if dropout is None else dropout)
        width = config.get("pooler_hidden_size", config["hidden_size"])
        self.classifier = nn.Linear(width, number_of_labels(config))

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return self.classifier(self.dropout(self.pooler(self.deberta(input_ids, attention_mask, token_type_ids))))


class DebertaV2ForTokenClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.deberta = DebertaV2Model(config)
        self.dropout = nn.Dropout(config.get("hidden_dropout_prob", 0.1))
        self.classifier = nn.Linear(config["hidden_size"], number_of_labels(config))

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return self.classifier(self.dropout(self.deberta(input_ids, attention_mask, token_type_ids)))


class DebertaV2ForQuestionAnswering(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.deberta = DebertaV2Model(config)
        self.qa_outputs = nn.Linear(config["hidden_size"], 2)

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return self.qa_outputs(self.deberta(input_ids, attention_mask, token_type_ids))
