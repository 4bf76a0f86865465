"""Qwen2 (Yang et al. 2024): Llama with biases of queries, keys and values."""

from torch import nn

from causal import StepLM
from llama import LlamaAttention, LlamaDecoderLayer, LlamaForCausalLM, LlamaForSequenceClassification, LlamaModel


class Qwen2Attention(LlamaAttention):
    def project(self, width, inner, shared, config):
        self.q_proj = nn.Linear(width, inner)
        self.k_proj = nn.Linear(width, shared)
        self.v_proj = nn.Linear(width, shared)
        self.o_proj = nn.Linear(inner, width, bias=False)


class Qwen2DecoderLayer(LlamaDecoderLayer):
    attention_class = Qwen2Attention


class Qwen2Model(LlamaModel):
    layer_class = Qwen2DecoderLayer

    def window_of(self, config):
        if config.get("use_sliding_window"):
            raise NotImplementedError("Qwen2 with use_sliding_window is not read yet")
        return None


class Qwen2ForCausalLM(LlamaForCausalLM):
    model_class = Qwen2Model


class Qwen2ForSequenceClassification(LlamaForSequenceClassification):
    model_class = Qwen2Model


class Qwen2Step(StepLM, Qwen2ForCausalLM):
    pass
