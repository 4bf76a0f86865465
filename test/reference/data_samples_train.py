"""Trains the models of media/samples with PyTorch, with the hyperparameters of their experiment files and on the very
rows that Vitrine's split of seed 0 gives (data_splits.json), for ten seeds of first weights and order and from Vitrine's
own (vitrine_start.py). Writes the test figures to data_samples_train.json: what Vitrine's training may be expected to reach.

Pinned: Python 3.11, torch 2.5.1 (CPU, one thread), numpy 2.4.6, scikit-learn 1.9.1.
Run from the repository's root: python test/reference/data_samples_train.py
"""

import csv
import importlib.util
import json
import re
from pathlib import Path

import numpy as np
import torch
from torch import nn

from vitrine_start import starts

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "media" / "samples"
SEEDS = 10
LOSSES = {"mse": nn.MSELoss, "cross_entropy": nn.CrossEntropyLoss}


def read_json(path):
    """JSON with comments on lines of their own."""
    return json.loads(re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.M))


def load(experiment, folder, splits):
    data = experiment["data"]
    with open(folder / data["file"], newline="") as f:
        rows = list(csv.DictReader(f))
    names = [n for n in rows[0] if n != data["target"]]
    x = np.array([[float(r[n]) for n in names] for r in rows])
    text = [r[data["target"]] for r in rows]
    if experiment["loss"] == "mse" and len(set(text)) > 2:
        y = torch.tensor([[float(t)] for t in text])
    else:
        numeric = all(t.isdigit() for t in text)
        classes = sorted(set(text), key=int if numeric else None)
        y = torch.tensor([classes.index(t) for t in text])
        if experiment["loss"] == "mse":
            y = y[:, None].float()
    if "image" in data:
        image = data["image"]
        x = (x / image["max"]).reshape(-1, image["channels"], image["height"], image["width"])
    elif data.get("scale", "standard") == "standard":
        train = x[splits["train"]]
        x = (x - train.mean(0)) / train.std(0)
    return torch.tensor(x, dtype=torch.float32), y


def train(experiment, model_class, x, y, splits, start):
    model = start.net(lambda: model_class(**experiment["model"].get("arguments", {})))
    options = dict(experiment["optimizer"])
    optimizer = getattr(torch.optim, options.pop("name"))(model.parameters(), **options)
    loss_function = LOSSES[experiment["loss"]]()
    for _ in range(experiment["epochs"]):
        for batch in start.batches(splits["train"], experiment["batchSize"]):
            optimizer.zero_grad()
            loss_function(model(x[batch]), y[batch]).backward()
            optimizer.step()
    model.eval()
    test = splits["test"]
    with torch.no_grad():
        out = model(x[test])
        result = {"loss": loss_function(out, y[test]).item()}
        if experiment["loss"] == "cross_entropy":
            result["accuracy"] = (out.argmax(1) == y[test]).float().mean().item()
        elif len(y.unique()) == 2:
            result["accuracy"] = ((out > 0.5).float() == y[test]).float().mean().item()
        else:
            result["weights"] = [w for p in model.parameters() for w in p.flatten().tolist()]
    return result


def main():
    torch.set_num_threads(1)
    all_splits = json.loads((ROOT / "test" / "reference" / "data_splits.json").read_text())
    out = {}
    for name, splits in all_splits.items():
        if name == "sentiment":
            continue  # data_text_train.py trains it
        (file,) = (SAMPLES / name).glob("*.vitrine.json")
        experiment = read_json(file)
        spec = importlib.util.spec_from_file_location(name, file.parent / experiment["model"]["file"])
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        x, y = load(experiment, file.parent, splits)
        model_class = getattr(module, experiment["model"]["class"])
        *runs, same = [train(experiment, model_class, x, y, splits, s) for s in starts(file, SEEDS)]
        key = "accuracy" if "accuracy" in runs[0] else "loss"
        values = [r[key] for r in runs]
        out[name] = {
            "metric": key,
            "min": min(values),
            "mean": float(np.mean(values)),
            "max": max(values),
            "same_start": same[key],
            "runs": runs,
        }
        print(name, key, sorted(round(v, 4) for v in values), "from Vitrine's start", same[key], runs[0].get("weights"))
    (ROOT / "test" / "reference" / "data_samples_train.json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
