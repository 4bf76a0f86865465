"""StableLM (Bellagente et al. 2024): Llama with layer norms, of which a part of each head is turned."""

from torch import nn

from causal import StepLM
from llama import LlamaAttention, LlamaDecoderLayer, LlamaForCausalLM, LlamaForSequenceClassification, LlamaModel


class StableLmAttention(LlamaAttention):
    def project(self, width, inner, shared, config):
        if config.get("qk_layernorm"):
            raise NotImplementedError("StableLM with qk_layernorm is not read yet")
        bias = config.get("use_qkv_bias", False)
        self.q_proj = nn.Linear(width, inner, bias=bias)
        self.k_proj = nn.Linear(width, shared, bias=bias)
        self.v_proj = nn.Linear(width, shared, bias=bias)
        self.o_proj = nn.Linear(inner, width, bias=False)


class StableLmDecoderLayer(LlamaDecoderLayer):
    attention_class = StableLmAttention

    def __init__(self, config, index):
        super().__init__(config, index)
        self.is_parallel = config.get("use_parallel_residual", False)
        if self.is_parallel:
            self.post_attention_layernorm = None

    @staticmethod
    def norm(config):
        return nn.LayerNorm(config["hidden_size"], eps=config.get("layer_norm_eps", 1e-5))

    def forward(self, x, cos, sin, places, hidden):
        if not self.is_parallel:
            return super().forward(x, cos, sin, places, hidden)
        normed = self.input_layernorm(x)
        return x + self.self_attn(normed, cos, sin, places, hidden) + self.mlp(normed)


class StableLmModel(LlamaModel):
    layer_class = StableLmDecoderLayer

    def __init__(self, config):
        super().__init__({"partial_rotary_factor": 0.25, **config})


class StableLmForCausalLM(LlamaForCausalLM):
    model_class = StableLmModel


class StableLmForSequenceClassification(LlamaForSequenceClassification):
    model_class = StableLmModel


class StableLmStep(StepLM, StableLmForCausalLM):
    pass
