"""Small models whose sizes depend on values, as torch.onnx exports them, with what onnxruntime computes with them.

Pinned: torch 2.5.1, torchvision 0.20.1, transformers 4.46.3, onnx 1.23.2, onnxruntime 1.32.0. Writes
onnx_steps.json.gz: by name the model (base64), and its inputs and outputs by name (base64 of TensorProtos), for other
sizes than it was exported with.
"""

import base64
import gzip
import io
import json
import os
import warnings

import onnxruntime
import torch
import torchvision
import transformers
from onnx import numpy_helper
from torch import nn

warnings.filterwarnings("ignore")
onnxruntime.set_default_logger_severity(4)
here = os.path.dirname(os.path.abspath(__file__))
torch.manual_seed(0)


class Selected(nn.Module):
    """Rows and cells by a mask; values that differ."""

    def forward(self, x):
        places = torch.nonzero(x[:, 0] > 0).squeeze(1)
        return x[x > 0].sum(), x[x[:, 0] > 0], x.index_select(0, places) * 2, torch.unique(torch.floor(x * 2))


class Branches(nn.Module):
    """Branches of other shapes."""

    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 4)

    def forward(self, x):
        if x.sum() > 0:
            return self.a(x)
        else:
            return self.b(x)[:, :2]


class Rounds(nn.Module):
    """As many rounds as the batch has rows."""

    def forward(self, x):
        y = torch.zeros_like(x[0])
        for i in range(x.shape[0]):
            y = y * 0.5 + x[i]
        return y


class Until(nn.Module):
    """Rounds until a value is large, each of which is kept."""

    def forward(self, x):
        y = x
        kept = [x]
        while bool(y.sum() < 100):
            y = y * 2 + 1
            kept.append(y)
        return torch.stack(kept), y


class Cell(nn.Module):
    """A cell in a loop over the length."""

    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(4, 8)
        self.out = nn.Linear(8, 2)

    def forward(self, x):
        h = x.new_zeros(x.shape[0], 8)
        c = h
        for t in range(x.shape[1]):
            h, c = self.cell(x[:, t], (h, c))
        return self.out(h)


class Detector(nn.Module):
    """Boxes that stay after suppression, and what the map holds in them."""

    def __init__(self):
        super().__init__()
        self.features = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.classify = nn.Linear(4 * 9, 3)

    def forward(self, x, boxes, scores):
        keep = torchvision.ops.nms(boxes, scores, 0.5)
        boxes = boxes[keep]
        maps = torchvision.ops.roi_align(self.features(x).relu(), [boxes], (3, 3), 0.5, 2, aligned=True)
        wide = torchvision.ops.roi_align(self.features(x), [boxes], (3, 3), 0.5)
        return boxes, self.classify(maps.flatten(1)), wide


class Experts(nn.Module):
    """A mixture of experts: each takes the words that are sent to it."""

    def __init__(self):
        super().__init__()
        config = transformers.MixtralConfig(
            vocab_size=40, hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2,
            num_key_value_heads=1, num_local_experts=3, max_position_embeddings=32, attn_implementation="eager",
        )
        self.model = transformers.MixtralForCausalLM(config)

    def forward(self, ids):
        return self.model(ids, use_cache=False, return_dict=False)[0]


def boxes(count):
    corner = torch.rand(count, 2) * 8
    return torch.cat([corner, corner + 2 + torch.rand(count, 2) * 6], 1)


script = torch.jit.script
rows = {"x": {0: "batch"}}
ids = lambda *shape: torch.randint(3, 40, shape)
cases = [
    ("selected", Selected(), [torch.randn(4, 3)], [torch.randn(7, 3)], ["x"], rows),
    ("selected_none", Selected(), [torch.randn(4, 3)], [-torch.ones(2, 3)], ["x"], rows),
    ("branch_then", script(Branches()), [torch.randn(2, 4)], [torch.ones(3, 4)], ["x"], rows),
    ("branch_else", script(Branches()), [torch.randn(2, 4)], [-torch.ones(3, 4)], ["x"], rows),
    ("rounds", script(Rounds()), [torch.randn(4, 3)], [torch.randn(7, 3)], ["x"], rows),
    ("until", script(Until()), [torch.rand(3)], [torch.rand(5)], ["x"], {"x": {0: "width"}}),
    ("cell", script(Cell()), [torch.randn(2, 5, 4)], [torch.randn(3, 7, 4)], ["x"], {"x": {0: "batch", 1: "length"}}),
    (
        "detector", Detector(),
        [torch.randn(1, 3, 16, 16), boxes(9), torch.rand(9)], [torch.randn(1, 3, 16, 16), boxes(14), torch.rand(14)],
        ["x", "boxes", "scores"], {"boxes": {0: "count"}, "scores": {0: "count"}},
    ),
    ("experts", Experts(), [ids(2, 5)], [ids(3, 7)], ["ids"], {"ids": {0: "batch", 1: "length"}}),
]


def text(array):
    return base64.b64encode(numpy_helper.from_array(array).SerializeToString()).decode()


out = {}
for name, model, example, inputs, names, axes in cases:
    model.eval()
    buffer = io.BytesIO()
    with torch.no_grad():
        torch.onnx.export(
            model, tuple(example), buffer, dynamo=False, opset_version=17, input_names=names, dynamic_axes=axes
        )
    data = buffer.getvalue()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    found = session.run(None, dict(zip(names, (x.numpy() for x in inputs))))
    out[name] = {
        "model": base64.b64encode(data).decode(),
        "inputs": {n: text(x.numpy()) for n, x in zip(names, inputs)},
        "outputs": [text(x) for x in found],
    }

with gzip.GzipFile(os.path.join(here, "onnx_steps.json.gz"), "wb", compresslevel=9, mtime=0) as f:
    f.write(json.dumps({"torch": torch.__version__, "models": out}, separators=(",", ":")).encode())
print({k: len(v["model"]) for k, v in out.items()})
