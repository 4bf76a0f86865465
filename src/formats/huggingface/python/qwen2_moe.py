"""Qwen2-MoE (Yang et al. 2024): Qwen2 whose units are a mixture of experts beside one that all tokens share."""

import torch
from torch import nn

from causal import StepLM
from experts import mixed, shares
from llama import LlamaForCausalLM, LlamaForSequenceClassification, LlamaMLP
from qwen2 import Qwen2DecoderLayer, Qwen2Model


class Qwen2MoeSparseMoeBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, count = config["hidden_size"], config.get("num_experts", 60)
        self.most, self.is_normed = config.get("num_experts_per_tok", 4), config.get("norm_topk_prob", False)
        self.gate = nn.Linear(width, count, bias=False)
        units = lambda size, usual: LlamaMLP({**config, "intermediate_size": config.get(size, usual)})
        self.experts = nn.ModuleList([units("moe_intermediate_size", 1408) for _ in range(count)])
        self.shared_expert = units("shared_expert_intermediate_size", 5632)
        self.shared_expert_gate = nn.Linear(width, 1, bias=False)

    def forward(self, x):
        shared = torch.sigmoid(self.shared_expert_gate(x)) * self.shared_expert(x)
        return mixed(self.experts, shares(self.gate(x), self.most, self.is_normed), x) + shared


class Qwen2MoeDecoderLayer(Qwen2DecoderLayer):
    def units_of(self, config, index):
        is_sparse = (
            index not in config.get("mlp_only_layers", [])
            and config.get("num_experts", 60) > 0
            and (index + 1) % config.get("decoder_sparse_step", 1) == 0
        )
        return Qwen2MoeSparseMoeBlock(config) if is_sparse else LlamaMLP(config)


class Qwen2MoeModel(Qwen2Model):
    layer_class = Qwen2MoeDecoderLayer


class Qwen2MoeForCausalLM(LlamaForCausalLM):
    model_class = Qwen2MoeModel


class Qwen2MoeForSequenceClassification(LlamaForSequenceClassification):
    model_class = Qwen2MoeModel


class Qwen2MoeStep(StepLM, Qwen2MoeForCausalLM):
    pass
