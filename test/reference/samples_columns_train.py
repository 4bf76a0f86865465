"""Trains the models of media/samples whose data are of the kind "columns" with PyTorch, on the very rows that Vitrine's
split of seed 0 gives, for five seeds of first weights and order and from Vitrine's own (vitrine_start.py). Writes the test figures
to samples_columns_train.json.

Pinned: Python 3.11, torch 2.5.1 (CPU, one thread), numpy 2.4.6, pillow 12, scikit-learn 1.9.1.
Run from the repository's root: python test/reference/samples_columns_train.py [NAME …]
"""

import collections
import csv
import importlib.util
import io
import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from sklearn.metrics import ndcg_score

from data_samples_train import SAMPLES, read_json
from vitrine_split import split_rows
from vitrine_start import starts, summary

HERE = Path(__file__).resolve().parent
SEEDS = 5
FILES = ["recommendation/recommendation", "recommendation/matrix", "multimodal/multimodal"]


def encode(spec, rows, train, folder):
    kind = spec["as"]
    if kind == "category":
        counts = collections.Counter(rows[i][spec["column"]] for i in train)
        names = sorted(counts, key=lambda w: (-counts[w], w))
        index = {n: i + 1 for i, n in enumerate(names)}
        return torch.tensor([index.get(r[spec["column"]], 0) for r in rows])
    if kind == "numbers":
        x = np.array([[float(r[c]) for c in spec["columns"]] for r in rows])
        return torch.tensor((x - x[train].mean(0)) / x[train].std(0), dtype=torch.float32)
    if kind == "text":
        words = [r[spec["column"]].split() for r in rows]
        counts = collections.Counter(w for i in train for w in words[i])
        kept = sorted(counts, key=lambda w: (-counts[w], w))[: spec.get("vocabulary", 10000) - 2]
        ids = {w: i + 2 for i, w in enumerate(kept)}
        x = torch.zeros(len(rows), spec["length"], dtype=torch.long)
        for i, text in enumerate(words):
            for j, w in enumerate(text[: spec["length"]]):
                x[i, j] = ids.get(w, 1)
        return x
    archives = {}
    out = []
    for r in rows:
        archive, name = r[spec["column"]].split("/", 1)
        archives.setdefault(archive, zipfile.ZipFile(folder / archive))
        image = Image.open(io.BytesIO(archives[archive].read(name))).convert("RGB")
        out.append(np.asarray(image, dtype=np.float32).transpose(2, 0, 1) / 255)
    return torch.tensor(np.stack(out))


def group_figures(predicted, actual, groups):
    by = collections.defaultdict(list)
    for i, g in enumerate(groups):
        by[g].append(i)
    ndcg = [ndcg_score([actual[m]], [predicted[m]], k=10) for m in by.values() if len(m) > 1]
    hits = [
        actual[m][np.argsort(-predicted[m], kind="stable")[:3]].max() == actual[m].max()
        for m in by.values()
        if len(m) > 3
    ]
    return {"group_ndcg_10": float(np.mean(ndcg)), "group_hit_rate_3": float(np.mean(hits))}


def run(name):
    path = SAMPLES / f"{name}.vitrine.json"
    experiment = read_json(path)
    data, folder = experiment["data"], path.parent
    with open(folder / data["file"], newline="") as f:
        rows = list(csv.DictReader(f))
    text = [r[data["target"]] for r in rows]
    number = experiment["loss"] == "mse"
    classes = None if number else sorted(set(text))
    y = torch.tensor([[float(t)] for t in text]) if number else torch.tensor([classes.index(t) for t in text])
    splits = split_rows(len(rows), data["split"]["test"], data["split"]["valid"], 0, None if number else y.tolist())
    inputs = [encode(i, rows, splits["train"], folder) for i in data["inputs"]]
    spec = importlib.util.spec_from_file_location("sample", folder / experiment["model"]["file"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    loss_of = F.mse_loss if number else F.cross_entropy
    figures = []
    for start in starts(path, SEEDS):
        model = start.net(getattr(module, experiment["model"]["class"]))
        options = dict(experiment["optimizer"])
        optimizer = getattr(torch.optim, options.pop("name"))(model.parameters(), **options)
        for _ in range(experiment["epochs"]):
            for batch in start.batches(splits["train"], experiment["batchSize"]):
                optimizer.zero_grad()
                loss_of(model(*[x[batch] for x in inputs]), y[batch]).backward()
                optimizer.step()
        model.eval()
        test = torch.tensor(splits["test"])
        with torch.no_grad():
            out = model(*[x[test] for x in inputs])
        found = {"loss": loss_of(out, y[test]).item()}
        if number:
            predicted, actual = out[:, 0].numpy(), y[test][:, 0].numpy()
            found["rmse"] = float(np.sqrt(np.mean((predicted - actual) ** 2)))
            if "rank" in data:
                found |= group_figures(predicted, actual, [rows[i][data["rank"]] for i in splits["test"]])
        else:
            found["accuracy"] = (out.argmax(1) == y[test]).float().mean().item()
        figures.append(found)
    return summary(figures)


def main():
    torch.set_num_threads(1)
    path = HERE / "samples_columns_train.json"
    out = json.loads(path.read_text()) if path.exists() else {}
    for name in sys.argv[1:] or FILES:
        out[name] = run(name)
        print(name, out[name])
    path.write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
