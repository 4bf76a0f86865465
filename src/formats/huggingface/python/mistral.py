"""Mistral (Jiang et al. 2023): Llama whose tokens look a limited number of tokens back."""

from llama import LlamaForCausalLM, LlamaForSequenceClassification, LlamaModel
from causal import StepLM


class MistralModel(LlamaModel):
    def window_of(self, config):
        # In the first version's configuration it stands whether or not it is named.
        return config.get("sliding_window", 4096)


class MistralForCausalLM(LlamaForCausalLM):
    model_class = MistralModel


class MistralForSequenceClassification(LlamaForSequenceClassification):
    model_class = MistralModel


class MistralStep(StepLM, MistralForCausalLM):
    pass
