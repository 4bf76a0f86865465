"""DINOv2 (Oquab et al. 2023): ViT whose layers scale what they add; classes by the first token and the mean of patches."""

import torch
import torch.nn.functional as F
from torch import nn

from activations import activation, number_of_labels
from vit import ViTAttention, ViTEmbeddings, pair


class Dinov2Embeddings(ViTEmbeddings):
    def __init__(self, config):
        super().__init__(config)
        # Of use in its first training only.
        self.mask_token = nn.Parameter(torch.zeros(1, config["hidden_size"]))
        self.patch = pair(config["patch_size"])
        (height, width) = pair(config["image_size"])
        self.grid = height // self.patch[0], width // self.patch[1]

    def positions(self, height, width):
        """Those that were learned, drawn out where the picture has another size."""
        grid = height // self.patch[0], width // self.patch[1]
        if grid == self.grid:
            return self.position_embeddings
        first, rest = self.position_embeddings[:, :1], self.position_embeddings[:, 1:]
        rest = rest.reshape(1, *self.grid, -1).permute(0, 3, 1, 2)
        rest = F.interpolate(rest, size=grid, mode="bicubic", align_corners=False)
        return torch.cat([first, rest.flatten(2).transpose(1, 2)], dim=1)

    def forward(self, pixel_values):
        x = self.patch_embeddings(pixel_values)
        x = torch.cat([*self.first_tokens(x.shape[0]), x], dim=1)
        return self.dropout(x + self.positions(*pixel_values.shape[2:]))


class Dinov2LayerScale(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.lambda1 = nn.Parameter(config.get("layerscale_value", 1.0) * torch.ones(config["hidden_size"]))

    def forward(self, x):
        return x * self.lambda1


class Dinov2MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        inner = int(width * config.get("mlp_ratio", 4))
        self.fc1 = nn.Linear(width, inner)
        self.activation = activation(config.get("hidden_act", "gelu"))
        self.fc2 = nn.Linear(inner, width)

    def forward(self, x):
        return self.fc2(self.activation(self.fc1(x)))


class Dinov2SwiGLUFFN(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        inner = int(width * config.get("mlp_ratio", 4))
        inner = (int(inner * 2 / 3) + 7) // 8 * 8
        self.weights_in = nn.Linear(width, 2 * inner)
        self.weights_out = nn.Linear(inner, width)

    def forward(self, x):
        gate, up = self.weights_in(x).chunk(2, dim=-1)
        return self.weights_out(F.silu(gate) * up)


class Dinov2Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, epsilon = config["hidden_size"], config.get("layer_norm_eps", 1e-6)
        self.norm1 = nn.LayerNorm(width, eps=epsilon)
        self.attention = ViTAttention(config)
        self.layer_scale1 = Dinov2LayerScale(config)
        self.norm2 = nn.LayerNorm(width, eps=epsilon)
        self.mlp = Dinov2SwiGLUFFN(config) if config.get("use_swiglu_ffn") else Dinov2MLP(config)
        self.layer_scale2 = Dinov2LayerScale(config)

    def forward(self, x):
        x = x + self.layer_scale1(self.attention(self.norm1(x)))
        return x + self.layer_scale2(self.mlp(self.norm2(x)))


class Dinov2Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layer = nn.ModuleList([Dinov2Layer(config) for _ in range(config["num_hidden_layers"])])

    def forward(self, x):
        for layer in self.layer:
            x = layer(x)
        return x


class Dinov2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = Dinov2Embeddings(config)
        self.encoder = Dinov2Encoder(config)
        self.layernorm = nn.LayerNorm(config["hidden_size"], eps=config.get("layer_norm_eps", 1e-6))

    def forward(self, pixel_values):
        x = self.layernorm(self.encoder(self.embeddings(pixel_values)))
        return x, x[:, 0]


class Dinov2ForImageClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dinov2 = Dinov2Model(config)
        self.classifier = nn.Linear(2 * config["hidden_size"], number_of_labels(config))

    def forward(self, pixel_values):
        x, first = self.dinov2(pixel_values)
        return self.classifier(torch.cat([first, x[:, 1:].mean(dim=1)], dim=1))
