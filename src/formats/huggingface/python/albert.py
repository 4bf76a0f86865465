"""ALBERT (Lan et al. 2019): BERT whose layers share their weights, with narrow embeddings."""

import torch
from torch import nn

from activations import activation, merge_heads, number_of_labels, split_heads, unfilled
from bert import BertEmbeddings


class AlbertAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.heads = config["num_attention_heads"]
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.attention_dropout = nn.Dropout(config.get("attention_probs_dropout_prob", 0.0))
        self.dense = nn.Linear(width, width)
        self.LayerNorm = nn.LayerNorm(width, eps=config.get("layer_norm_eps", 1e-12))
        self.output_dropout = nn.Dropout(config.get("hidden_dropout_prob", 0.0))

    def forward(self, x, mask=None):
        query, key, value = (split_heads(part(x), self.heads) for part in (self.query, self.key, self.value))
        scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
        if mask is not None:
            scores = scores.masked_fill(mask[:, None, None, :] == 0, float("-inf"))
        attended = merge_heads(self.attention_dropout(torch.softmax(scores, dim=-1)) @ value)
        return self.LayerNorm(x + self.output_dropout(self.dense(attended)))


class AlbertLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, inner = config["hidden_size"], config["intermediate_size"]
        self.full_layer_layer_norm = nn.LayerNorm(width, eps=config.get("layer_norm_eps", 1e-12))
        self.attention = AlbertAttention(config)
        self.ffn = nn.Linear(width, inner)
        self.ffn_output = nn.Linear(inner, width)
        self.activation = activation(config.get("hidden_act", "gelu_new"))

    def forward(self, x, mask=None):
        x = self.attention(x, mask)
        return self.full_layer_layer_norm(self.ffn_output(self.activation(self.ffn(x))) + x)


class AlbertLayerGroup(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.albert_layers = nn.ModuleList([AlbertLayer(config) for _ in range(config.get("inner_group_num", 1))])

    def forward(self, x, mask=None):
        for layer in self.albert_layers:
            x = layer(x, mask)
        return x


class AlbertTransformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.count, self.groups = config["num_hidden_layers"], config.get("num_hidden_groups", 1)
        self.embedding_hidden_mapping_in = nn.Linear(config.get("embedding_size", 128), config["hidden_size"])
        self.albert_layer_groups = nn.ModuleList([AlbertLayerGroup(config) for _ in range(self.groups)])

    def forward(self, x, mask=None):
        x = self.embedding_hidden_mapping_in(x)
        for i in range(self.count):
            # Neighbouring layers are of one group.
            x = self.albert_layer_groups[i * self.groups // self.count](x, mask)
        return x


class AlbertModel(nn.Module):
    def __init__(self, config, add_pooling_layer=True):
        super().__init__()
        dropout = config.get("hidden_dropout_prob", 0.0)
        self.embeddings = BertEmbeddings({**config, "hidden_size": config.get("embedding_size", 128), "hidden_dropout_prob": dropout})
        self.encoder = AlbertTransformer(config)
        self.pooler = nn.Linear(config["hidden_size"], config["hidden_size"]) if add_pooling_layer else None
        self.config = config

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        attention_mask = unfilled(self.config, input_ids, attention_mask)
        x = self.encoder(self.embeddings(input_ids, token_type_ids), attention_mask)
        return x if self.pooler is None else (x, torch.tanh(self.pooler(x[:, 0])))


class AlbertMLMHead(nn.Module):
    def __init__(self, config):
        super().__init__()
        inside = config.get("embedding_size", 128)
        self.LayerNorm = nn.LayerNorm(inside, eps=config.get("layer_norm_eps", 1e-12))
        self.bias = nn.Parameter(torch.zeros(config["vocab_size"]))
        self.dense = nn.Linear(config["hidden_size"], inside)
        self.decoder = nn.Linear(inside, config["vocab_size"])
        self.decoder.bias = self.bias
        self.activation = activation(config.get("hidden_act", "gelu_new"))

    def forward(self, x):
        return self.decoder(self.LayerNorm(self.activation(self.dense(x))))


class AlbertForMaskedLM(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.albert = AlbertModel(config, add_pooling_layer=False)
        self.predictions = AlbertMLMHead(config)
        if config.get("tie_word_embeddings", True):
            self.predictions.decoder.weight = self.albert.embeddings.word_embeddings.weight

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return self.predictions(self.albert(input_ids, attention_mask, token_type_ids))


class AlbertForSequenceClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.albert = AlbertModel(config)
        self.dropout = nn.Dropout(config.get("classifier_dropout_prob", 0.1))
        self.classifier = nn.Linear(config["hidden_size"], number_of_labels(config))

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        _, pooled = self.albert(input_ids, attention_mask, token_type_ids)
        return self.classifier(self.dropout(pooled))


class AlbertForTokenClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.albert = AlbertModel(config, add_pooling_layer=False)
        self.dropout = nn.Dropout(config.get("classifier_dropout_prob", 0.1))
        self.classifier = nn.Linear(config["hidden_size"], number_of_labels(config))

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return self.classifier(self.dropout(self.albert(input_ids, attention_mask, token_type_ids)))
