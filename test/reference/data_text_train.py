"""Trains the text models of media/samples with PyTorch, on the tokens and rows that Vitrine's preparation gives for
seed 0, for five seeds of first weights and order and from Vitrine's own (vitrine_start.py). Writes the test figures to
data_text_train.json.

Pinned: Python 3.11, torch 2.5.1 (CPU, one thread), numpy 2.4.6.
Run from the repository's root: python test/reference/data_text_train.py
"""

import collections
import csv
import importlib.util
import json
from pathlib import Path

import torch
import torch.nn.functional as F

from data_samples_train import SAMPLES, read_json
from vitrine_start import starts, summary

HERE = Path(__file__).resolve().parent
SEEDS = 5


def sentiment(data, folder, splits):
    with open(folder / data["file"], newline="") as f:
        rows = list(csv.DictReader(f))
    words = [r[data["column"]].lower().split() for r in rows]
    counts = collections.Counter(w for i in splits["train"] for w in words[i])
    kept = sorted(counts, key=lambda w: (-counts[w], w))[: data["vocabulary"] - 2]
    ids = {w: i + 2 for i, w in enumerate(kept)}
    x = torch.zeros(len(rows), data["length"], dtype=torch.long)
    for i, text in enumerate(words):
        for j, w in enumerate(text[: data["length"]]):
            x[i, j] = ids.get(w, 1)
    classes = sorted({r[data["target"]] for r in rows})
    y = torch.tensor([classes.index(r[data["target"]]) for r in rows])
    return {p: (x[rows], y[rows]) for p, rows in splits.items()}


def char_gpt(data, folder, _):
    text = (folder / data["file"]).read_text()
    first = round(len(text) * (1 - data["split"]["test"] - data["split"]["valid"]))
    second = round(len(text) * (1 - data["split"]["test"]))
    ids = {c: i + 2 for i, c in enumerate(sorted(set(text[:first])))}
    out = {}
    for part, piece in {"train": text[:first], "test": text[second:]}.items():
        t = torch.tensor([ids.get(c, 1) for c in piece])
        starts = range(0, len(t) - data["length"], data["length"])
        out[part] = (
            torch.stack([t[i : i + data["length"]] for i in starts]),
            torch.stack([t[i + 1 : i + 1 + data["length"]] for i in starts]),
        )
    return out


def loss_of(model, x, y):
    logits = model(x)
    return logits, F.cross_entropy(logits.view(-1, logits.size(-1)), y.view(-1))


def train(experiment, model_class, parts, start):
    model = start.net(model_class)
    options = dict(experiment["optimizer"])
    optimizer = getattr(torch.optim, options.pop("name"))(model.parameters(), **options)
    x, y = parts["train"]
    for _ in range(experiment["epochs"]):
        for batch in start.batches(range(len(x)), experiment["batchSize"]):
            optimizer.zero_grad()
            loss_of(model, x[batch], y[batch])[1].backward()
            optimizer.step()
    model.eval()
    x, y = parts["test"]
    with torch.no_grad():
        logits, loss = loss_of(model, x, y)
    return {"loss": loss.item(), "accuracy": (logits.argmax(-1) == y).float().mean().item()}


def main():
    torch.set_num_threads(1)
    splits = json.loads((HERE / "data_splits.json").read_text())
    out = {}
    for name, prepare in {"sentiment": sentiment, "char-gpt": char_gpt}.items():
        (file,) = (SAMPLES / name).glob("*.vitrine.json")
        experiment = read_json(file)
        spec = importlib.util.spec_from_file_location(name, file.parent / experiment["model"]["file"])
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        parts = prepare(experiment["data"], file.parent, splits.get(name))
        model_class = getattr(module, experiment["model"]["class"])
        out[name] = summary([train(experiment, model_class, parts, s) for s in starts(file, SEEDS)])
        print(name, out[name])
    (HERE / "data_text_train.json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
