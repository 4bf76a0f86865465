"""Gemma (Gemma Team 2024): Llama with norms about one, scaled embeddings and heads of a width of their own."""

import torch
from torch import nn

from causal import StepLM
from llama import LlamaDecoderLayer, LlamaForCausalLM, LlamaForSequenceClassification, LlamaMLP, LlamaModel


class GemmaRMSNorm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width))
        self.eps = eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * (1.0 + self.weight)


class GemmaMLP(LlamaMLP):
    def kind(self, config):
        return config.get("hidden_activation") or "gelu_pytorch_tanh"


class GemmaDecoderLayer(LlamaDecoderLayer):
    mlp_class = GemmaMLP

    @staticmethod
    def norm(config):
        return GemmaRMSNorm(config["hidden_size"], config.get("rms_norm_eps", 1e-6))


class GemmaModel(LlamaModel):
    layer_class = GemmaDecoderLayer

    def __init__(self, config):
        # Where a configuration says no size of its heads, it is that of the first Gemma.
        super().__init__({"head_dim": 256, **config})
        self.scale = config["hidden_size"] ** 0.5

    def embed(self, input_ids):
        return self.embed_tokens(input_ids) * self.scale


class GemmaForCausalLM(LlamaForCausalLM):
    model_class = GemmaModel
    is_tied = True


class GemmaForSequenceClassification(LlamaForSequenceClassification):
    model_class = GemmaModel


class GemmaStep(StepLM, GemmaForCausalLM):
    pass
