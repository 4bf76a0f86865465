"""DistilBERT (Sanh et al. 2019): BERT with half its layers, without segments and pooler."""

import math

import torch
from torch import nn

from activations import activation, merge_heads, number_of_labels, split_heads, unfilled


class Embeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.word_embeddings = nn.Embedding(config["vocab_size"], config["dim"], padding_idx=config.get("pad_token_id", 0))
        self.position_embeddings = nn.Embedding(config["max_position_embeddings"], config["dim"])
        self.LayerNorm = nn.LayerNorm(config["dim"], eps=1e-12)
        self.dropout = nn.Dropout(config.get("dropout", 0.1))

    def forward(self, input_ids):
        positions = torch.arange(input_ids.shape[1], device=input_ids.device)
        x = self.word_embeddings(input_ids) + self.position_embeddings(positions)
        return self.dropout(self.LayerNorm(x))


class MultiHeadSelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["dim"]
        self.heads = config["n_heads"]
        self.q_lin = nn.Linear(width, width)
        self.k_lin = nn.Linear(width, width)
        self.v_lin = nn.Linear(width, width)
        self.out_lin = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.get("attention_dropout", 0.1))

    def forward(self, x, mask=None):
        query, key, value = (split_heads(part(x), self.heads) for part in (self.q_lin, self.k_lin, self.v_lin))
        scores = query / math.sqrt(query.shape[-1]) @ key.transpose(-1, -2)
        if mask is not None:
            scores = scores.masked_fill(mask[:, None, None, :] == 0, float("-inf"))
        return self.out_lin(merge_heads(self.dropout(torch.softmax(scores, dim=-1)) @ value))


class FFN(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.lin1 = nn.Linear(config["dim"], config["hidden_dim"])
        self.lin2 = nn.Linear(config["hidden_dim"], config["dim"])
        self.act = activation(config.get("activation", "gelu"))
        self.dropout = nn.Dropout(config.get("dropout", 0.1))

    def forward(self, x):
        return self.dropout(self.lin2(self.act(self.lin1(x))))


class TransformerBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = MultiHeadSelfAttention(config)
        self.sa_layer_norm = nn.LayerNorm(config["dim"], eps=1e-12)
        self.ffn = FFN(config)
        self.output_layer_norm = nn.LayerNorm(config["dim"], eps=1e-12)

    def forward(self, x, mask=None):
        x = self.sa_layer_norm(self.attention(x, mask) + x)
        return self.output_layer_norm(self.ffn(x) + x)


class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layer = nn.ModuleList([TransformerBlock(config) for _ in range(config["n_layers"])])

    def forward(self, x, mask=None):
        for layer in self.layer:
            x = layer(x, mask)
        return x


class DistilBertModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = Embeddings(config)
        self.transformer = Transformer(config)
        self.config = config

    def forward(self, input_ids, attention_mask=None):
        return self.transformer(self.embeddings(input_ids), unfilled(self.config, input_ids, attention_mask))


class DistilBertForMaskedLM(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.distilbert = DistilBertModel(config)
        self.vocab_transform = nn.Linear(config["dim"], config["dim"])
        self.vocab_layer_norm = nn.LayerNorm(config["dim"], eps=1e-12)
        self.vocab_projector = nn.Linear(config["dim"], config["vocab_size"])
        self.act = activation(config.get("activation", "gelu"))
        if config.get("tie_word_embeddings", True):
            self.vocab_projector.weight = self.distilbert.embeddings.word_embeddings.weight

    def forward(self, input_ids, attention_mask=None):
        x = self.vocab_transform(self.distilbert(input_ids, attention_mask))
        return self.vocab_projector(self.vocab_layer_norm(self.act(x)))


class DistilBertForSequenceClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.distilbert = DistilBertModel(config)
        self.pre_classifier = nn.Linear(config["dim"], config["dim"])
        self.classifier = nn.Linear(config["dim"], number_of_labels(config))
        self.dropout = nn.Dropout(config.get("seq_classif_dropout", 0.2))

    def forward(self, input_ids, attention_mask=None):
        first = self.distilbert(input_ids, attention_mask)[:, 0]
        return self.classifier(self.dropout(torch.relu(self.pre_classifier(first))))


class DistilBertForTokenClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.distilbert = DistilBertModel(config)
        self.classifier = nn.Linear(config["dim"], number_of_labels(config))
        self.dropout = nn.Dropout(config.get("dropout", 0.1))

    def forward(self, input_ids, attention_mask=None):
        return self.classifier(self.dropout(self.distilbert(input_ids, attention_mask)))


class DistilBertForQuestionAnswering(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.distilbert = DistilBertModel(config)
        self.qa_outputs = nn.Linear(config["dim"], 2)
        self.dropout = nn.Dropout(config.get("qa_dropout", 0.1))

    def forward(self, input_ids, attention_mask=None):
        return self.qa_outputs(self.dropout(self.distilbert(input_ids, attention_mask)))
