"""ViT (Dosovitskiy et al. 2020): a transformer encoder over the patches of an image."""

import torch
from torch import nn

from activations import activation, merge_heads, number_of_labels, split_heads


def pair(x):
    return tuple(x) if isinstance(x, (list, tuple)) else (x, x)


class ViTPatchEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        patch = pair(config["patch_size"])
        self.projection = nn.Conv2d(config.get("num_channels", 3), config["hidden_size"], patch, stride=patch)

    def forward(self, pixel_values):
        return self.projection(pixel_values).flatten(2).transpose(1, 2)


class ViTEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        (height, width), (rows, columns) = pair(config["image_size"]), pair(config["patch_size"])
        patches = (height // rows) * (width // columns)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, config["hidden_size"]))
        self.position_embeddings = nn.Parameter(torch.zeros(1, patches + 1, config["hidden_size"]))
        self.patch_embeddings = ViTPatchEmbeddings(config)
        self.dropout = nn.Dropout(config.get("hidden_dropout_prob", 0.0))

    def first_tokens(self, count):
        return [self.cls_token.expand(count, -1, -1)]

    def forward(self, pixel_values):
        x = self.patch_embeddings(pixel_values)
        x = torch.cat([*self.first_tokens(x.shape[0]), x], dim=1)
        return self.dropout(x + self.position_embeddings)


class ViTSelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        bias = config.get("qkv_bias", True)
        self.heads = config["num_attention_heads"]
        self.query = nn.Linear(width, width, bias=bias)
        self.key = nn.Linear(width, width, bias=bias)
        self.value = nn.Linear(width, width, bias=bias)
        self.dropout = nn.Dropout(config.get("attention_probs_dropout_prob", 0.0))

    def forward(self, x):
        query, key, value = (split_heads(part(x), self.heads) for part in (self.query, self.key, self.value))
        scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
        return merge_heads(self.dropout(torch.softmax(scores, dim=-1)) @ value)


class ViTDense(nn.Module):
    def __init__(self, config, in_features, out_features, act=None):
        super().__init__()
        self.dense = nn.Linear(in_features, out_features)
        self.act = act
        self.dropout = nn.Dropout(config.get("hidden_dropout_prob", 0.0))

    def forward(self, x):
        x = self.dense(x)
        return self.dropout(x) if self.act is None else self.act(x)


class ViTAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = ViTSelfAttention(config)
        self.output = ViTDense(config, config["hidden_size"], config["hidden_size"])

    def forward(self, x):
        return self.output(self.attention(x))


class ViTLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, inner = config["hidden_size"], config["intermediate_size"]
        epsilon = config.get("layer_norm_eps", 1e-12)
        self.attention = ViTAttention(config)
        self.intermediate = ViTDense(config, width, inner, activation(config.get("hidden_act", "gelu")))
        self.output = ViTDense(config, inner, width)
        self.layernorm_before = nn.LayerNorm(width, eps=epsilon)
        self.layernorm_after = nn.LayerNorm(width, eps=epsilon)

    def forward(self, x):
        x = x + self.attention(self.layernorm_before(x))
        return x + self.output(self.intermediate(self.layernorm_after(x)))


class ViTEncoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layer = nn.ModuleList([ViTLayer(config) for _ in range(config["num_hidden_layers"])])

    def forward(self, x):
        for layer in self.layer:
            x = layer(x)
        return x


class ViTPooler(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config["hidden_size"], config["hidden_size"])

    def forward(self, x):
        return torch.tanh(self.dense(x[:, 0]))


class ViTModel(nn.Module):
    embeddings_class = ViTEmbeddings

    def __init__(self, config, add_pooling_layer=True):
        super().__init__()
        self.embeddings = self.embeddings_class(config)
        self.encoder = ViTEncoder(config)
        self.layernorm = nn.LayerNorm(config["hidden_size"], eps=config.get("layer_norm_eps", 1e-12))
        self.pooler = ViTPooler(config) if add_pooling_layer else None

    def forward(self, pixel_values):
        x = self.layernorm(self.encoder(self.embeddings(pixel_values)))
        return x if self.pooler is None else (x, self.pooler(x))


class ViTForImageClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.vit = ViTModel(config, add_pooling_layer=False)
        self.classifier = nn.Linear(config["hidden_size"], number_of_labels(config))

    def forward(self, pixel_values):
        return self.classifier(self.vit(pixel_values)[:, 0])
