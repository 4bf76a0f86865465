"""mT5 (Xue et al. 2020): T5 of many languages, with gated units and its own matrix of scores."""

from t5 import T5EncoderModel, T5ForConditionalGeneration, T5Memory, T5Step


def multilingual(config):
    return {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False, **config}


class MT5EncoderModel(T5EncoderModel):
    def __init__(self, config):
        super().__init__(multilingual(config))


class MT5ForConditionalGeneration(T5ForConditionalGeneration):
    def __init__(self, config):
        super().__init__(multilingual(config))


class MT5Memory(T5Memory):
    def __init__(self, config):
        super().__init__(multilingual(config))


class MT5Step(T5Step):
    def __init__(self, config):
        super().__init__(multilingual(config))
