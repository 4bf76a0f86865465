"""Mixtral (Jiang et al. 2024): Mistral whose units are a mixture of experts."""

from torch import nn

from activations import activation
from causal import StepLM
from experts import mixed, shares
from llama import LlamaDecoderLayer, LlamaForCausalLM, LlamaForSequenceClassification, LlamaModel


class MixtralBlockSparseTop2MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, inner = config["hidden_size"], config["intermediate_size"]
        self.w1 = nn.Linear(width, inner, bias=False)
        self.w2 = nn.Linear(inner, width, bias=False)
        self.w3 = nn.Linear(width, inner, bias=False)
        self.act_fn = activation(config.get("hidden_act", "silu"))

    def forward(self, x):
        return self.w2(self.act_fn(self.w1(x)) * self.w3(x))


class MixtralSparseMoeBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        count = config.get("num_local_experts", 8)
        self.most = config.get("num_experts_per_tok", 2)
        self.gate = nn.Linear(config["hidden_size"], count, bias=False)
        self.experts = nn.ModuleList([MixtralBlockSparseTop2MLP(config) for _ in range(count)])

    def forward(self, x):
        return mixed(self.experts, shares(self.gate(x), self.most, True), x)


class MixtralDecoderLayer(LlamaDecoderLayer):
    units, mlp_class = "block_sparse_moe", MixtralSparseMoeBlock


class MixtralModel(LlamaModel):
    layer_class = MixtralDecoderLayer

    def window_of(self, config):
        return config.get("sliding_window")


class MixtralForCausalLM(LlamaForCausalLM):
    model_class = MixtralModel


class MixtralForSequenceClassification(LlamaForSequenceClassification):
    model_class = MixtralModel


class MixtralStep(StepLM, MixtralForCausalLM):
    pass
