"""MPNet (Song et al. 2020; all-mpnet-base): RoBERTa without segments, with a learned bias of the distance as in T5."""

import torch
from torch import nn

from activations import merge_heads, number_of_labels, split_heads, unfilled
from bert import BertIntermediate, BertOutput, BertPooler
from roberta import RobertaClassificationHead, RobertaLMHead
from t5 import buckets

#: The token that fills up, whatever the configuration says.
PADDING = 1


class MPNetEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.word_embeddings = nn.Embedding(config["vocab_size"], width, padding_idx=PADDING)
        self.position_embeddings = nn.Embedding(config["max_position_embeddings"], width, padding_idx=PADDING)
        self.LayerNorm = nn.LayerNorm(width, eps=config.get("layer_norm_eps", 1e-12))
        self.dropout = nn.Dropout(config.get("hidden_dropout_prob", 0.1))

    def forward(self, input_ids):
        is_token = (input_ids != PADDING).long()
        positions = torch.cumsum(is_token, dim=1) * is_token + PADDING
        return self.dropout(self.LayerNorm(self.word_embeddings(input_ids) + self.position_embeddings(positions)))


class MPNetSelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.heads = config["num_attention_heads"]
        self.q = nn.Linear(width, width)
        self.k = nn.Linear(width, width)
        self.v = nn.Linear(width, width)
        self.o = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.get("attention_probs_dropout_prob", 0.1))

    def forward(self, x, bias, mask=None):
        query, key, value = (split_heads(part(x), self.heads) for part in (self.q, self.k, self.v))
        scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5 + bias
        if mask is not None:
            scores = scores.masked_fill(mask[:, None, None, :] == 0, float("-inf"))
        return self.o(merge_heads(self.dropout(torch.softmax(scores, dim=-1)) @ value))


class MPNetAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attn = MPNetSelfAttention(config)
        self.LayerNorm = nn.LayerNorm(config["hidden_size"], eps=config.get("layer_norm_eps", 1e-12))
        self.dropout = nn.Dropout(config.get("hidden_dropout_prob", 0.1))

    def forward(self, x, bias, mask=None):
        return self.LayerNorm(self.dropout(self.attn(x, bias, mask)) + x)


class MPNetLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = MPNetAttention(config)
        self.intermediate = BertIntermediate(config)
        self.output = BertOutput(config, config["intermediate_size"])

    def forward(self, x, bias, mask=None):
        x = self.attention(x, bias, mask)
        return self.output(self.intermediate(x), x)


class MPNetEncoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.count = config.get("relative_attention_num_buckets", 32)
        self.layer = nn.ModuleList([MPNetLayer(config) for _ in range(config["num_hidden_layers"])])
        self.relative_attention_bias = nn.Embedding(self.count, config["num_attention_heads"])

    def forward(self, x, mask=None):
        positions = torch.arange(x.shape[1])
        found = buckets(positions[None, :] - positions[:, None], True, self.count, 128)
        bias = self.relative_attention_bias(found).permute(2, 0, 1).unsqueeze(0)
        for layer in self.layer:
            x = layer(x, bias, mask)
        return x


class MPNetModel(nn.Module):
    def __init__(self, config, add_pooling_layer=True):
        super().__init__()
        self.embeddings = MPNetEmbeddings(config)
        self.encoder = MPNetEncoder(config)
        self.pooler = BertPooler(config) if add_pooling_layer else None
        self.config = {"pad_token_id": PADDING, **config}

    def forward(self, input_ids, attention_mask=None):
        attention_mask = unfilled(self.config, input_ids, attention_mask)
        x = self.encoder(self.embeddings(input_ids), attention_mask)
        return x if self.pooler is None else (x, self.pooler(x))


class MPNetForMaskedLM(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.mpnet = MPNetModel(config, add_pooling_layer=False)
        self.lm_head = RobertaLMHead({"layer_norm_eps": 1e-12, **config})
        if config.get("tie_word_embeddings", True):
            self.lm_head.decoder.weight = self.mpnet.embeddings.word_embeddings.weight

    def forward(self, input_ids, attention_mask=None):
        return self.lm_head(self.mpnet(input_ids, attention_mask))


class MPNetForSequenceClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.mpnet = MPNetModel(config, add_pooling_layer=False)
        self.classifier = RobertaClassificationHead(config)

    def forward(self, input_ids, attention_mask=None):
        return self.classifier(self.mpnet(input_ids, attention_mask))
