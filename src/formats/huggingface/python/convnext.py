"""ConvNeXt (Liu et al. 2022): a convolutional network with the choices of a transformer."""

import torch
from torch import nn

from activations import activation, number_of_labels


class ConvNextLayerNorm(nn.Module):
    """Over the channels of (N, C, H, W)."""

    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x):
        x = x - x.mean(1, keepdim=True)
        x = x / torch.sqrt(x.pow(2).mean(1, keepdim=True) + 1e-6)
        return self.weight[:, None, None] * x + self.bias[:, None, None]


class ConvNextEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, patch = config["hidden_sizes"][0], config.get("patch_size", 4)
        self.patch_embeddings = nn.Conv2d(config.get("num_channels", 3), width, patch, stride=patch)
        self.layernorm = ConvNextLayerNorm(width)

    def forward(self, pixel_values):
        return self.layernorm(self.patch_embeddings(pixel_values))


class ConvNextLayer(nn.Module):
    """A wide convolution of each channel by itself, then units over the channels."""

    def __init__(self, config, width):
        super().__init__()
        scale = config.get("layer_scale_init_value", 1e-6)
        self.dwconv = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.layernorm = nn.LayerNorm(width, eps=1e-6)
        self.pwconv1 = nn.Linear(width, 4 * width)
        self.act = activation(config.get("hidden_act", "gelu"))
        self.pwconv2 = nn.Linear(4 * width, width)
        self.layer_scale_parameter = nn.Parameter(scale * torch.ones(width)) if scale > 0 else None

    def forward(self, x):
        y = self.layernorm(self.dwconv(x).permute(0, 2, 3, 1))
        y = self.pwconv2(self.act(self.pwconv1(y)))
        if self.layer_scale_parameter is not None:
            y = self.layer_scale_parameter * y
        return x + y.permute(0, 3, 1, 2)


class ConvNextStage(nn.Module):
    def __init__(self, config, before, width, depth, halves):
        super().__init__()
        self.downsampling_layer = (
            nn.Sequential(ConvNextLayerNorm(before), nn.Conv2d(before, width, 2, stride=2)) if halves else nn.Identity()
        )
        self.layers = nn.Sequential(*[ConvNextLayer(config, width) for _ in range(depth)])

    def forward(self, x):
        return self.layers(self.downsampling_layer(x))


class ConvNextEncoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        widths, depths = config["hidden_sizes"], config["depths"]
        self.stages = nn.ModuleList([
            ConvNextStage(config, widths[max(i - 1, 0)], widths[i], depths[i], i > 0) for i in range(len(depths))
        ])

    def forward(self, x):
        for stage in self.stages:
            x = stage(x)
        return x


class ConvNextModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = ConvNextEmbeddings(config)
        self.encoder = ConvNextEncoder(config)
        self.layernorm = nn.LayerNorm(config["hidden_sizes"][-1], eps=config.get("layer_norm_eps", 1e-12))

    def forward(self, pixel_values):
        x = self.encoder(self.embeddings(pixel_values))
        return x, self.layernorm(x.mean([-2, -1]))


class ConvNextForImageClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.convnext = ConvNextModel(config)
        self.classifier = nn.Linear(config["hidden_sizes"][-1], number_of_labels(config))

    def forward(self, pixel_values):
        return self.classifier(self.convnext(pixel_values)[1])
