"""OPT (Zhang et al. 2022): a decoder with learned positions that begin at two, and units of rectifiers."""

from torch import nn

from activations import activation, merge_heads, number_of_labels, split_heads
from causal import CausalLM, LastTokenClassifier, StepLM, Whole, attend

#: Positions that were kept for padding.
OFFSET = 2


class OPTAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, bias = config["hidden_size"], config.get("enable_bias", True)
        self.heads = config["num_attention_heads"]
        self.scale = (width // self.heads) ** -0.5
        self.k_proj = nn.Linear(width, width, bias=bias)
        self.v_proj = nn.Linear(width, width, bias=bias)
        self.q_proj = nn.Linear(width, width, bias=bias)
        self.out_proj = nn.Linear(width, width, bias=bias)
        self.dropout = nn.Dropout(config.get("attention_dropout", 0.0))

    def forward(self, x, places):
        query, key, value = (split_heads(part(x), self.heads) for part in (self.q_proj, self.k_proj, self.v_proj))
        key, value = places.keep(key, value)
        return self.out_proj(merge_heads(attend(query, key, value, places.hidden, self.scale, dropout=self.dropout)))


class OPTDecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, inner, bias = config["hidden_size"], config["ffn_dim"], config.get("enable_bias", True)
        affine = config.get("layer_norm_elementwise_affine", True)
        self.is_before = config.get("do_layer_norm_before", True)
        self.self_attn = OPTAttention(config)
        self.self_attn_layer_norm = nn.LayerNorm(width, elementwise_affine=affine)
        self.fc1 = nn.Linear(width, inner, bias=bias)
        self.fc2 = nn.Linear(inner, width, bias=bias)
        self.final_layer_norm = nn.LayerNorm(width, elementwise_affine=affine)
        self.activation_fn = activation(config.get("activation_function", "relu"))
        self.dropout = nn.Dropout(config.get("dropout", 0.1))

    def forward(self, x, places):
        attend = lambda y: self.dropout(self.self_attn(y, places))
        units = lambda y: self.dropout(self.fc2(self.activation_fn(self.fc1(y))))
        if self.is_before:
            x = x + attend(self.self_attn_layer_norm(x))
            return x + units(self.final_layer_norm(x))
        x = self.self_attn_layer_norm(x + attend(x))
        return self.final_layer_norm(x + units(x))


class OPTDecoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        inside = config.get("word_embed_proj_dim") or width
        self.embed_tokens = nn.Embedding(config["vocab_size"], inside, padding_idx=config.get("pad_token_id", 1))
        self.embed_positions = nn.Embedding(config["max_position_embeddings"] + OFFSET, width)
        self.project_in = nn.Linear(inside, width, bias=False) if inside != width else None
        self.project_out = nn.Linear(width, inside, bias=False) if inside != width else None
        self.layers = nn.ModuleList([OPTDecoderLayer(config) for _ in range(config["num_hidden_layers"])])
        self.final_layer_norm = None
        if config.get("do_layer_norm_before", True) and not config.get("_remove_final_layer_norm", False):
            affine = config.get("layer_norm_elementwise_affine", True)
            self.final_layer_norm = nn.LayerNorm(width, elementwise_affine=affine)

    def forward(self, input_ids, places):
        x = self.embed_tokens(input_ids)
        if self.project_in is not None:
            x = self.project_in(x)
        x = x + self.embed_positions(places.positions + OFFSET)
        for layer in self.layers:
            x = layer(x, places)
        if self.final_layer_norm is not None:
            x = self.final_layer_norm(x)
        return x if self.project_out is None else self.project_out(x)


class OPTModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.decoder = OPTDecoder(config)

    def forward(self, input_ids, places=None):
        return self.decoder(input_ids, Whole(input_ids) if places is None else places)


def inner_width(config):
    return config.get("word_embed_proj_dim") or config["hidden_size"]


class OPTForCausalLM(CausalLM, nn.Module):
    def __init__(self, config):
        super().__init__()
        self.model = OPTModel(config)
        self.lm_head = nn.Linear(inner_width(config), config["vocab_size"], bias=False)
        if config.get("tie_word_embeddings", True):
            self.lm_head.weight = self.model.decoder.embed_tokens.weight


class OPTForSequenceClassification(LastTokenClassifier, nn.Module):
    def __init__(self, config):
        super().__init__()
        self.model = OPTModel(config)
        self.score = nn.Linear(inner_width(config), number_of_labels(config), bias=False)


class OPTStep(StepLM, OPTForCausalLM):
    pass
