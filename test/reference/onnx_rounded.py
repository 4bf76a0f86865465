"""Holds the ONNX files that Vitrine writes with 8 bits a weight to onnx.checker and onnxruntime.

Pinned: onnx 1.23.2, onnxruntime 1.32.0. Usage: VITRINE_ONNX_OUT=folder mocha out/test/unit/formats/onnx/models.test.js
(which writes each model of onnx_models.json.gz whole and with 8 bits), then python onnx_rounded.py folder. Codes and
scales must be those of onnxruntime's own quantiser, a channel at a time, and what the file computes must be what the
whole file computes with weights rounded so. Writes onnx_rounded.json: the SHA-256 of each file that passed.
"""

import base64
import gzip
import hashlib
import json
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, numpy_helper
from onnxruntime.quantization.quant_utils import quantize_data

here = os.path.dirname(os.path.abspath(__file__))
folder = sys.argv[1]
with gzip.open(os.path.join(here, "onnx_models.json.gz")) as f:
    models = json.load(f)["models"]
good = {}
for name, case in models.items():
    data = open(os.path.join(folder, f"{name}.8bit.onnx"), "rb").read()
    rounded = onnx.ModelProto.FromString(data)
    whole = onnx.load(os.path.join(folder, f"{name}.onnx"))
    onnx.checker.check_model(rounded, full_check=True)
    stored = {i.name: numpy_helper.to_array(i) for i in rounded.graph.initializer}
    floats = {i.name: i for i in whole.graph.initializer}
    found = [n for n in rounded.graph.node if n.op_type == "DequantizeLinear" and n.input[0] in stored]
    assert found, name
    for node in found:
        weight = numpy_helper.to_array(floats[node.output[0]])
        axis = node.attribute[0].i
        codes, scales = np.moveaxis(stored[node.input[0]], axis, 0), stored[node.input[1]]
        back = np.empty_like(np.moveaxis(weight, axis, 0))
        for c, channel in enumerate(np.moveaxis(weight, axis, 0)):
            _, scale, q = quantize_data(channel.reshape(-1), TensorProto.INT8, symmetric=True)[-3:]
            np.testing.assert_allclose(scales[c], scale, rtol=1e-6)
            # The quotient is rounded in single or double precision: at a half, either code.
            assert np.abs(codes[c].reshape(-1).astype(int) - q.astype(int)).max() <= 1
            back[c] = codes[c] * scales[c]
        floats[node.output[0]].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(np.moveaxis(back, 0, axis)), node.output[0]))
    # Its optimiser makes faster ops of these, which round what they multiply too.
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    run = lambda m: onnxruntime.InferenceSession(m.SerializeToString(), options, providers=["CPUExecutionProvider"])
    a, b = run(rounded), run(whole)
    given = [numpy_helper.to_array(TensorProto.FromString(base64.b64decode(t))) for t in case["inputs"]]
    feeds = {i.name: x for i, x in zip(a.get_inputs(), given)}
    for x, y in zip(a.run(None, feeds), b.run(None, feeds)):
        np.testing.assert_allclose(x, y, rtol=1e-4, atol=1e-5)
    good[name] = hashlib.sha256(data).hexdigest()

with open(os.path.join(here, "onnx_rounded.json"), "w") as f:
    json.dump({"onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__, "sha256": good}, f, indent=1)
    f.write("\n")
print(len(good), "good")
