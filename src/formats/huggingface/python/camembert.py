"""CamemBERT (Martin et al. 2019): RoBERTa of French."""

from roberta import (
    RobertaForMaskedLM,
    RobertaForQuestionAnswering,
    RobertaForSequenceClassification,
    RobertaForTokenClassification,
    RobertaModel,
)


class CamembertModel(RobertaModel):
    pass


class CamembertForMaskedLM(RobertaForMaskedLM):
    pass


class CamembertForSequenceClassification(RobertaForSequenceClassification):
    pass


class CamembertForTokenClassification(RobertaForTokenClassification):
    pass


class CamembertForQuestionAnswering(RobertaForQuestionAnswering):
    pass
