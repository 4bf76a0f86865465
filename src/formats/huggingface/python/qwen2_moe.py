"""Qwen2-MoE (Yang et al. 2024): Qwen2 whose units are a mixture of experts beside one that all tokens share."""

import torch
from torch import nn

from causal import StepLM
from experts import QwenMoeBlock, qwen_units
from llama import LlamaForCausalLM, LlamaForSequenceClassification, LlamaMLP
from qwen2 import Qwen2DecoderLayer, Qwen2Model


class Qwen2MoeSparseMoeBlock(QwenMoeBlock):
    usual_experts, usual_most, usual_inner = 60, 4, 1408

    def __init__(self, config):
        super().__init__(config)
        inner = config.get("shared_expert_intermediate_size", 5632)
        self.shared_expert = LlamaMLP({**config, "intermediate_size": inner})
        self.shared_expert_gate = nn.Linear(config["hidden_size"], 1, bias=False)

    def forward(self, x):
        return super().forward(x) + torch.sigmoid(self.shared_expert_gate(x)) * self.shared_expert(x)


class Qwen2MoeDecoderLayer(Qwen2DecoderLayer):
    def units_of(self, config, index):
        return qwen_units(Qwen2MoeSparseMoeBlock, config, index)


class Qwen2MoeModel(Qwen2Model):
    layer_class = Qwen2MoeDecoderLayer


class Qwen2MoeForCausalLM(LlamaForCausalLM):
    model_class = Qwen2MoeModel


class Qwen2MoeForSequenceClassification(LlamaForSequenceClassification):
    model_class = Qwen2MoeModel


class Qwen2MoeStep(StepLM, Qwen2MoeForCausalLM):
    pass
