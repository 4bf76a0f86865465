"""Qwen3-MoE (Yang et al. 2025): Qwen3 whose units are a mixture of experts."""

from causal import StepLM
from experts import QwenMoeBlock, qwen_units
from llama import LlamaForCausalLM, LlamaForSequenceClassification
from qwen3 import Qwen3DecoderLayer, Qwen3Model


class Qwen3MoeSparseMoeBlock(QwenMoeBlock):
    pass


class Qwen3MoeDecoderLayer(Qwen3DecoderLayer):
    def units_of(self, config, index):
        return qwen_units(Qwen3MoeSparseMoeBlock, config, index)


class Qwen3MoeModel(Qwen3Model):
    layer_class = Qwen3MoeDecoderLayer


class Qwen3MoeForCausalLM(LlamaForCausalLM):
    model_class = Qwen3MoeModel


class Qwen3MoeForSequenceClassification(LlamaForSequenceClassification):
    model_class = Qwen3MoeModel


class Qwen3MoeStep(StepLM, Qwen3MoeForCausalLM):
    pass
