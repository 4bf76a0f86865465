"""Trains media/samples/translation with PyTorch, on the very tokens and rows that Vitrine's preparation gives for seed 0,
for three seeds of first weights and order and from Vitrine's own (vitrine_start.py). Writes the test figures to samples_translation_train.json.

Pinned: Python 3.11, torch 2.5.1 (CPU, one thread), sacrebleu 2.5.1.
Run from the repository's root: python test/reference/samples_translation_train.py
"""

import collections
import csv
import importlib.util
import json
from pathlib import Path

import sacrebleu
import torch
import torch.nn.functional as F

from data_samples_train import SAMPLES, read_json
from vitrine_split import split_rows
from vitrine_start import starts, summary

HERE = Path(__file__).resolve().parent
SEEDS = 3
BEGIN, END = 2, 3


def vocabulary(texts, first):
    counts = collections.Counter(w for t in texts for w in t.split())
    return {w: i + first for i, w in enumerate(sorted(counts, key=lambda w: (-counts[w], w)))}


def main():
    torch.set_num_threads(1)
    folder = SAMPLES / "translation"
    experiment = read_json(folder / "translation.vitrine.json")
    data = experiment["data"]
    with open(folder / data["file"], newline="") as f:
        rows = [(r[data["source"]], r[data["target"]]) for r in csv.DictReader(f)]
    splits = split_rows(len(rows), data["split"]["test"], data["split"]["valid"], 0)
    english = vocabulary([rows[i][0] for i in splits["train"]], 2)
    talo = vocabulary([rows[i][1] for i in splits["train"]], 4)
    words = {i: w for w, i in talo.items()}
    S, T = data["sourceLength"], data["targetLength"]

    def filled(ids, length):
        return (ids + [0] * length)[:length]

    source = torch.tensor([filled([english.get(w, 1) for w in a.split()], S) for a, _ in rows])
    ids = [[talo.get(w, 1) for w in b.split()] for _, b in rows]
    given = torch.tensor([filled([BEGIN, *t], T) for t in ids])
    goal = torch.tensor([filled([*t, END], T) for t in ids])
    spec = importlib.util.spec_from_file_location("sample", folder / experiment["model"]["file"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    figures = []
    for start in starts(folder / "translation.vitrine.json", SEEDS):
        model = start.net(module.Translator)
        options = dict(experiment["optimizer"])
        optimizer = getattr(torch.optim, options.pop("name"))(model.parameters(), **options)
        for _ in range(experiment["epochs"]):
            for batch in start.batches(splits["train"], experiment["batchSize"]):
                optimizer.zero_grad()
                logits = model(source[batch], given[batch])
                F.cross_entropy(logits.flatten(0, 1), goal[batch].flatten(), ignore_index=0).backward()
                optimizer.step()
        model.eval()
        test = torch.tensor(splits["test"])
        with torch.no_grad():
            labels = model(source[test], given[test]).argmax(-1)
            there = goal[test] != 0
            right = (labels == goal[test]) | ~there
            out = torch.zeros(len(test), T, dtype=torch.long)
            out[:, 0] = BEGIN
            for t in range(T - 1):
                scores = model(source[test], out)[:, t]
                scores[:, :3] = -1e9
                out[:, t + 1] = scores.argmax(-1)
        texts = []
        for line in out[:, 1:].tolist():
            texts.append(" ".join(words[i] for i in line[: line.index(END)] if i > 3) if END in line else "")
        bleu = sacrebleu.corpus_bleu(
            texts, [[rows[i][1] for i in splits["test"]]], smooth_method="none", tokenize="none"
        ).score
        figures.append({
            "accuracy": ((labels == goal[test]) & there).sum().item() / there.sum().item(),
            "exact_match": right.all(1).float().mean().item(),
            "bleu": bleu / 100,
        })
        print(figures[-1])
    out = summary(figures)
    (HERE / "samples_translation_train.json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
