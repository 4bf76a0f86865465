"""Vision transformers (Dosovitskiy and others 2021)."""

import math
from collections import OrderedDict
from functools import partial

import torch
from torch import nn
from torch.nn import init

from ._weights import outside, without

__all__ = ["VisionTransformer", "vit_b_16", "vit_b_32", "vit_h_14", "vit_l_16", "vit_l_32"]


class MLPBlock(nn.Sequential):
    def __init__(self, width, inside, dropout):
        super().__init__(
            nn.Linear(width, inside), nn.GELU(), nn.Dropout(dropout), nn.Linear(inside, width), nn.Dropout(dropout)
        )
        for m in self:
            if isinstance(m, nn.Linear):
                init.xavier_uniform_(m.weight)
                init.normal_(m.bias, std=1e-6)


class EncoderBlock(nn.Module):
    def __init__(self, num_heads, width, inside, dropout, attention_dropout, norm):
        super().__init__()
        self.num_heads = num_heads
        self.ln_1 = norm(width)
        self.self_attention = nn.MultiheadAttention(width, num_heads, dropout=attention_dropout, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.ln_2 = norm(width)
        self.mlp = MLPBlock(width, inside, dropout)

    def forward(self, x):
        seen = self.ln_1(x)
        seen, _ = self.self_attention(seen, seen, seen, need_weights=False)
        x = x + self.dropout(seen)
        return x + self.mlp(self.ln_2(x))


class Encoder(nn.Module):
    def __init__(self, length, count, num_heads, width, inside, dropout, attention_dropout, norm):
        super().__init__()
        self.pos_embedding = nn.Parameter(torch.empty(1, length, width).normal_(std=0.02))
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.Sequential(
            OrderedDict(
                (f"encoder_layer_{i}", EncoderBlock(num_heads, width, inside, dropout, attention_dropout, norm))
                for i in range(count)
            )
        )
        self.ln = norm(width)

    def forward(self, x):
        return self.ln(self.layers(self.dropout(x + self.pos_embedding)))


class VisionTransformer(nn.Module):
    def __init__(
        self,
        image_size,
        patch_size,
        num_layers,
        num_heads,
        hidden_dim,
        mlp_dim,
        dropout=0.0,
        attention_dropout=0.0,
        num_classes=1000,
        representation_size=None,
        norm_layer=partial(nn.LayerNorm, eps=1e-6),
    ):
        super().__init__()
        if image_size % patch_size:
            raise ValueError("Input shape indivisible by patch size!")
        self.image_size, self.patch_size, self.hidden_dim = image_size, patch_size, hidden_dim
        self.num_classes = num_classes
        self.conv_proj = nn.Conv2d(3, hidden_dim, patch_size, stride=patch_size)
        self.class_token = nn.Parameter(torch.zeros(1, 1, hidden_dim))
        self.seq_length = (image_size // patch_size) ** 2 + 1
        self.encoder = Encoder(
            self.seq_length, num_layers, num_heads, hidden_dim, mlp_dim, dropout, attention_dropout, norm_layer
        )
        heads = OrderedDict()
        if representation_size is None:
            heads["head"] = nn.Linear(hidden_dim, num_classes)
        else:
            heads["pre_logits"] = nn.Linear(hidden_dim, representation_size)
            heads["act"] = nn.Tanh()
            heads["head"] = nn.Linear(representation_size, num_classes)
        self.heads = nn.Sequential(heads)
        init.trunc_normal_(self.conv_proj.weight, std=math.sqrt(1 / (3 * patch_size**2)))
        init.zeros_(self.conv_proj.bias)
        init.zeros_(self.heads.head.weight)
        init.zeros_(self.heads.head.bias)

    def forward(self, x):
        x = self.conv_proj(x).flatten(2).permute(0, 2, 1)
        x = torch.cat([self.class_token.expand(x.shape[0], -1, -1), x], dim=1)
        return self.heads(self.encoder(x)[:, 0])


def _made(patch, layers, heads, width, inside):
    return without(
        VisionTransformer, image_size=224, patch_size=patch, num_layers=layers, num_heads=heads, hidden_dim=width,
        mlp_dim=inside,
    )


vit_b_16 = _made(16, 12, 12, 768, 3072)
vit_b_32 = _made(32, 12, 12, 768, 3072)
vit_l_16 = _made(16, 24, 16, 1024, 4096)
vit_l_32 = _made(32, 24, 16, 1024, 4096)
vit_h_14 = _made(14, 32, 16, 1280, 5120)


def __getattr__(name):
    return outside("vision_transformer", name)
