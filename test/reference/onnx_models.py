"""Small PyTorch models as torch.onnx exports them, with what onnxruntime computes with them.

Pinned: torch 2.5.1, onnx 1.23.2, onnxruntime 1.32.0. Writes onnx_models.json.gz: by name the model (base64), the
inputs and outputs (base64 of TensorProtos) for sizes other than those it was exported with, and PyTorch's number of
trained parameters.
"""

import base64
import gzip
import io
import json
import math
import os
import warnings

import onnxruntime
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from torch import nn

warnings.filterwarnings("ignore")
onnxruntime.set_default_logger_severity(4)
here = os.path.dirname(os.path.abspath(__file__))
torch.manual_seed(0)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = self.qkv(x).split(c, dim=2)
        q, k, v = (z.view(b, t, self.heads, c // self.heads).transpose(1, 2) for z in (q, k, v))
        scores = q @ k.transpose(-2, -1) / math.sqrt(k.size(-1))
        mask = torch.tril(torch.ones(t, t, dtype=torch.bool, device=x.device))
        scores = scores.masked_fill(~mask, float("-inf"))
        return self.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(b, t, c))


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = Attention(width, 4)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 32), nn.GELU(), nn.Linear(32, width))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Decoder(nn.Module):
    """A decoder with symbolic batch and length."""

    def __init__(self, words=50, width=16, layers=2):
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.places = nn.Embedding(32, width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(layers))
        self.head = nn.Linear(width, words, bias=False)

    def forward(self, ids):
        x = self.words(ids) + self.places(torch.arange(ids.shape[1], device=ids.device))
        for block in self.blocks:
            x = block(x)
        return self.head(x)


class Encoder(nn.Module):
    """nn.TransformerEncoder, with a mask as a second input."""

    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, activation="gelu")
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.classify = nn.Linear(16, 3)

    def forward(self, x, keep):
        weights = keep.unsqueeze(-1)
        h = self.encoder(x)
        return self.classify((h * weights).sum(1) / weights.sum(1).clamp(min=1e-6))


class Signal(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(4, 8, 3, padding="same")
        self.norm = nn.GroupNorm(2, 8)
        self.up = nn.Upsample(scale_factor=2, mode="linear")
        self.back = nn.ConvTranspose1d(8, 6, 3, stride=2, padding=1)
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        x = self.back(self.up(F.silu(self.norm(self.conv(x)))))
        return self.fc(F.adaptive_avg_pool1d(x, 1).flatten(1))


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        return F.relu(x + self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))


def image():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, stride=2, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU6(),
        Residual(4),
        nn.MaxPool2d(2, ceil_mode=True),
        nn.Dropout(0.3),
        nn.Flatten(),
        nn.Linear(4 * 7 * 7, 10),
        nn.LogSoftmax(1),
    )


class Enlarge(nn.Module):
    """Sizes of images that are not known when it is read."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3, padding=1)
        self.rnn = nn.LSTM(2, 4, batch_first=True, bidirectional=True)

    def forward(self, x):
        x = F.interpolate(self.conv(x), scale_factor=2, mode="nearest")
        x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        return self.rnn(x.mean(2).transpose(1, 2))[0]


ids = lambda *shape: torch.randint(0, 50, shape)
both = lambda *names: {n: {0: "batch", 1: "length"} for n in names}
rows = lambda *names: {n: {0: "batch"} for n in names}
keep = torch.tensor([[1.0] * 7, [1.0] * 4 + [0.0] * 3, [1.0, 1.0] + [0.0] * 5])
cases = [
    ("decoder", Decoder(), [ids(2, 5)], [ids(3, 7)], ["ids"], both("ids"), 17, False),
    ("decoder_opset14", Decoder(), [ids(2, 5)], [ids(3, 7)], ["ids"], both("ids"), 14, False),
    (
        "encoder",
        Encoder(),
        # The exporter fixes the length that attention was traced with.
        [torch.randn(2, 7, 16), torch.ones(2, 7)],
        [torch.randn(3, 7, 16), keep],
        ["x", "keep"],
        rows("x", "keep"),
        17,
        False,
    ),
    ("signal", Signal(), [torch.randn(2, 4, 10)], [torch.randn(3, 4, 10)], ["x"], rows("x"), 18, False),
    (
        "enlarge",
        Enlarge(),
        [torch.randn(2, 1, 4, 4)],
        [torch.randn(2, 1, 5, 3)],
        ["x"],
        {"x": {0: "batch", 2: "height", 3: "width"}},
        17,
        False,
    ),
    ("image", image(), [torch.randn(2, 1, 28, 28)], [torch.randn(3, 1, 28, 28)], ["x"], rows("x"), 17, True),
    ("image_opset9", image(), [torch.randn(2, 1, 28, 28)], [torch.randn(3, 1, 28, 28)], ["x"], rows("x"), 9, False),
]


def text(array):
    return base64.b64encode(numpy_helper.from_array(array).SerializeToString()).decode()


out = {}
for name, model, example, inputs, names, axes, opset, training in cases:
    with torch.no_grad():
        # The exporter would share tensors that are equal, as fresh biases are.
        for p in model.parameters():
            p.add_(0.1 * torch.randn_like(p))
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.5, 1.5)
    model.eval()
    buffer = io.BytesIO()
    torch.onnx.export(
        model,
        tuple(example),
        buffer,
        dynamo=False,
        opset_version=opset,
        input_names=names,
        output_names=["y"],
        dynamic_axes=axes | {"y": {0: "batch"}},
        # Otherwise batch normalization is folded into the convolutions.
        **({"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False} if training else {}),
    )
    data = buffer.getvalue()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    found = session.run(None, dict(zip(names, (x.numpy() for x in inputs))))
    expected = model(*inputs).detach().numpy()
    assert abs(found[0] - expected).max() < 1e-4
    out[name] = {
        "model": base64.b64encode(data).decode(),
        "inputs": [text(x.numpy()) for x in inputs],
        "outputs": [text(expected)],
        "parameters": sum(p.numel() for p in model.parameters()),
        "modules": [n for n, m in model.named_modules() if n and not list(m.children())],
    }

with gzip.GzipFile(os.path.join(here, "onnx_models.json.gz"), "wb", compresslevel=9, mtime=0) as f:
    f.write(json.dumps({"torch": torch.__version__, "models": out}, separators=(",", ":")).encode())
print({k: len(v["model"]) for k, v in out.items()})
