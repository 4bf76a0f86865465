"""BART (Lewis et al. 2019): an encoder and a decoder with norms behind their parts, positions learned or of waves."""

import math

import torch
from torch import nn

from activations import activation, merge_heads, number_of_labels, split_heads
from causal import Step, Whole

#: Positions that were kept for padding.
OFFSET = 2


class BartAttention(nn.Module):
    def __init__(self, width, heads, dropout, key_bias=True):
        super().__init__()
        self.heads = heads
        self.k_proj = nn.Linear(width, width, bias=key_bias)
        self.v_proj = nn.Linear(width, width)
        self.q_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def kept(self, memory):
        """Keys and values of what is looked at."""
        return split_heads(self.k_proj(memory), self.heads), split_heads(self.v_proj(memory), self.heads)

    def forward(self, x, key, value, hidden=None):
        query = split_heads(self.q_proj(x), self.heads)
        scores = query * query.shape[-1] ** -0.5 @ key.transpose(-1, -2)
        if hidden is not None:
            scores = scores.masked_fill(hidden, float("-inf"))
        return self.out_proj(merge_heads(self.dropout(torch.softmax(scores, dim=-1)) @ value))


class BartLayer(nn.Module):
    """Attention over its own tokens, in a decoder that over the encoder's, and units."""

    key_bias = True

    def __init__(self, config, side):
        super().__init__()
        width, heads, inner = config["d_model"], config[f"{side}_attention_heads"], config[f"{side}_ffn_dim"]
        dropout = config.get("attention_dropout", 0.0)
        self.self_attn = BartAttention(width, heads, dropout, self.key_bias)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        if side == "decoder":
            self.encoder_attn = BartAttention(width, heads, dropout, self.key_bias)
            self.encoder_attn_layer_norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)
        self.final_layer_norm = nn.LayerNorm(width)
        self.activation_fn = activation(config.get("activation_function", "gelu"))
        self.activation_dropout = nn.Dropout(config.get("activation_dropout", 0.0))
        self.dropout = nn.Dropout(config.get("dropout", 0.1))

    def forward(self, x, places=None, memory=None):
        key, value = self.self_attn.kept(x)
        hidden = None
        if places is not None:
            key, value = places.keep(key, value)
            hidden = places.hidden
        x = self.self_attn_layer_norm(x + self.dropout(self.self_attn(x, key, value, hidden)))
        if memory is not None:
            x = self.encoder_attn_layer_norm(x + self.dropout(self.encoder_attn(x, *memory)))
        units = self.fc2(self.activation_dropout(self.activation_fn(self.fc1(x))))
        return self.final_layer_norm(x + self.dropout(units))


class BartStack(nn.Module):
    is_normed = True

    def __init__(self, config, side, embed_tokens):
        super().__init__()
        width = config["d_model"]
        self.scale = math.sqrt(width) if config.get("scale_embedding", False) else 1.0
        self.embed_tokens = embed_tokens
        self.add_positions(config["max_position_embeddings"], width)
        self.layers = nn.ModuleList([BartLayer(config, side) for _ in range(config[f"{side}_layers"])])
        self.layernorm_embedding = nn.LayerNorm(width) if self.is_normed else None
        self.dropout = nn.Dropout(config.get("dropout", 0.1))

    def add_positions(self, count, width):
        self.embed_positions = nn.Embedding(count + OFFSET, width)

    def positions(self, places):
        return self.embed_positions(places + OFFSET)

    def embed(self, input_ids, places):
        x = self.embed_tokens(input_ids) * self.scale + self.positions(places)
        return self.dropout(x if self.layernorm_embedding is None else self.layernorm_embedding(x))


class BartEncoder(BartStack):
    def forward(self, input_ids):
        x = self.embed(input_ids, Whole(input_ids).positions)
        for layer in self.layers:
            x = layer(x)
        return x


class BartDecoder(BartStack):
    def forward(self, input_ids, places, memory):
        """memory: for each layer the keys and values of the encoder's tokens."""
        x = self.embed(input_ids, places.positions)
        for layer, own in zip(self.layers, memory):
            x = layer(x, places, own)
        return x


class BartModel(nn.Module):
    encoder_class, decoder_class = BartEncoder, BartDecoder

    def __init__(self, config):
        super().__init__()
        self.shared = nn.Embedding(config["vocab_size"], config["d_model"], padding_idx=config.get("pad_token_id", 1))
        self.encoder = self.encoder_class(config, "encoder", self.shared)
        self.decoder = self.decoder_class(config, "decoder", self.shared)

    def memory(self, input_ids):
        x = self.encoder(input_ids)
        return [layer.encoder_attn.kept(x) for layer in self.decoder.layers]

    def forward(self, input_ids, decoder_input_ids):
        return self.decoder(decoder_input_ids, Whole(decoder_input_ids), self.memory(input_ids))


class BartForConditionalGeneration(nn.Module):
    model_class = BartModel

    def __init__(self, config):
        super().__init__()
        self.model = self.model_class(config)
        self.register_buffer("final_logits_bias", torch.zeros(1, config["vocab_size"]))
        self.lm_head = nn.Linear(config["d_model"], config["vocab_size"], bias=False)
        if config.get("tie_word_embeddings", True):
            self.lm_head.weight = self.model.shared.weight

    def forward(self, input_ids, decoder_input_ids):
        return self.lm_head(self.model(input_ids, decoder_input_ids)) + self.final_logits_bias


class BartClassificationHead(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config["d_model"], config["d_model"])
        self.dropout = nn.Dropout(config.get("classifier_dropout", 0.0))
        self.out_proj = nn.Linear(config["d_model"], number_of_labels(config))

    def forward(self, x):
        return self.out_proj(self.dropout(torch.tanh(self.dense(self.dropout(x)))))


class BartForSequenceClassification(nn.Module):
    """Classes by the last token, which ends the text; the decoder is given the text moved on by one."""

    def __init__(self, config):
        super().__init__()
        self.model = BartModel(config)
        self.classification_head = BartClassificationHead(config)
        self.start = config.get("decoder_start_token_id", 2)

    def forward(self, input_ids):
        start = torch.full_like(input_ids[:, :1], self.start)
        moved = torch.cat([start, input_ids[:, :-1]], dim=1)
        return self.classification_head(self.model(input_ids, moved)[:, -1])


class BartMemory(BartForConditionalGeneration):
    """What the decoder looks at of its source: each layer's keys and values, computed once."""

    def forward(self, input_ids):
        return tuple(part for layer in self.model.memory(input_ids) for part in layer)


class BartStep(BartForConditionalGeneration):
    """The scores behind the last of some new tokens; `past` is the own keys and values, then those of the source."""

    def forward(self, input_ids, positions, *past):
        count = 2 * len(self.model.decoder.layers)
        places, source = Step(positions, past[:count]), past[count:]
        x = self.model.decoder(input_ids, places, list(zip(source[0::2], source[1::2])))
        return self.lm_head(x[:, -1]) + self.final_logits_bias, *places.now
