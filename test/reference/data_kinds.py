"""Files of each kind of data, and what their own libraries read from them.

Pinned: Python 3.11, numpy 2.4.6, pyarrow 26.0.1, pillow 13.0.0, torch 2.5.1, torchvision 0.20.1, tokenizers 0.23.3.
Run from the repository's root: python test/reference/data_kinds.py
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
import torch.nn.functional as F
from PIL import Image
from torchvision import transforms

rng = np.random.Generator(np.random.PCG64(0))


def b64(data):
    return base64.b64encode(data).decode()


def npy(array):
    f = io.BytesIO()
    np.save(f, array)
    return {
        "file": b64(f.getvalue()),
        "shape": list(array.shape),
        "values": [float(v) for v in array.astype(np.float64).ravel()],
    }


def arrays():
    x = rng.normal(size=(3, 4)) * 100
    out = {d: npy(x.astype(d)) for d in ["<f2", "<f4", "<f8", ">f4", ">f8", "<i1", "<i2", "<i4", "<i8", ">i4"]}
    out |= {d: npy(np.abs(x).astype(d)) for d in ["<u1", "<u2", "<u4", "<u8"]}
    out["bool"] = npy(x > 0)
    out["fortran"] = npy(np.asfortranarray(rng.normal(size=(2, 3, 4)).astype("<f4")))
    out["scalar rows"] = npy(np.arange(5, dtype="<f4"))
    return out


def npz():
    f = io.BytesIO()
    x = rng.normal(size=(12, 2, 3)).astype("<f4")
    y = rng.integers(0, 3, size=12)
    np.savez_compressed(f, X=x, y=y)
    return {"file": b64(f.getvalue()), "X": x.ravel().tolist(), "y": y.tolist()}


def parquet():
    n = 40
    table = pa.table(
        {
            "double": rng.normal(size=n),
            "float": rng.normal(size=n).astype("f4"),
            "int": rng.integers(-(10**9), 10**9, size=n),
            "small": rng.integers(0, 5, size=n).astype("i1"),
            "text": [f"word {i % 7}, \"é\"" for i in range(n)],
            "gap": [None if i % 4 == 0 else i / 8 for i in range(n)],
            "flag": [i % 3 == 0 for i in range(n)],
            "day": pa.array([i * 86400 for i in range(n)], pa.timestamp("s")),
        }
    )
    columns = {
        name: [v.isoformat() + ".000Z" if name == "day" else v for v in table[name].to_pylist()]
        for name in table.column_names
    }
    files = {}
    for compression in ["none", "snappy", "gzip", "brotli", "zstd"]:
        f = io.BytesIO()
        pq.write_table(table, f, compression=compression, row_group_size=16)
        files[compression] = b64(f.getvalue())
    f = io.BytesIO()
    home = [{"city": "Ulm", "at": {"floor": 2}}, None, {"city": None, "at": {"floor": 5}}]
    pq.write_table(pa.table({"list": [[1, 2], [3], None], "home": home, "y": [0, 1, 0]}), f)
    return {"columns": columns, "files": files, "nested": b64(f.getvalue())}


def picture(image, **save):
    f = io.BytesIO()
    image.save(f, **save)
    return b64(f.getvalue())


def images():
    y, x = np.mgrid[0:21, 0:34]
    rgb = np.stack([x * 7, y * 11, (x * y) % 256], axis=2).astype(np.uint8)
    image = Image.fromarray(rgb, "RGB")
    grey = image.convert("L")
    alpha = image.convert("RGBA")
    palette = image.quantize(16)
    files = {
        "rgb.png": picture(image, format="PNG"),
        "grey.png": picture(grey, format="PNG"),
        "rgba.png": picture(alpha, format="PNG"),
        "palette.png": picture(palette, format="PNG"),
        "rgb.jpg": picture(image, format="JPEG", quality=95, subsampling=0),
        "progressive.jpg": picture(image, format="JPEG", quality=95, subsampling=0, progressive=True),
        "grey.jpg": picture(grey, format="JPEG", quality=95),
    }
    pixels = {}
    for name, data in files.items():
        read = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
        pixels[name] = np.asarray(read).transpose(2, 0, 1).ravel().tolist()
    sizes = {}
    t = torch.from_numpy(rgb.transpose(2, 0, 1).astype(np.float32))[None]
    for size in [(8, 8), (7, 50), (42, 68), (21, 34), (1, 1)]:
        r = F.interpolate(t, size=size, mode="bilinear", antialias=True, align_corners=False)
        sizes["x".join(map(str, size))] = [round(v, 4) for v in r[0].ravel().tolist()]
    cropped = {}
    for short, size in [(8, (8, 8)), (13, (9, 12)), (30, (25, 30))]:
        cut = transforms.Compose([transforms.Resize(short), transforms.CenterCrop(size)])(image)
        cropped[f"{short} {size[0]} {size[1]}"] = np.asarray(cut).transpose(2, 0, 1).ravel().tolist()
    return {
        "height": 21,
        "width": 34,
        "cropped": cropped,
        "files": files,
        "pixels": pixels,
        "resized": sizes,
        "luma": np.asarray(grey).ravel().tolist(),
    }


def tokenizers():
    """Byte pairs over words split at spaces, learned as Hugging Face's BpeTrainer learns them."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    words = "low lower lowest new newer newest wide wider widest slow slowly show shown snow".split()
    corpus = [" ".join(rng.choice(words, size=12)) for _ in range(40)]
    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(vocab_size=48, special_tokens=["[PAD]", "[UNK]"], show_progress=False)
    tokenizer.train_from_iterator(corpus, trainer)
    trained = json.loads(tokenizer.to_str())["model"]
    texts = ["lower slowest newly", "snowshow wide", "x low", corpus[0]]
    return {
        "corpus": corpus,
        "size": 48,
        "vocabulary": sorted(trained["vocab"], key=trained["vocab"].get),
        "merges": trained["merges"],
        "encoded": [{"text": t, "ids": tokenizer.encode(t).ids} for t in texts],
    }


out = {
    "npy": arrays(),
    "npz": npz(),
    "parquet": parquet(),
    "images": images(),
    "bpe": tokenizers(),
}
path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n", encoding="utf-8")
print(path, path.stat().st_size)
