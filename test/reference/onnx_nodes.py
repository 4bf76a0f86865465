"""The onnx package's own operator tests (its node cases, and its models of simple operators), as one file.

Pinned: onnx 1.23.2, numpy 2.4.6. Usage: python onnx_nodes.py [OPERATOR …]: only these operators, all if none is given.
Writes onnx_nodes.json.gz: {"onnx", "opset", "cases": [{"name", "op", "model", "inputs", "outputs"}]}, with models and
tensors as base64 of their protobuf messages. Cases with sequences, maps, optionals or text are left out, as are those
of more than 100 kB, which are counted by operator in "left_out".
"""

import base64
import collections
import glob
import gzip
import json
import os
import sys
import warnings

import numpy as np
import onnx
from onnx import numpy_helper

warnings.filterwarnings("ignore")
from onnx.backend.test.case.node import collect_testcases  # noqa: E402

LIMIT = 100_000
here = os.path.dirname(os.path.abspath(__file__))
wanted = set(sys.argv[1:])
cases = []
left_out = collections.Counter()


def tensor(value):
    if isinstance(value, onnx.TensorProto):
        return value.SerializeToString(deterministic=True)
    if isinstance(value, (list, dict, str)) or value is None:
        return None
    array = np.asarray(value)
    if array.dtype.kind in "OUS":
        return None
    return numpy_helper.from_array(array).SerializeToString(deterministic=True)


def add(name, op, model, inputs, outputs):
    if wanted and op not in wanted:
        return
    packed = [tensor(x) for x in inputs], [tensor(x) for x in outputs]
    model.ClearField("doc_string")
    body = model.SerializeToString(deterministic=True)
    if any(x is None for part in packed for x in part) or len(body) + sum(map(len, sum(packed, []))) > LIMIT:
        left_out[op] += 1
        return
    text = lambda b: base64.b64encode(b).decode()
    cases.append(
        {
            "name": name,
            "op": op,
            "model": text(body),
            "inputs": [text(x) for x in packed[0]],
            "outputs": [text(x) for x in packed[1]],
        }
    )


for case in collect_testcases(None):
    op = case.model.graph.node[0].op_type
    # The same case with the operator spelt out as its function says.
    if "_expanded" in case.name:
        continue
    for inputs, outputs in case.data_sets:
        add(case.name, op, case.model, inputs, outputs)

data = os.path.join(os.path.dirname(onnx.__file__), "backend/test/data")
for kind in ("simple", "pytorch-operator", "pytorch-converted"):
    for folder in sorted(glob.glob(os.path.join(data, kind, "*"))):
        model = onnx.load(os.path.join(folder, "model.onnx"))
        for part in sorted(glob.glob(os.path.join(folder, "test_data_set_*"))):
            tensors = []
            for which in ("input", "output"):
                found = sorted(glob.glob(os.path.join(part, which + "_*.pb")), key=lambda f: int(f.rsplit("_", 1)[1][:-3]))
                tensors.append([])
                for f in found:
                    t = onnx.TensorProto()
                    try:
                        t.ParseFromString(open(f, "rb").read())
                    except Exception:  # a sequence, not a tensor
                        t = None
                    tensors[-1].append(t)
            op = next((n.op_type for n in reversed(model.graph.node)), "")
            add(f"{kind}/{os.path.basename(folder)}", op, model, *tensors)

with gzip.GzipFile(os.path.join(here, "onnx_nodes.json.gz"), "wb", compresslevel=9, mtime=0) as f:
    text = json.dumps(
        {
            "onnx": onnx.__version__,
            "opset": onnx.defs.onnx_opset_version(),
            "left_out": dict(sorted(left_out.items())),
            "cases": cases,
        },
        separators=(",", ":"),
    )
    f.write(text.encode())
print(len(cases), "cases,", sum(left_out.values()), "left out")
