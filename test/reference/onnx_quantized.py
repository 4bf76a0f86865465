"""Small models as onnxruntime's quantisers write them, with what onnxruntime computes with them.

Pinned: torch 2.5.1, onnx 1.23.2, onnx-ir 1.1.0, onnxruntime 1.32.0. Writes onnx_quantized.json.gz: by name the model (base64), the
inputs and outputs (base64 of TensorProtos) as onnxruntime has them without optimisations, so that every node is
computed as it is written, and `optimised`, by how much its answer differs when it joins nodes (a value that lies between
two steps is rounded to the other side). `gradients`: PyTorch's of torch.fake_quantize_per_channel_affine.
"""

import base64
import gzip
import io
import json
import os
import tempfile
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from torch import nn

warnings.filterwarnings("ignore")
onnxruntime.set_default_logger_severity(4)
here = os.path.dirname(os.path.abspath(__file__))
torch.manual_seed(0)


class Table(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 16), nn.Sigmoid(), nn.Linear(16, 3))

    def forward(self, x):
        return self.layers(x).softmax(-1)


class Pictures(nn.Module):
    """Convolutions (grouped, strided), pools, a residual sum, a join, a gate."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.deep = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.point = nn.Conv2d(8, 8, 1)
        self.down = nn.Conv2d(16, 12, 3, stride=2)
        self.head = nn.Linear(12, 5)
        self.norm.running_mean.normal_()
        self.norm.running_var.uniform_(0.5, 2)

    def forward(self, x):
        x = self.norm(self.first(x)).relu()
        y = F.leaky_relu(self.point(self.deep(x)), 0.1)
        x = torch.cat([x + y, x * torch.sigmoid(y)], 1)
        x = F.avg_pool2d(F.max_pool2d(self.down(x), 2), 2, stride=1)
        return self.head(x.mean((2, 3)))


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(40, 16)
        layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, activation="gelu", dropout=0)
        self.encoder = nn.TransformerEncoder(layer, 1)
        self.head = nn.Linear(16, 4)

    def forward(self, ids):
        return self.head(self.encoder(self.words(ids)).mean(1))


class Series(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(4, 8, 5, padding=2)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(F.relu(self.conv(x)).amax(-1))


models = {
    "table": (Table(), torch.randn(6, 8)),
    "pictures": (Pictures(), torch.randn(3, 3, 12, 12)),
    "words": (Words(), torch.randint(0, 40, (2, 7))),
    "series": (Series(), torch.randn(2, 4, 11)),
}


class Samples(CalibrationDataReader):
    def __init__(self, name, like):
        torch.manual_seed(1)
        draw = (lambda: torch.randint(0, 40, like.shape)) if like.dtype == torch.int64 else (lambda: torch.randn(like.shape))
        self.rows = iter([{name: draw().numpy()} for _ in range(20)])

    def get_next(self):
        return next(self.rows, None)


def session(model, optimise=False):
    options = onnxruntime.SessionOptions()
    if not optimise:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


out = {}
text = lambda b: base64.b64encode(b).decode()


def add(name, path, x, optimised=False):
    model = onnx.load(path)
    for p in list(model.metadata_props):
        model.metadata_props.remove(p)
    for n in model.graph.node:
        n.doc_string = ""
    del model.graph.value_info[:]
    body = model.SerializeToString(deterministic=True)
    feeds = {model.graph.input[0].name: x.numpy()}
    y = session(body, optimised).run(None, feeds)[0]
    fast = session(body, True).run(None, feeds)[0]
    ops = sorted({(n.domain + "." if n.domain else "") + n.op_type for n in model.graph.node})
    out[name] = {
        "model": text(body),
        "inputs": [text(numpy_helper.from_array(x.numpy()).SerializeToString())],
        "outputs": [text(numpy_helper.from_array(y).SerializeToString())],
        "optimised": float(np.abs(y - fast).max()),
        "ops": ops,
    }
    print(name, len(body), "optimised differs by", np.abs(y - fast).max(), "of", np.abs(y).max(), " ".join(ops))


S8, U8, S16, U16 = QuantType.QInt8, QuantType.QUInt8, QuantType.QInt16, QuantType.QUInt16
static = {
    "qdq signed": dict(quant_format=QuantFormat.QDQ, activation_type=S8, weight_type=S8),
    "qdq by channel": dict(quant_format=QuantFormat.QDQ, activation_type=U8, weight_type=S8, per_channel=True),
    "qdq 16 bits": dict(quant_format=QuantFormat.QDQ, activation_type=U16, weight_type=S8, extra_options={"UseQDQContribOps": True}),
    "operators": dict(quant_format=QuantFormat.QOperator, activation_type=U8, weight_type=U8),
    "operators by channel": dict(quant_format=QuantFormat.QOperator, activation_type=U8, weight_type=S8, per_channel=True),
    "operators signed": dict(quant_format=QuantFormat.QOperator, activation_type=S8, weight_type=S8),
}
dynamic = {"dynamic": dict(weight_type=U8), "dynamic by channel": dict(weight_type=S8, per_channel=True)}
which = {
    "table": ["qdq signed", "qdq by channel", "qdq 16 bits", "operators", "operators by channel", "operators signed"],
    "pictures": ["qdq signed", "qdq by channel", "operators", "operators by channel"],
    "words": ["qdq signed", "operators"],
    "series": ["qdq by channel", "operators"],
}

with tempfile.TemporaryDirectory() as folder:
    for name, (module, x) in models.items():
        module.eval()
        file = os.path.join(folder, f"{name}.onnx")
        axes = {"x": {0: "batch"}}
        torch.onnx.export(module, (x,), file, input_names=["x"], output_names=["y"], opset_version=17, dynamic_axes=axes)
        for variant, options in dynamic.items():
            to = os.path.join(folder, "dynamic.onnx")
            quantize_dynamic(file, to, **options)
            add(f"{name}, {variant}", to, x)
        for variant in which[name]:
            to = os.path.join(folder, "static.onnx")
            quantize_static(file, to, Samples("x", x), **static[variant])
            add(f"{name}, {variant}", to, x)

    class Memory(nn.Module):
        def __init__(self, both):
            super().__init__()
            self.lstm = nn.LSTM(6, 8, bidirectional=both, batch_first=True)

        def forward(self, x):
            return self.lstm(x)[0]

    with torch.random.fork_rng():
        for both in [False, True]:
            torch.manual_seed(4)
            x = torch.randn(1, 9, 6)
            file, to = os.path.join(folder, "memory.onnx"), os.path.join(folder, "dynamic.onnx")
            torch.onnx.export(Memory(both).eval(), (x,), file, input_names=["x"], output_names=["y"], opset_version=17)
            for variant, options in dynamic.items():
                # 7 bits: without VNNI onnxruntime's sums of products with 8 signed ones saturate.
                quantize_dynamic(file, to, reduce_range=True, **options)
                add(f"memory{' both ways' if both else ''}, {variant}", to, x)

    from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer

    for name, symmetric, form in [
        ("four bits", True, QuantFormat.QOperator),
        ("four bits with zero points", False, QuantFormat.QOperator),
        ("four bits, qdq", False, QuantFormat.QDQ),
    ]:
        file = os.path.join(folder, "words.onnx")
        config = DefaultWeightOnlyQuantConfig(
            block_size=16, is_symmetric=symmetric, accuracy_level=0, quant_format=form,
            op_types_to_quantize=("MatMul",),
        )
        made = onnx.load(file)
        if form == QuantFormat.QDQ:
            made = onnx.version_converter.convert_version(made, 21)
        q = MatMulNBitsQuantizer(made, algo_config=config)
        q.process()
        to = os.path.join(folder, "bits.onnx")
        onnx.save(q.model.model, to)
        add(f"words, {name}", to, models["words"][1])

# Gradients pass the rounding: those of fake_quantize, whose rounding is the same.
x = (torch.randn(4, 3, 5) * 2).requires_grad_()
scale, zero = torch.tensor([0.02, 0.01, 0.03]), torch.tensor([3, -7, 0])
y = torch.fake_quantize_per_channel_affine(x, scale, zero.int(), 1, -128, 127)
seed = torch.randn_like(y)
y.backward(seed)
helper, types = onnx.helper, onnx.TensorProto
graph = helper.make_graph(
    [
        helper.make_node("QuantizeLinear", ["x", "scale", "zero"], ["q"], axis=1),
        helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["y"], axis=1),
    ],
    "fake",
    [helper.make_tensor_value_info("x", types.FLOAT, [4, 3, 5])],
    [helper.make_tensor_value_info("y", types.FLOAT, [4, 3, 5])],
    [numpy_helper.from_array(scale.numpy(), "scale"), numpy_helper.from_array(zero.numpy().astype(np.int8), "zero")],
)
fake = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
tensor = lambda t: text(numpy_helper.from_array(t.detach().numpy()).SerializeToString())
gradients = {"model": text(fake.SerializeToString()), "x": tensor(x), "seed": tensor(seed), "y": tensor(y), "dx": tensor(x.grad)}

with gzip.GzipFile(os.path.join(here, "onnx_quantized.json.gz"), "wb", compresslevel=9, mtime=0) as f:
    f.write(json.dumps({"onnxruntime": onnxruntime.__version__, "models": out, "gradients": gradients}, separators=(",", ":")).encode())
