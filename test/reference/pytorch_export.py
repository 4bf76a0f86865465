"""
Runs the PyTorch source that Vitrine writes, and holds its outputs to the operator tests of the onnx package and to
Transformers. Writes pytorch_export.json: a digest of each text that gave the right numbers.

Build the tests first (node esbuild.js --tests).
Versions: Python 3.11, torch 2.5.1 (CPU).
"""

import hashlib
import json
import os
import pathlib
import subprocess
import tempfile

import torch

HERE = pathlib.Path(__file__).parent
with tempfile.TemporaryDirectory() as folder:
    dump = pathlib.Path(folder) / "exports.json"
    subprocess.run(["npx", "mocha", "out/test/unit/formats/pytorch/write.test.js"], cwd=HERE.parent.parent, check=False,
                   env={**os.environ, "VITRINE_EXPORTS": str(dump)}, stdout=subprocess.DEVNULL)
    exports = json.loads(dump.read_text())
TYPES = {"float32": torch.float32, "float64": torch.float32, "float16": torch.float32, "bfloat16": torch.float32,
         "int64": torch.int64, "int32": torch.int32, "int8": torch.int8, "uint8": torch.uint8, "bool": torch.bool}
known = {c["folder"]: c for c in json.loads((HERE / "huggingface.json").read_text())["cases"]}


def number(text):
    return float(text.replace("Infinity", "inf"))


def tensor(entry, dtype):
    data = [number(x) for x in entry["data"]]
    kind = TYPES[dtype]
    flat = torch.tensor(data, dtype=torch.float32 if kind == torch.float32 else torch.float64).to(kind)
    return flat.reshape(entry["shape"])


def model_of(export):
    space = {"__file__": "/nowhere/model.py", "__name__": "model"}
    exec(compile(export["text"], "model.py", "exec"), space)
    cls = [v for v in space.values() if isinstance(v, type) and issubclass(v, torch.nn.Module)][-1]
    model = cls()
    state = {n: tensor(t, "float32" if t["real"] else "int64") for n, t in export["weights"].items()}
    model.load_state_dict(state, strict=False)
    missing = set(model.state_dict()) - set(state)
    tied = {n for n, p in model.named_parameters(remove_duplicate=False)} - {n for n, _ in model.named_parameters()}
    assert missing <= tied, missing
    return model.eval()


texts, failed = {}, {}
for name, export in exports.items():
    if name == "refused":
        continue
    try:
        model = model_of(export)
        with torch.no_grad():
            if "folder" in export:
                case = known[export["folder"]]
                feeds = [torch.tensor(f["values"]).reshape(f["shape"]) for f in case["feeds"]]
                found = model(*feeds)
                found = found[0] if isinstance(found, tuple) else found
                torch.testing.assert_close(found, torch.tensor(case["logits"]).reshape(case["shape"]), rtol=1e-4, atol=1e-4)
            else:
                found = model(*[tensor(i, i["dtype"]) for i in export["inputs"]])
                found = found if isinstance(found, tuple) else (found,)
                for f, e in zip(found, export["outputs"]):
                    expected = tensor(e, "float32")
                    assert list(f.shape) == e["shape"], (f.shape, e["shape"])
                    torch.testing.assert_close(f.float(), expected, rtol=1e-3, atol=1e-5, equal_nan=True)
        texts[name] = hashlib.sha256(export["text"].encode()).hexdigest()[:16]
    except Exception as e:
        failed[name] = f"{type(e).__name__}: {str(e)[:300]}"
for name, why in failed.items():
    print("FAILED", name, why.replace("\n", " "))
print(len(texts), "run,", len(failed), "failed,", len(exports.get("refused", {})), "refused")
if not failed:
    (HERE / "pytorch_export.json").write_text(
        json.dumps({"torch": torch.__version__, "texts": texts, "refused": exports["refused"]}, indent=0) + "\n")
