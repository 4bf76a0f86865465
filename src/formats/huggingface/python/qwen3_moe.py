"""Qwen3-MoE (Yang et al. 2025): Qwen3 whose units are a mixture of experts."""

from torch import nn

from causal import StepLM
from experts import mixed, shares
from llama import LlamaForCausalLM, LlamaForSequenceClassification, LlamaMLP
from qwen3 import Qwen3DecoderLayer, Qwen3Model


class Qwen3MoeSparseMoeBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        count = config.get("num_experts", 128)
        self.most, self.is_normed = config.get("num_experts_per_tok", 8), config.get("norm_topk_prob", False)
        self.gate = nn.Linear(config["hidden_size"], count, bias=False)
        inner = config.get("moe_intermediate_size", 768)
        self.experts = nn.ModuleList([LlamaMLP({**config, "intermediate_size": inner}) for _ in range(count)])

    def forward(self, x):
        return mixed(self.experts, shares(self.gate(x), self.most, self.is_normed), x)


class Qwen3MoeDecoderLayer(Qwen3DecoderLayer):
    def units_of(self, config, index):
        is_sparse = (
            index not in (config.get("mlp_only_layers") or [])
            and config.get("num_experts", 128) > 0
            and (index + 1) % config.get("decoder_sparse_step", 1) == 0
        )
        return Qwen3MoeSparseMoeBlock(config) if is_sparse else LlamaMLP(config)


class Qwen3MoeModel(Qwen3Model):
    layer_class = Qwen3MoeDecoderLayer


class Qwen3MoeForCausalLM(LlamaForCausalLM):
    model_class = Qwen3MoeModel


class Qwen3MoeForSequenceClassification(LlamaForSequenceClassification):
    model_class = Qwen3MoeModel


class Qwen3MoeStep(StepLM, Qwen3MoeForCausalLM):
    pass
