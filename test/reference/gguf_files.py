"""
A small file of llama.cpp's format with its own writer, and what its own reader says of it.
Writes gguf/small.gguf and gguf/small.json.

Versions: Python 3.11, gguf (PyPI) as printed in small.json, numpy.
"""

import importlib.metadata
import json
import pathlib

import gguf
import numpy as np

HERE = pathlib.Path(__file__).parent / "gguf"
rng = np.random.default_rng(3)
file = HERE / "small.gguf"
w = gguf.GGUFWriter(str(file), "llama")
w.add_block_count(2)
w.add_context_length(128)
w.add_float32("llama.rope.freq_base", 10000.0)
w.add_bool("general.small", True)
w.add_int8("general.negative", -3)
w.add_array("tokenizer.ggml.tokens", [f"token{i}" for i in range(20)])
w.add_array("llama.sizes", [1, 2, 3])
w.add_tensor("token_embd.weight", rng.standard_normal((6, 32)).astype(np.float32))
w.add_tensor("blk.0.attn_q.weight", rng.standard_normal((4, 8)).astype(np.float16))
quantised = gguf.quants.quantize(rng.standard_normal((2, 64)).astype(np.float32), gguf.GGMLQuantizationType.Q8_0)
w.add_tensor("blk.0.ffn.weight", quantised, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
w.write_header_to_file()
w.write_kv_data_to_file()
w.write_tensors_to_file()
w.close()

r = gguf.GGUFReader(str(file))
(HERE / "small.json").write_text(json.dumps({
    "gguf": importlib.metadata.version("gguf"),
    "tensors": [{"name": t.name, "type": t.tensor_type.name, "shape": [int(d) for d in reversed(t.shape)], "bytes": int(t.n_bytes),
                 "mean": float(np.mean(t.data.astype(np.float64))) if t.tensor_type.name[0] in "FB" else None}
                for t in r.tensors],
}) + "\n")
