"""Swin (Liu et al. 2021): attention within windows that move from layer to layer; patches are merged from stage to stage."""

import torch
import torch.nn.functional as F
from torch import nn

from activations import activation, merge_heads, number_of_labels, split_heads
from vit import ViTPatchEmbeddings, pair


class SwinPatchEmbeddings(ViTPatchEmbeddings):
    def __init__(self, config):
        super().__init__({**config, "hidden_size": config["embed_dim"]})
        self.patch = pair(config["patch_size"])

    def forward(self, pixel_values):
        height, width = pixel_values.shape[2:]
        right, below = -width % self.patch[1], -height % self.patch[0]
        if right or below:
            pixel_values = F.pad(pixel_values, (0, right, 0, below))
        return self.projection(pixel_values)


class SwinEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        if config.get("use_absolute_embeddings"):
            raise NotImplementedError("Swin with use_absolute_embeddings is not read")
        self.patch_embeddings = SwinPatchEmbeddings(config)
        self.norm = nn.LayerNorm(config["embed_dim"])
        self.dropout = nn.Dropout(config.get("hidden_dropout_prob", 0.0))

    def forward(self, pixel_values):
        """(N, rows, columns, C)"""
        return self.dropout(self.norm(self.patch_embeddings(pixel_values).permute(0, 2, 3, 1)))


def places_within(window):
    """Of each two places of a window, which entry of the table of distances is theirs: (window², window²)"""
    places = [(row, column) for row in range(window) for column in range(window)]
    return [[(a - c + window - 1) * (2 * window - 1) + b - d + window - 1 for c, d in places] for a, b in places]


class SwinSelfAttention(nn.Module):
    def __init__(self, config, width, heads, window):
        super().__init__()
        bias = config.get("qkv_bias", True)
        self.heads, self.window = heads, window
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * window - 1) ** 2, heads))
        self.register_buffer("relative_position_index", torch.tensor(places_within(window)))
        self.query = nn.Linear(width, width, bias=bias)
        self.key = nn.Linear(width, width, bias=bias)
        self.value = nn.Linear(width, width, bias=bias)
        self.dropout = nn.Dropout(config.get("attention_probs_dropout_prob", 0.0))

    def forward(self, x, apart=None):
        """x: (windows, places, C). apart: (windows of a picture, places, places), what may not see each other."""
        query, key, value = (split_heads(part(x), self.heads) for part in (self.query, self.key, self.value))
        scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
        count = self.window**2
        bias = self.relative_position_bias_table[self.relative_position_index.view(-1)]
        scores = scores + bias.view(count, count, self.heads).permute(2, 0, 1)[None]
        if apart is not None:
            scores = scores.view(-1, apart.shape[0], self.heads, count, count) + apart[None, :, None]
            scores = scores.view(-1, self.heads, count, count)
        return merge_heads(self.dropout(torch.softmax(scores, dim=-1)) @ value)


class SwinDense(nn.Module):
    def __init__(self, in_features, out_features, act=None):
        super().__init__()
        self.dense = nn.Linear(in_features, out_features)
        self.act = act

    def forward(self, x):
        x = self.dense(x)
        return x if self.act is None else self.act(x)


class SwinAttention(nn.Module):
    def __init__(self, config, width, heads, window):
        super().__init__()
        self.self = SwinSelfAttention(config, width, heads, window)
        self.output = SwinDense(width, width)

    def forward(self, x, apart=None):
        return self.output(self.self(x, apart))


def into_windows(x, size):
    """(N, rows, columns, C) -> (N * windows, size², C)"""
    batch, rows, columns, width = x.shape
    x = x.view(batch, rows // size, size, columns // size, size, width)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, size * size, width)


def from_windows(x, size, rows, columns):
    """(N * windows, size², C) -> (N, rows, columns, C)"""
    x = x.view(-1, rows // size, columns // size, size, size, x.shape[-1])
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, rows, columns, x.shape[-1])


def strangers(rows, columns, size, shift):
    """
    Of a picture that was moved round by `shift`: -100 between places of a window that are no neighbours in the picture.
    """
    part = lambda i, count: 0 if i < count - size else 1 if i < count - shift else 2
    region = [[3 * part(i, rows) + part(j, columns) for j in range(columns)] for i in range(rows)]
    windows = [
        [region[i + a][j + b] for a in range(size) for b in range(size)]
        for i in range(0, rows, size) for j in range(0, columns, size)
    ]
    return torch.tensor([[[0.0 if a == b else -100.0 for b in own] for a in own] for own in windows])


class SwinLayer(nn.Module):
    def __init__(self, config, width, heads, grid, moves):
        super().__init__()
        epsilon, inner = config.get("layer_norm_eps", 1e-5), int(config.get("mlp_ratio", 4.0) * width)
        self.size = config.get("window_size", 7)
        if min(grid) < self.size:
            raise NotImplementedError(
                f"windows of {self.size} over {grid[0]} x {grid[1]} patches are not read: the window is larger than the picture"
            )
        # A window that holds the whole picture does not move.
        self.shift = self.size // 2 if moves and min(grid) > self.size else 0
        self.layernorm_before = nn.LayerNorm(width, eps=epsilon)
        self.attention = SwinAttention(config, width, heads, self.size)
        self.layernorm_after = nn.LayerNorm(width, eps=epsilon)
        self.intermediate = SwinDense(width, inner, activation(config.get("hidden_act", "gelu")))
        self.output = SwinDense(inner, width)

    def forward(self, x):
        rows, columns = x.shape[1:3]
        y = self.layernorm_before(x)
        right, below = -columns % self.size, -rows % self.size
        if right or below:
            y = F.pad(y, (0, 0, 0, right, 0, below))
        all_rows, all_columns = rows + below, columns + right
        apart = None
        if self.shift:
            y = torch.roll(y, shifts=(-self.shift, -self.shift), dims=(1, 2))
            apart = strangers(all_rows, all_columns, self.size, self.shift)
        y = from_windows(self.attention(into_windows(y, self.size), apart), self.size, all_rows, all_columns)
        if self.shift:
            y = torch.roll(y, shifts=(self.shift, self.shift), dims=(1, 2))
        if right or below:
            y = y[:, :rows, :columns]
        x = x + y
        return x + self.output(self.intermediate(self.layernorm_after(x)))


class SwinPatchMerging(nn.Module):
    """Four neighbours become one of twice the width."""

    def __init__(self, width):
        super().__init__()
        self.reduction = nn.Linear(4 * width, 2 * width, bias=False)
        self.norm = nn.LayerNorm(4 * width)

    def forward(self, x):
        rows, columns = x.shape[1:3]
        if rows % 2 or columns % 2:
            x = F.pad(x, (0, 0, 0, columns % 2, 0, rows % 2))
        x = torch.cat([x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]], dim=-1)
        return self.reduction(self.norm(x))


class SwinStage(nn.Module):
    def __init__(self, config, stage, grid):
        super().__init__()
        width, heads = config["embed_dim"] * 2**stage, config["num_heads"][stage]
        depths = config["depths"]
        self.blocks = nn.ModuleList([SwinLayer(config, width, heads, grid, i % 2 == 1) for i in range(depths[stage])])
        self.downsample = SwinPatchMerging(width) if stage < len(depths) - 1 else None

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x if self.downsample is None else self.downsample(x)


class SwinEncoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        rows, columns = (-(-side // patch) for side, patch in
                         zip(pair(config["image_size"]), pair(config["patch_size"])))
        stages = []
        for stage in range(len(config["depths"])):
            stages.append(SwinStage(config, stage, (rows, columns)))
            rows, columns = (rows + 1) // 2, (columns + 1) // 2
        self.layers = nn.ModuleList(stages)

    def forward(self, x):
        for stage in self.layers:
            x = stage(x)
        return x


class SwinModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["embed_dim"] * 2 ** (len(config["depths"]) - 1)
        self.embeddings = SwinEmbeddings(config)
        self.encoder = SwinEncoder(config)
        self.layernorm = nn.LayerNorm(width, eps=config.get("layer_norm_eps", 1e-5))

    def forward(self, pixel_values):
        x = self.layernorm(self.encoder(self.embeddings(pixel_values)).flatten(1, 2))
        return x, x.mean(dim=1)


class SwinForImageClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.swin = SwinModel(config)
        self.classifier = nn.Linear(config["embed_dim"] * 2 ** (len(config["depths"]) - 1), number_of_labels(config))

    def forward(self, pixel_values):
        return self.classifier(self.swin(pixel_values)[1])
