"""Nets of many kinds, each small: what people build besides classifiers of pictures and words."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class LayerNorm2d(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNeXtBlock(nn.Module):
    def __init__(self, dim, scale=1e-1):
        super().__init__()
        self.dwconv = nn.Conv2d(dim, dim, 7, padding=3, groups=dim)
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.pwconv1 = nn.Linear(dim, 4 * dim)
        self.act = nn.GELU()
        self.pwconv2 = nn.Linear(4 * dim, dim)
        self.gamma = nn.Parameter(scale * torch.ones(dim))

    def forward(self, x):
        y = self.dwconv(x).permute(0, 2, 3, 1)
        y = self.gamma * self.pwconv2(self.act(self.pwconv1(self.norm(y))))
        return x + y.permute(0, 3, 1, 2)


class ConvNeXt(nn.Module):
    def __init__(self, dims=(8, 12), classes=5):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, dims[0], 4, stride=4), LayerNorm2d(dims[0], eps=1e-6))
        self.stage0 = ConvNeXtBlock(dims[0])
        self.down = nn.Sequential(LayerNorm2d(dims[0], eps=1e-6), nn.Conv2d(dims[0], dims[1], 2, stride=2))
        self.stage1 = ConvNeXtBlock(dims[1])
        self.head = nn.Linear(dims[1], classes)

    def forward(self, x):
        x = self.stage1(self.down(self.stage0(self.stem(x))))
        return self.head(x.mean([-2, -1]))


class SEResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, cin, cout, stride, reduction=4):
            super().__init__()
            self.conv1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(cout)
            self.conv2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(cout)
            self.fc1 = nn.Conv2d(cout, cout // reduction, 1)
            self.fc2 = nn.Conv2d(cout // reduction, cout, 1)
            self.shortcut = nn.Identity() if cin == cout and stride == 1 else nn.Conv2d(cin, cout, 1, stride)

        def forward(self, x):
            y = F.silu(self.bn1(self.conv1(x)))
            y = self.bn2(self.conv2(y))
            s = F.adaptive_avg_pool2d(y, 1)
            s = torch.sigmoid(self.fc2(F.silu(self.fc1(s))))
            return F.silu(y * s + self.shortcut(x))

    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(self.Block(3, 8, 1), self.Block(8, 8, 1), self.Block(8, 16, 2))
        self.fc = nn.Linear(16, 4)

    def forward(self, x):
        return self.fc(self.blocks(x).flatten(2).amax(-1))


class WaveNet(nn.Module):
    def __init__(self, channels=6, skip=8, layers=4):
        super().__init__()
        self.start = nn.Conv1d(1, channels, 1)
        self.filters = nn.ModuleList(nn.Conv1d(channels, channels, 2, dilation=2**i) for i in range(layers))
        self.gates = nn.ModuleList(nn.Conv1d(channels, channels, 2, dilation=2**i) for i in range(layers))
        self.residuals = nn.ModuleList(nn.Conv1d(channels, channels, 1) for _ in range(layers))
        self.skips = nn.ModuleList(nn.Conv1d(channels, skip, 1) for _ in range(layers))
        self.end = nn.Conv1d(skip, 3, 1)

    def forward(self, x):
        x = self.start(x)
        total = 0
        for f, g, r, s in zip(self.filters, self.gates, self.residuals, self.skips):
            z = torch.tanh(f(x)) * torch.sigmoid(g(x))
            total = s(z) if isinstance(total, int) else total[..., -z.shape[-1]:] + s(z)
            x = r(z) + x[..., -z.shape[-1]:]
        return self.end(F.elu(total))


class TCN(nn.Module):
    class Block(nn.Module):
        def __init__(self, cin, cout, dilation, kernel=3):
            super().__init__()
            self.pad = (kernel - 1) * dilation
            self.conv1 = nn.Conv1d(cin, cout, kernel, padding=self.pad, dilation=dilation)
            self.conv2 = nn.Conv1d(cout, cout, kernel, padding=self.pad, dilation=dilation)
            self.down = nn.Conv1d(cin, cout, 1) if cin != cout else None

        def forward(self, x):
            y = F.leaky_relu(self.conv1(x)[:, :, : -self.pad], 0.1)
            y = F.leaky_relu(self.conv2(y)[:, :, : -self.pad], 0.1)
            return F.softplus(y + (x if self.down is None else self.down(x)))

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(self.Block(3, 6, 1), self.Block(6, 6, 2), self.Block(6, 5, 4))
        self.head = nn.Linear(5, 2)

    def forward(self, x):
        return self.head(self.net(x)[:, :, -1])


class Seq2Seq(nn.Module):
    """A GRU that reads both ways, and one that writes, looking at all that was read (Bahdanau)."""

    def __init__(self, vocabulary=40, size=6):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, size)
        self.encoder = nn.GRU(size, size, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(2 * size, size)
        self.query = nn.Linear(size, size, bias=False)
        self.key = nn.Linear(2 * size, size, bias=False)
        self.score = nn.Linear(size, 1, bias=False)
        self.cell = nn.GRUCell(3 * size, size)
        self.out = nn.Linear(size, vocabulary)

    def forward(self, ids):
        source, target = ids[:, :5], ids[:, 5:]
        memory, h = self.encoder(self.embed(source))
        state = torch.tanh(self.bridge(torch.cat([h[0], h[1]], dim=1)))
        keys = self.key(memory)
        outputs = []
        for t in range(target.size(1)):
            scores = self.score(torch.tanh(self.query(state).unsqueeze(1) + keys)).squeeze(-1)
            weights = F.softmax(scores, dim=-1)
            context = torch.bmm(weights.unsqueeze(1), memory).squeeze(1)
            state = self.cell(torch.cat([self.embed(target[:, t]), context], dim=-1), state)
            outputs.append(self.out(state))
        return torch.stack(outputs, dim=1)


class GAT(nn.Module):
    """Graph attention over a ring with chords; the graph is part of the net."""

    def __init__(self, nodes=8, features=5, size=4, heads=2):
        super().__init__()
        adjacency = torch.eye(nodes)
        for i in range(nodes):
            adjacency[i, (i + 1) % nodes] = adjacency[(i + 1) % nodes, i] = 1
            adjacency[i, (i * 3 + 2) % nodes] = 1
        self.register_buffer("adjacency", adjacency)
        self.heads, self.size = heads, size
        self.W = nn.Linear(features, heads * size, bias=False)
        self.a = nn.Parameter(torch.rand(2, heads, size))
        self.out = nn.Linear(heads * size, 3)

    def forward(self, x):
        b, n, _ = x.shape
        h = self.W(x).view(b, n, self.heads, self.size)
        left = torch.einsum("bnhd,hd->bnh", h, self.a[0])
        right = torch.einsum("bnhd,hd->bnh", h, self.a[1])
        e = F.leaky_relu(left.unsqueeze(2) + right.unsqueeze(1), 0.2)
        e = e.masked_fill(self.adjacency[None, :, :, None] == 0, float("-inf"))
        h = torch.einsum("bijh,bjhd->bihd", e.softmax(dim=2), h)
        return self.out(F.elu(h.reshape(b, n, -1)).mean(1))


class DeepFM(nn.Module):
    def __init__(self, fields=(4, 7, 3), size=4):
        super().__init__()
        offsets = [0]
        for f in fields[:-1]:
            offsets.append(offsets[-1] + f)
        self.register_buffer("offsets", torch.tensor(offsets))
        self.bias = nn.Parameter(torch.zeros(1))
        self.linear = nn.EmbeddingBag(sum(fields), 1, mode="sum")
        self.embedding = nn.Embedding(sum(fields), size)
        self.deep = nn.Sequential(nn.Linear(len(fields) * size, 9), nn.PReLU(), nn.Linear(9, 1))

    def forward(self, x):
        x = x % 3 + self.offsets
        v = self.embedding(x)
        fm = 0.5 * (v.sum(1).pow(2) - v.pow(2).sum(1)).sum(1, keepdim=True)
        return torch.sigmoid(self.bias + self.linear(x) + fm + self.deep(v.flatten(1)))


class MaskedConv2d(nn.Conv2d):
    def __init__(self, kind, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.register_buffer("mask", torch.ones_like(self.weight))
        _, _, h, w = self.weight.shape
        self.mask[:, :, h // 2, w // 2 + (kind == "B"):] = 0
        self.mask[:, :, h // 2 + 1:] = 0

    def forward(self, x):
        return F.conv2d(x, self.weight * self.mask, self.bias, self.stride, self.padding)


class PixelCNN(nn.Module):
    def __init__(self, width=6):
        super().__init__()
        self.first = MaskedConv2d("A", 1, width, 5, padding=2)
        self.layers = nn.ModuleList(MaskedConv2d("B", width, width, 3, padding=1) for _ in range(2))
        self.norm = nn.GroupNorm(3, width)
        self.out = nn.Conv2d(width, 3, 1)

    def forward(self, x):
        x = F.mish(self.first(x))
        for layer in self.layers:
            x = x + F.mish(layer(x))
        return self.out(self.norm(x))


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


class LlamaBlock(nn.Module):
    """Rotary embedding by complex numbers, two queries a key, SwiGLU."""

    def __init__(self, vocabulary=40, dim=16, heads=4, groups=2, length=9):
        super().__init__()
        self.heads, self.groups, self.d = heads, groups, dim // heads
        self.embed = nn.Embedding(vocabulary, dim)
        self.norm1, self.norm2, self.norm = RMSNorm(dim), RMSNorm(dim), RMSNorm(dim)
        self.wq = nn.Linear(dim, dim, bias=False)
        self.wk = nn.Linear(dim, groups * self.d, bias=False)
        self.wv = nn.Linear(dim, groups * self.d, bias=False)
        self.wo = nn.Linear(dim, dim, bias=False)
        self.w1 = nn.Linear(dim, 24, bias=False)
        self.w2 = nn.Linear(24, dim, bias=False)
        self.w3 = nn.Linear(dim, 24, bias=False)
        angle = torch.outer(torch.arange(length).float(), 1.0 / 10000 ** (torch.arange(0, self.d, 2).float() / self.d))
        self.register_buffer("cos", angle.cos(), persistent=False)
        self.register_buffer("sin", angle.sin(), persistent=False)

    def rotate(self, x):
        x1, x2 = x[..., ::2], x[..., 1::2]
        cos, sin = self.cos[: x.size(-2)], self.sin[: x.size(-2)]
        return torch.stack([x1 * cos - x2 * sin, x1 * sin + x2 * cos], -1).flatten(-2)

    def forward(self, ids):
        x = self.embed(ids)
        b, t, c = x.shape
        y = self.norm1(x)
        q = self.rotate(self.wq(y).view(b, t, self.heads, self.d).transpose(1, 2))
        k = self.rotate(self.wk(y).view(b, t, self.groups, self.d).transpose(1, 2))
        v = self.wv(y).view(b, t, self.groups, self.d).transpose(1, 2)
        k, v = (z.repeat_interleave(self.heads // self.groups, dim=1) for z in (k, v))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.wo(y.transpose(1, 2).reshape(b, t, c))
        y = self.norm2(x)
        x = x + self.w2(F.silu(self.w1(y)) * self.w3(y))
        return F.linear(self.norm(x), self.embed.weight)


class Perceiver(nn.Module):
    def __init__(self, features=5, latents=4, size=8):
        super().__init__()
        self.latents = nn.Parameter(torch.randn(latents, size))
        self.cross = nn.MultiheadAttention(size, 2, kdim=features, vdim=features, batch_first=True)
        self.inner = nn.TransformerEncoderLayer(size, 2, 16, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
        self.head = nn.Linear(size, 3)

    def forward(self, x):
        z = self.latents.expand(x.shape[0], -1, -1)
        z = z + self.cross(z, x, x, need_weights=False)[0]
        return self.head(self.inner(z).mean(1))


class ConformerConv(nn.Module):
    def __init__(self, dim=8):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.pointwise1 = nn.Conv1d(dim, 2 * dim, 1)
        self.depthwise = nn.Conv1d(dim, dim, 5, padding=2, groups=dim)
        self.batch_norm = nn.BatchNorm1d(dim)
        self.pointwise2 = nn.Conv1d(dim, dim, 1)
        self.ff = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, 2 * dim), nn.Hardswish(), nn.Linear(2 * dim, dim))

    def forward(self, x):
        x = x + 0.5 * self.ff(x)
        y = F.glu(self.pointwise1(self.norm(x).transpose(1, 2)), dim=1)
        y = self.pointwise2(F.silu(self.batch_norm(self.depthwise(y))))
        return x + y.transpose(1, 2)


class UNet3d(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        def double(cin, cout):
            return nn.Sequential(
                nn.Conv3d(cin, cout, 3, padding=1), nn.InstanceNorm3d(cout, affine=True), nn.SELU(), nn.Conv3d(cout, cout, 3, padding=1), nn.Tanh(),
            )
        self.enc1, self.enc2 = double(1, width), double(width, 2 * width)
        self.pool = nn.AvgPool3d(2)
        self.up = nn.ConvTranspose3d(2 * width, width, 2, stride=2)
        self.dec = double(2 * width, width)
        self.out = nn.Conv3d(width, 2, 1)

    def forward(self, x):
        a = self.enc1(x)
        b = self.up(self.enc2(self.pool(a)))
        return self.out(self.dec(torch.cat([a, b], 1)))


class TabTransformer(nn.Module):
    """Category columns as words, and the Fourier features of a number."""

    def __init__(self, columns=4, size=8):
        super().__init__()
        self.embed = nn.Embedding(40, size)
        self.column = nn.Parameter(torch.randn(1, columns, size))
        layer = nn.TransformerEncoderLayer(size, 2, 16, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.register_buffer("B", torch.tensor([0.5, 1.0, 2.0]))
        self.head = nn.Linear(columns * size + 6, 3)

    def forward(self, ids):
        z = self.encoder(self.embed(ids) + self.column)
        u = ids.float().mean(1, keepdim=True) * self.B * math.pi
        return self.head(torch.cat([z.flatten(1), u.sin(), u.cos()], 1))


class NeuralODE(nn.Module):
    """Four Runge-Kutta steps of one net."""

    def __init__(self, size=5):
        super().__init__()
        self.lift = nn.Linear(3, size)
        self.f = nn.Sequential(nn.Linear(size, 12), nn.Tanh(), nn.Linear(12, size))
        self.read = nn.Linear(size, 2)

    def forward(self, x):
        y, h = self.lift(x), 0.25
        for _ in range(4):
            k1 = self.f(y)
            k2 = self.f(y + h / 2 * k1)
            k3 = self.f(y + h / 2 * k2)
            k4 = self.f(y + h * k3)
            y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return self.read(y)


class ESPCN(nn.Module):
    def __init__(self, factor=2):
        super().__init__()
        self.body = nn.Sequential(
            nn.ReflectionPad2d(2), nn.Conv2d(1, 6, 5), nn.PReLU(6), nn.Conv2d(6, 6, 3, padding=1, padding_mode="replicate"), nn.PReLU(6),
            nn.Conv2d(6, factor**2, 3, padding=1), nn.PixelShuffle(factor),
        )

    def forward(self, x):
        return self.body(x) + F.interpolate(x, scale_factor=2, mode="bicubic", align_corners=False)


class Capsules(nn.Module):
    """Dynamic routing between capsules, three rounds."""

    def __init__(self, outputs=3, size=4):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 5, stride=2)
        self.W = nn.Parameter(torch.randn(1, 18, outputs, size, 4))

    @staticmethod
    def squash(s):
        n = (s**2).sum(-1, keepdim=True)
        return n / (1 + n) * s / torch.sqrt(n + 1e-8)

    def forward(self, x):
        u = F.relu(self.conv(x)).view(x.size(0), 2, 4, -1).permute(0, 1, 3, 2)
        u = self.squash(u.reshape(x.size(0), -1, 4))
        votes = (self.W @ u[:, :, None, :, None]).squeeze(-1)
        logits = torch.zeros(x.size(0), votes.size(1), votes.size(2), 1, device=x.device, dtype=x.dtype)
        for i in range(3):
            v = self.squash((logits.softmax(2) * votes).sum(1, keepdim=True))
            if i < 2:
                logits = logits + (votes * v).sum(-1, keepdim=True)
        return v.squeeze(1).norm(dim=-1)


class Siamese(nn.Module):
    """Cosine similarity of the two halves of a row."""

    def __init__(self):
        super().__init__()
        self.tower = nn.Sequential(nn.Linear(6, 10), nn.LayerNorm(10), nn.CELU(0.7), nn.Linear(10, 4))
        self.temperature = nn.Parameter(torch.tensor(0.5))

    def forward(self, x):
        a, b = x.chunk(2, dim=-1)
        return F.cosine_similarity(self.tower(a), self.tower(b), dim=-1) * self.temperature.exp()
