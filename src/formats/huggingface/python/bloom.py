"""BLOOM (Workshop et al. 2022): a decoder whose scores fall with the distance, and that knows no positions."""

from torch import nn

from activations import gelu_tanh, merge_heads, number_of_labels
from causal import CausalLM, LastTokenClassifier, StepLM, Whole, alibi, attend


class BloomAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.heads = config["n_head"]
        self.scale = (width // self.heads) ** -0.5
        self.query_key_value = nn.Linear(width, 3 * width)
        self.dense = nn.Linear(width, width)
        self.attention_dropout = nn.Dropout(config.get("attention_dropout", 0.0))

    def forward(self, x, bias, places):
        batch, length, width = x.shape
        # Each head has its query, key and value side by side.
        heads = self.query_key_value(x).view(batch, length, self.heads, 3 * width // self.heads).transpose(1, 2)
        query, key, value = heads.chunk(3, dim=-1)
        key, value = places.keep(key, value)
        attended = attend(query, key, value, places.hidden, self.scale, bias, dropout=self.attention_dropout)
        return self.dense(merge_heads(attended))


class BloomMLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.dense_h_to_4h = nn.Linear(width, 4 * width)
        self.dense_4h_to_h = nn.Linear(4 * width, width)

    def forward(self, x):
        return self.dense_4h_to_h(gelu_tanh(self.dense_h_to_4h(x)))


class BloomBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, epsilon = config["hidden_size"], config.get("layer_norm_epsilon", 1e-5)
        self.is_residual_normed = config.get("apply_residual_connection_post_layernorm", False)
        self.input_layernorm = nn.LayerNorm(width, eps=epsilon)
        self.self_attention = BloomAttention(config)
        self.post_attention_layernorm = nn.LayerNorm(width, eps=epsilon)
        self.mlp = BloomMLP(config)
        self.dropout = nn.Dropout(config.get("hidden_dropout", 0.0))

    def forward(self, x, bias, places):
        normed = self.input_layernorm(x)
        x = (normed if self.is_residual_normed else x) + self.dropout(self.self_attention(normed, bias, places))
        normed = self.post_attention_layernorm(x)
        return (normed if self.is_residual_normed else x) + self.dropout(self.mlp(normed))


class BloomModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, epsilon = config["hidden_size"], config.get("layer_norm_epsilon", 1e-5)
        self.heads = config["n_head"]
        self.word_embeddings = nn.Embedding(config["vocab_size"], width)
        self.word_embeddings_layernorm = nn.LayerNorm(width, eps=epsilon)
        self.h = nn.ModuleList([BloomBlock(config) for _ in range(config["n_layer"])])
        self.ln_f = nn.LayerNorm(width, eps=epsilon)

    def forward(self, input_ids, places=None):
        places = Whole(input_ids) if places is None else places
        bias = alibi(self.heads, places)
        x = self.word_embeddings_layernorm(self.word_embeddings(input_ids))
        for block in self.h:
            x = block(x, bias, places)
        return self.ln_f(x)


class BloomForCausalLM(CausalLM, nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = BloomModel(config)
        self.lm_head = nn.Linear(config["hidden_size"], config["vocab_size"], bias=False)
        if config.get("tie_word_embeddings", True):
            self.lm_head.weight = self.transformer.word_embeddings.weight

    def body(self, input_ids, places):
        return self.transformer(input_ids, places)


class BloomForSequenceClassification(LastTokenClassifier, nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = BloomModel(config)
        self.score = nn.Linear(config["hidden_size"], number_of_labels(config), bias=False)

    def body(self, input_ids, places):
        return self.transformer(input_ids, places)


class BloomStep(StepLM, BloomForCausalLM):
    pass
