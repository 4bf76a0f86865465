"""RoBERTa (Liu et al. 2019): BERT whose positions count from behind the padding's index and skip padding."""

import torch
from torch import nn

from activations import number_of_labels
from bert import BertEmbeddings, BertModel


class RobertaEmbeddings(BertEmbeddings):
    pad_token_id = 1

    def __init__(self, config):
        super().__init__(config)
        self.position_embeddings = nn.Embedding(config["max_position_embeddings"], config["hidden_size"], padding_idx=self.padding)

    def positions(self, input_ids):
        is_token = (input_ids != self.padding).long()
        return torch.cumsum(is_token, dim=1) * is_token + self.padding


class RobertaModel(BertModel):
    embeddings_class = RobertaEmbeddings


class RobertaLMHead(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.dense = nn.Linear(width, width)
        self.layer_norm = nn.LayerNorm(width, eps=config.get("layer_norm_eps", 1e-5))
        self.bias = nn.Parameter(torch.zeros(config["vocab_size"]))
        self.decoder = nn.Linear(width, config["vocab_size"])
        self.decoder.bias = self.bias

    def forward(self, x):
        return self.decoder(self.layer_norm(nn.functional.gelu(self.dense(x))))


class RobertaForMaskedLM(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.roberta = RobertaModel(config, add_pooling_layer=False)
        self.lm_head = RobertaLMHead(config)
        if config.get("tie_word_embeddings", True):
            self.lm_head.decoder.weight = self.roberta.embeddings.word_embeddings.weight

    def forward(self, input_ids, attention_mask=None):
        return self.lm_head(self.roberta(input_ids, attention_mask))


class RobertaClassificationHead(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.dense = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.get("hidden_dropout_prob", 0.1))
        self.out_proj = nn.Linear(width, number_of_labels(config))

    def forward(self, x):
        x = torch.tanh(self.dense(self.dropout(x[:, 0])))
        return self.out_proj(self.dropout(x))


class RobertaForSequenceClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.roberta = RobertaModel(config, add_pooling_layer=False)
        self.classifier = RobertaClassificationHead(config)

    def forward(self, input_ids, attention_mask=None):
        return self.classifier(self.roberta(input_ids, attention_mask))


class RobertaForTokenClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.roberta = RobertaModel(config, add_pooling_layer=False)
        self.dropout = nn.Dropout(config.get("hidden_dropout_prob", 0.1))
        self.classifier = nn.Linear(config["hidden_size"], number_of_labels(config))

    def forward(self, input_ids, attention_mask=None):
        return self.classifier(self.dropout(self.roberta(input_ids, attention_mask)))


class RobertaForQuestionAnswering(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.roberta = RobertaModel(config, add_pooling_layer=False)
        self.qa_outputs = nn.Linear(config["hidden_size"], 2)

    def forward(self, input_ids, attention_mask=None):
        return self.qa_outputs(self.roberta(input_ids, attention_mask))
