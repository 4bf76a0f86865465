"""ELECTRA (Clark et al. 2020): BERT whose embeddings may be narrower than its stream, and that has no pooler."""

import torch
from torch import nn

from activations import activation, number_of_labels, unfilled
from bert import BertEmbeddings, BertEncoder


class ElectraModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        inside = config.get("embedding_size", width)
        self.embeddings = BertEmbeddings({**config, "hidden_size": inside})
        self.embeddings_project = nn.Linear(inside, width) if inside != width else None
        self.encoder = BertEncoder(config)
        self.config = config

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        attention_mask = unfilled(self.config, input_ids, attention_mask)
        x = self.embeddings(input_ids, token_type_ids)
        if self.embeddings_project is not None:
            x = self.embeddings_project(x)
        return self.encoder(x, attention_mask)


class ElectraGeneratorPredictions(nn.Module):
    def __init__(self, config):
        super().__init__()
        inside = config.get("embedding_size", config["hidden_size"])
        self.LayerNorm = nn.LayerNorm(inside, eps=config.get("layer_norm_eps", 1e-12))
        self.dense = nn.Linear(config["hidden_size"], inside)

    def forward(self, x):
        return self.LayerNorm(nn.functional.gelu(self.dense(x)))


class ElectraForMaskedLM(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.electra = ElectraModel(config)
        self.generator_predictions = ElectraGeneratorPredictions(config)
        self.generator_lm_head = nn.Linear(config.get("embedding_size", config["hidden_size"]), config["vocab_size"])
        if config.get("tie_word_embeddings", True):
            self.generator_lm_head.weight = self.electra.embeddings.word_embeddings.weight

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return self.generator_lm_head(self.generator_predictions(self.electra(input_ids, attention_mask, token_type_ids)))


class ElectraDiscriminatorPredictions(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config["hidden_size"], config["hidden_size"])
        self.dense_prediction = nn.Linear(config["hidden_size"], 1)
        self.activation = activation(config.get("hidden_act", "gelu"))

    def forward(self, x):
        return self.dense_prediction(self.activation(self.dense(x))).squeeze(-1)


class ElectraForPreTraining(nn.Module):
    """Whether each token was replaced."""

    def __init__(self, config):
        super().__init__()
        self.electra = ElectraModel(config)
        self.discriminator_predictions = ElectraDiscriminatorPredictions(config)

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return self.discriminator_predictions(self.electra(input_ids, attention_mask, token_type_ids))


class ElectraClassificationHead(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config["hidden_size"], config["hidden_size"])
        self.dropout = nn.Dropout(config.get("hidden_dropout_prob", 0.1))
        self.out_proj = nn.Linear(config["hidden_size"], number_of_labels(config))

    def forward(self, x):
        return self.out_proj(self.dropout(nn.functional.gelu(self.dense(self.dropout(x[:, 0])))))


class ElectraForSequenceClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.electra = ElectraModel(config)
        self.classifier = ElectraClassificationHead(config)

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return self.classifier(self.electra(input_ids, attention_mask, token_type_ids))


class ElectraForTokenClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.electra = ElectraModel(config)
        self.dropout = nn.Dropout(config.get("hidden_dropout_prob", 0.1))
        self.classifier = nn.Linear(config["hidden_size"], number_of_labels(config))

    def forward(self, input_ids, attention_mask=None, token_type_ids=None):
        return self.classifier(self.dropout(self.electra(input_ids, attention_mask, token_type_ids)))
