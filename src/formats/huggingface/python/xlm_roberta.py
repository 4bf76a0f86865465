"""XLM-RoBERTa (Conneau et al. 2019): RoBERTa of a hundred languages."""

from roberta import (
    RobertaForMaskedLM,
    RobertaForQuestionAnswering,
    RobertaForSequenceClassification,
    RobertaForTokenClassification,
    RobertaModel,
)


class XLMRobertaModel(RobertaModel):
    pass


class XLMRobertaForMaskedLM(RobertaForMaskedLM):
    pass


class XLMRobertaForSequenceClassification(RobertaForSequenceClassification):
    pass


class XLMRobertaForTokenClassification(RobertaForTokenClassification):
    pass


class XLMRobertaForQuestionAnswering(RobertaForQuestionAnswering):
    pass
