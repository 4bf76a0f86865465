"""Gemma 2 (Gemma Team 2024): norms before and behind each part, scores kept softly within bounds, windows in turns."""

import torch

from causal import StepLM, hidden_beyond
from gemma import GemmaDecoderLayer, GemmaModel
from llama import LlamaAttention, LlamaForCausalLM, LlamaForSequenceClassification


class Gemma2Attention(LlamaAttention):
    def __init__(self, config):
        super().__init__(config)
        self.scale = config.get("query_pre_attn_scalar", 256) ** -0.5
        self.cap = config.get("attn_logit_softcapping", 50.0)


class Gemma2DecoderLayer(GemmaDecoderLayer):
    attention_class = Gemma2Attention

    def norms(self, config):
        super().norms(config)
        self.pre_feedforward_layernorm = self.norm(config)
        self.post_feedforward_layernorm = self.norm(config)

    def forward(self, x, cos, sin, places, hidden):
        attended = self.self_attn(self.input_layernorm(x), cos, sin, places, hidden)
        x = x + self.post_attention_layernorm(attended)
        return x + self.post_feedforward_layernorm(self.mlp(self.pre_feedforward_layernorm(x)))


class Gemma2Model(GemmaModel):
    layer_class = Gemma2DecoderLayer

    def window_of(self, config):
        return config.get("sliding_window", 4096)

    def hidden(self, places):
        near, all_before = hidden_beyond(places, self.window), places.hidden
        return [all_before if i % 2 else near for i in range(len(self.layers))]


class Gemma2ForCausalLM(LlamaForCausalLM):
    model_class = Gemma2Model
    is_tied = True

    def __init__(self, config):
        super().__init__(config)
        self.cap = config.get("final_logit_softcapping", 30.0)

    def scores(self, x):
        scores = self.lm_head(x)
        return scores if self.cap is None else torch.tanh(scores / self.cap) * self.cap


class Gemma2ForSequenceClassification(LlamaForSequenceClassification):
    model_class = Gemma2Model


class Gemma2Step(StepLM, Gemma2ForCausalLM):
    pass
