"""Small transformers as onnxruntime's optimiser writes them, with what onnxruntime computes with them.

Pinned: torch 2.5.1, transformers 4.46.3, onnx 1.23.2, onnxruntime 1.32.0. Writes onnx_optimised.json.gz: by name the model
(base64), inputs by name and outputs (base64 of TensorProtos), and the operators that it has.
"""

import base64
import gzip
import json
import os
import tempfile
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.transformers import optimizer
from transformers import BertConfig, BertModel

warnings.filterwarnings("ignore")
onnxruntime.set_default_logger_severity(4)
here = os.path.dirname(os.path.abspath(__file__))
text = lambda b: base64.b64encode(b).decode()
tensor = lambda a: text(numpy_helper.from_array(np.asarray(a)).SerializeToString())
out = {}


def add(name, model, feeds):
    for n in model.graph.node:
        n.doc_string = ""
    for p in list(model.metadata_props):
        model.metadata_props.remove(p)
    del model.graph.value_info[:]
    body = model.SerializeToString(deterministic=True)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    y = onnxruntime.InferenceSession(body, options, providers=["CPUExecutionProvider"]).run(None, feeds)
    ops = sorted({(n.domain + "." if n.domain else "") + n.op_type for n in model.graph.node})
    out[name] = {"model": text(body), "inputs": {k: tensor(v) for k, v in feeds.items()}, "outputs": [tensor(v) for v in y], "ops": ops}
    print(name, len(body), ops)


torch.manual_seed(0)
ids = torch.tensor([[5, 7, 1, 9, 3], [2, 8, 0, 0, 0]])
mask = (ids > 0).long()
bert = BertModel(BertConfig(vocab_size=20, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24,
                            max_position_embeddings=12, attn_implementation="eager")).eval()
with tempfile.TemporaryDirectory() as folder:
    file = os.path.join(folder, "bert.onnx")
    names = ["input_ids", "attention_mask", "token_type_ids"]
    torch.onnx.export(bert, (ids, mask, torch.zeros_like(ids)), file, input_names=names, output_names=["hidden", "pooled"],
                      opset_version=17, dynamic_axes={n: {0: "batch", 1: "steps"} for n in names})
    made = optimizer.optimize_model(file, model_type="bert", num_heads=4, hidden_size=16, opt_level=0)
    feeds = {"input_ids": ids.numpy(), "attention_mask": mask.numpy(), "token_type_ids": np.array([[0, 0, 1, 1, 1], [0, 1, 0, 0, 0]])}
    types = {i.name: i.type.tensor_type.elem_type for i in made.model.graph.input}
    feeds = {k: v.astype(np.int32 if types[k] == TensorProto.INT32 else np.int64) for k, v in feeds.items()}
    add("bert", made.model, feeds)

draw = np.random.default_rng(0)
rand = lambda *shape: draw.standard_normal(shape).astype(np.float32)


def alone(name, op, feeds, weights, outputs=1, domain="com.microsoft", **attributes):
    """One node; `feeds` are its first inputs, `weights` the others, None for one that is left out."""
    given = {f"w{i}": w for i, w in enumerate(weights) if w is not None}
    inputs = [*feeds, *[f"w{i}" if w is not None else "" for i, w in enumerate(weights)]]
    kind = {"f": TensorProto.FLOAT, "i": TensorProto.INT32}
    graph = helper.make_graph(
        [helper.make_node(op, inputs, [f"y{i}" for i in range(outputs)], domain=domain, **attributes)], name,
        [helper.make_tensor_value_info(k, kind[v.dtype.kind], v.shape) for k, v in feeds.items()],
        [helper.make_tensor_value_info(f"y{i}", TensorProto.FLOAT, None) for i in range(outputs)],
        [numpy_helper.from_array(v, k) for k, v in given.items()],
    )
    sets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    add(name, helper.make_model(graph, opset_imports=sets, ir_version=8), feeds)


x, w, b = rand(2, 5, 8), rand(8, 24), rand(24)
lengths, pairs = np.array([5, 3], np.int32), np.tril(np.ones((2, 5, 5), np.int32))
alone("attention, causal", "Attention", {"x": x}, [w, b], num_heads=2, unidirectional=1)
alone("attention, lengths", "Attention", {"x": x}, [w, b, lengths], num_heads=2)
alone("attention, pairs", "Attention", {"x": x}, [w, b, pairs], num_heads=4, scale=0.3)
alone("attention, other widths", "Attention", {"x": x}, [rand(8, 20), rand(20)], num_heads=2, qkv_hidden_sizes=[8, 8, 4])
alone("several heads", "MultiHeadAttention", {"q": x, "k": rand(2, 7, 8), "v": rand(2, 7, 12)}, [rand(28)], num_heads=4)
alone("several heads, masked", "MultiHeadAttention", {"q": x, "k": rand(2, 7, 8), "v": rand(2, 7, 8)},
      [None, np.array([[1] * 7, [1] * 4 + [0] * 3], np.int32), rand(2, 2, 5, 7)], num_heads=2)
# onnxruntime has it among ONNX's own.
alone("root mean squares", "SimplifiedLayerNormalization", {"x": x}, [rand(8)], domain="", axis=-1, epsilon=1e-4)
alone("attention, a mask of other numbers", "Attention", {"x": x},
      [w, b, np.array([[1, 2, 0, 1, 1], [3, 0, 0, -1, 1]], np.int32)], num_heads=2)

with gzip.GzipFile(os.path.join(here, "onnx_optimised.json.gz"), "wb", compresslevel=9, mtime=0) as f:
    f.write(json.dumps({"onnxruntime": onnxruntime.__version__, "models": out}, separators=(",", ":")).encode())
