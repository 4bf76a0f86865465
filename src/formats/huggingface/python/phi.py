"""Phi-1 to Phi-2 (Gunasekar et al. 2023): attention and units side by side, of which half of each head is turned."""

from torch import nn

from activations import activation
from causal import StepLM
from llama import LlamaAttention, LlamaDecoderLayer, LlamaForCausalLM, LlamaForSequenceClassification, LlamaModel


class PhiAttention(LlamaAttention):
    def project(self, width, inner, shared, config):
        if config.get("qk_layernorm"):
            raise NotImplementedError("Phi with qk_layernorm is not read yet")
        self.q_proj = nn.Linear(width, inner)
        self.k_proj = nn.Linear(width, shared)
        self.v_proj = nn.Linear(width, shared)
        self.dense = nn.Linear(inner, width)

    def o_proj(self, x):
        return self.dense(x)


class PhiMLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.fc1 = nn.Linear(config["hidden_size"], config["intermediate_size"])
        self.fc2 = nn.Linear(config["intermediate_size"], config["hidden_size"])
        self.activation_fn = activation(config.get("hidden_act", "gelu_new"))

    def forward(self, x):
        return self.fc2(self.activation_fn(self.fc1(x)))


class PhiDecoderLayer(LlamaDecoderLayer):
    attention_class = PhiAttention
    mlp_class = PhiMLP

    def norms(self, config):
        self.input_layernorm = self.norm(config)
        self.resid_dropout = nn.Dropout(config.get("resid_pdrop", 0.0))

    @staticmethod
    def norm(config):
        return nn.LayerNorm(config["hidden_size"], eps=config.get("layer_norm_eps", 1e-5))

    def forward(self, x, cos, sin, places, hidden):
        normed = self.input_layernorm(x)
        attended = self.self_attn(normed, cos, sin, places, hidden)
        return self.resid_dropout(attended) + self.resid_dropout(self.mlp(normed)) + x


class PhiModel(LlamaModel):
    layer_class = PhiDecoderLayer

    def __init__(self, config):
        super().__init__({"partial_rotary_factor": 0.5, **config})

    def add_norm(self, norm):
        self.final_layernorm = norm

    def normed(self, x):
        return self.final_layernorm(x)


class PhiForCausalLM(LlamaForCausalLM):
    model_class = PhiModel

    def __init__(self, config):
        super().__init__(config)
        self.lm_head = nn.Linear(config["hidden_size"], config["vocab_size"])
        if config.get("tie_word_embeddings", False):
            self.lm_head.weight = self.model.embed_tokens.weight


class PhiForSequenceClassification(LlamaForSequenceClassification):
    model_class = PhiModel


class PhiStep(StepLM, PhiForCausalLM):
    pass
