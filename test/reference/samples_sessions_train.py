"""Trains media/samples/next-item with PyTorch, on the very sessions that Vitrine's split of seed 0 gives, for five seeds of
first weights and order and from Vitrine's own (vitrine_start.py). Writes the test figures to samples_sessions_train.json.

Pinned: Python 3.11, torch 2.5.1 (CPU, one thread).
Run from the repository's root: python test/reference/samples_sessions_train.py
"""

import collections
import csv
import importlib.util
import json
from pathlib import Path

import torch
import torch.nn.functional as F

from data_samples_train import SAMPLES, read_json
from vitrine_split import split_rows
from vitrine_start import starts, summary

HERE = Path(__file__).resolve().parent


def main():
    torch.set_num_threads(1)
    folder = SAMPLES / "next-item"
    experiment = read_json(folder / "behaviour.vitrine.json")
    data = experiment["data"]
    visits = collections.defaultdict(list)
    with open(folder / data["file"], newline="") as f:
        for i, r in enumerate(csv.DictReader(f)):
            visits[r["visit"]].append((int(r["minute"]), i, r["item"]))
    sessions = [[item for _, _, item in sorted(v)] for v in visits.values() if len(v) > 1]
    splits = split_rows(len(sessions), data["split"]["test"], data["split"]["valid"], 0)
    counts = collections.Counter(x for i in splits["train"] for x in sessions[i])
    ids = {x: i + 2 for i, x in enumerate(sorted(counts, key=lambda x: (-counts[x], x)))}
    L = data["length"]
    x = torch.zeros(len(sessions), L, dtype=torch.long)
    y = torch.zeros(len(sessions), L, dtype=torch.long)
    for i, s in enumerate(sessions):
        t = torch.tensor([ids.get(item, 1) for item in s[-(L + 1) :]])
        x[i, : len(t) - 1], y[i, : len(t) - 1] = t[:-1], t[1:]
    spec = importlib.util.spec_from_file_location("sample", folder / experiment["model"]["file"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    figures = []
    for start in starts(folder / "behaviour.vitrine.json", 5):
        model = start.net(module.NextItem)
        options = dict(experiment["optimizer"])
        optimizer = getattr(torch.optim, options.pop("name"))(model.parameters(), **options)
        for _ in range(experiment["epochs"]):
            for batch in start.batches(splits["train"], experiment["batchSize"]):
                optimizer.zero_grad()
                F.cross_entropy(model(x[batch]).flatten(0, 1), y[batch].flatten(), ignore_index=0).backward()
                optimizer.step()
        with torch.no_grad():
            scores = model(x[splits["test"]])
        there = y[splits["test"]] != 0
        scores, goal = scores[there], y[splits["test"]][there]
        place = (scores > scores.gather(1, goal[:, None])).sum(1) + 1
        figures.append({
            "accuracy": (place == 1).float().mean().item(),
            "hit_rate_10": (place <= 10).float().mean().item(),
            "mrr": (1 / place).mean().item(),
        })
    out = summary(figures)
    print(out)
    (HERE / "samples_sessions_train.json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
