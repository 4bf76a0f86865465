"""Holds the ONNX files that Vitrine writes to onnx.checker and onnxruntime.

Pinned: onnx 1.23.2, onnxruntime 1.32.0. Usage: VITRINE_ONNX_OUT=folder mocha out/test/unit/formats/onnx/write.test.js
(which reads the operator tests of onnx_nodes.json.gz and writes each model again), then python onnx_written.py folder.
Writes onnx_written.json: the SHA-256 of each file that the checker accepts and onnxruntime computes the operator
test's own outputs with (relative tolerance 1e-3, absolute 1e-6), and under "failed" why the others fail.
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
from onnx import numpy_helper

here = os.path.dirname(os.path.abspath(__file__))
folder = sys.argv[1]
onnxruntime.set_default_logger_severity(4)
good, failed = {}, {}
with gzip.open(os.path.join(here, "onnx_nodes.json.gz")) as f:
    cases = json.load(f)["cases"]


def array(text):
    return numpy_helper.to_array(onnx.TensorProto.FromString(base64.b64decode(text)))


def fit(x, kind):
    """As the written model takes it: floats in single precision."""
    types = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(bool)": np.bool_}
    types |= {"tensor(uint8)": np.uint8, "tensor(int8)": np.int8}
    return x.astype(types[kind])


for case in cases:
    file = os.path.join(folder, case["name"].replace("/", "__") + ".onnx")
    if not os.path.exists(file):
        continue
    data = open(file, "rb").read()
    try:
        model = onnx.load(file)
        onnx.checker.check_model(model, full_check=True)
        session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
        original = onnx.ModelProto.FromString(base64.b64decode(case["model"]))
        inside = {i.name for i in original.graph.initializer}
        names = [i.name for i in original.graph.input if i.name not in inside]
        given = dict(zip(names, case["inputs"]))
        feeds = {i.name: fit(array(given[i.name]), i.type) for i in session.get_inputs()}
        for found, expected in zip(session.run(None, feeds), case["outputs"]):
            expected = array(expected)
            assert found.shape == expected.shape, f"shape {found.shape}, expected {expected.shape}"
            np.testing.assert_allclose(
                found.astype(np.float64), expected.astype(np.float64), rtol=1e-3, atol=1e-6, equal_nan=True
            )
        good[case["name"]] = hashlib.sha256(data).hexdigest()
    except Exception as e:
        failed[case["name"]] = " ".join(str(e).split())[:200]

with open(os.path.join(here, "onnx_written.json"), "w") as f:
    json.dump(
        {
            "onnx": onnx.__version__,
            "onnxruntime": onnxruntime.__version__,
            "failed": failed,
            "sha256": good,
        },
        f,
        indent=1,
    )
    f.write("\n")
print(len(good), "good,", len(failed), "failed")
for name, why in failed.items():
    print(name, "|", why)
