"""Qwen3 (Yang et al. 2025): Llama whose queries and keys are normed head by head."""

from causal import StepLM
from llama import (
    LlamaAttention,
    LlamaDecoderLayer,
    LlamaForCausalLM,
    LlamaForSequenceClassification,
    LlamaModel,
    LlamaRMSNorm,
    head_size,
)


class Qwen3Attention(LlamaAttention):
    def __init__(self, config):
        super().__init__(config)
        epsilon = config.get("rms_norm_eps", 1e-6)
        self.q_norm = LlamaRMSNorm(head_size(config), epsilon)
        self.k_norm = LlamaRMSNorm(head_size(config), epsilon)

    def normed(self, query, key):
        return self.q_norm(query), self.k_norm(key)


class Qwen3DecoderLayer(LlamaDecoderLayer):
    attention_class = Qwen3Attention


class Qwen3Model(LlamaModel):
    layer_class = Qwen3DecoderLayer

    def window_of(self, config):
        if config.get("use_sliding_window"):
            raise NotImplementedError("Qwen3 with use_sliding_window is not read yet")
        return None


class Qwen3ForCausalLM(LlamaForCausalLM):
    model_class = Qwen3Model


class Qwen3ForSequenceClassification(LlamaForSequenceClassification):
    model_class = Qwen3Model


class Qwen3Step(StepLM, Qwen3ForCausalLM):
    pass
