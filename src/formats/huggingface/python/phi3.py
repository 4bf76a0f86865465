"""Phi-3 (Abdin et al. 2024): Llama with queries, keys and values, and gates and units, in one matrix each."""

from torch import nn

from activations import activation
from causal import StepLM
from llama import LlamaAttention, LlamaDecoderLayer, LlamaForCausalLM, LlamaForSequenceClassification, LlamaModel


class Phi3Attention(LlamaAttention):
    def project(self, width, inner, shared, config):
        self.parts = [inner, shared, shared]
        self.qkv_proj = nn.Linear(width, sum(self.parts), bias=False)
        self.o_proj = nn.Linear(inner, width, bias=False)

    def projected(self, x):
        return self.qkv_proj(x).split(self.parts, dim=-1)


class Phi3MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, inner = config["hidden_size"], config["intermediate_size"]
        self.gate_up_proj = nn.Linear(width, 2 * inner, bias=False)
        self.down_proj = nn.Linear(inner, width, bias=False)
        self.activation_fn = activation(config.get("hidden_act", "silu"))

    def forward(self, x):
        gate, up = self.gate_up_proj(x).chunk(2, dim=-1)
        return self.down_proj(up * self.activation_fn(gate))


class Phi3DecoderLayer(LlamaDecoderLayer):
    attention_class = Phi3Attention
    mlp_class = Phi3MLP


class Phi3Model(LlamaModel):
    layer_class = Phi3DecoderLayer

    def window_of(self, config):
        return config.get("sliding_window")


class Phi3ForCausalLM(LlamaForCausalLM):
    model_class = Phi3Model


class Phi3ForSequenceClassification(LlamaForSequenceClassification):
    model_class = Phi3Model


class Phi3Step(StepLM, Phi3ForCausalLM):
    pass
