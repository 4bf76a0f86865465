"""Trains media/samples/detection with PyTorch, on the very scenes that Vitrine's split of seed 0 gives, for five seeds of first weights
and order and from Vitrine's own (vitrine_start.py), with torchmetrics' mean average precision; and mAP of made-up boxes. Writes samples_detection_train.json, after each seed:
with SEED … it trains these alone (5 is Vitrine's start) and keeps what the file says of the others.

Pinned: Python 3.11, torch 2.5.1 (CPU, one thread), torchmetrics 1.9 with pycocotools 2.0.11, pillow 12.
Run from the repository's root: python test/reference/samples_detection_train.py [SEED …]
"""

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
from torchmetrics.detection import MeanAveragePrecision
from torchvision.ops import batched_nms

from data_samples_train import SAMPLES, read_json
from vitrine_split import split_rows
from vitrine_start import starts, summary

HERE = Path(__file__).resolve().parent
C = 3


def precision(found, truth):
    # Boxes far larger than COCO's smallest area, so that every area counts.
    metric = MeanAveragePrecision()
    metric.update(
        [{"boxes": b * 1000, "scores": s, "labels": c} for b, s, c in found],
        [{"boxes": b * 1000, "labels": c} for b, c in truth],
    )
    out = metric.compute()
    return {"map_50": out["map_50"].item(), "map": out["map"].item()}


def loss_of(y, t):
    there = t[..., 0]
    count = there.sum().clamp(min=1)
    placed = (((y[..., 1:5].sigmoid() - t[..., 1:5]) ** 2) * there[..., None]).sum()
    named = -(y[..., 5:].log_softmax(-1) * t[..., 5:]).sum()
    found = F.binary_cross_entropy_with_logits(y[..., 0], there, reduction="sum")
    return (found + BOX * placed + named) / count


def decode(y, grid):
    cells = torch.arange(grid * grid)
    p = y[:, 1:5].sigmoid()
    x, v = (cells % grid + p[:, 0]) / grid, (cells // grid + p[:, 1]) / grid
    boxes = torch.stack([x - p[:, 2] / 2, v - p[:, 3] / 2, x + p[:, 2] / 2, v + p[:, 3] / 2], 1)
    classes = y[:, 5:].softmax(-1)
    scores = y[:, 0].sigmoid() * classes.max(-1).values
    keep = y[:, 0].sigmoid() >= 0.05
    boxes, scores, labels = boxes[keep], scores[keep], classes.argmax(-1)[keep]
    best = batched_nms(boxes, scores, labels, 0.5)
    return boxes[best], scores[best], labels[best]


def made_up():
    rng = np.random.Generator(np.random.PCG64(2))
    found, truth = [], []
    for _ in range(25):
        n = int(rng.integers(0, 5))
        corner = rng.uniform(0, 0.6, (n, 2))
        boxes = np.concatenate([corner, corner + rng.uniform(0.15, 0.4, (n, 2))], 1).round(5)
        labels = rng.integers(0, C, n)
        near = (boxes + rng.normal(0, 0.025, boxes.shape)).round(5)
        keep = rng.random(n) < 0.85
        wrong = np.where(rng.random(n) < 0.1, (labels + 1) % C, labels)
        stray = np.array([[0.1, 0.1, 0.4, 0.5]])
        b = np.concatenate([near[keep], stray])
        found.append({"boxes": b.tolist(), "scores": rng.random(len(b)).round(5).tolist(), "labels": [*wrong[keep].tolist(), 0]})
        truth.append({"boxes": boxes.tolist(), "labels": labels.tolist()})
    t = lambda x, shape=None, d=torch.float64: torch.tensor(x, dtype=d).view(shape) if shape else torch.tensor(x, dtype=d)
    result = precision(
        [(t(f["boxes"], (-1, 4)), t(f["scores"]), t(f["labels"], d=torch.long)) for f in found],
        [(t(g["boxes"], (-1, 4)), t(g["labels"], d=torch.long)) for g in truth],
    )
    return {"found": found, "truth": truth, **result}


def main():
    global BOX
    torch.set_num_threads(1)
    folder = SAMPLES / "detection"
    experiment = read_json(folder / "detection.vitrine.json")
    data = experiment["data"]
    BOX = experiment.get("lossOptions", {}).get("box_weight", 5)
    grid = data["grid"]
    coco = json.loads((folder / data["file"]).read_text())
    archive = zipfile.ZipFile(folder / data["images"])
    images = torch.tensor(np.stack([
        np.asarray(Image.open(io.BytesIO(archive.read(i["file_name"]))).convert("RGB"), dtype=np.float32).transpose(2, 0, 1) / 255
        for i in coco["images"]
    ]))
    size = coco["images"][0]["width"]
    boxes = [[] for _ in coco["images"]]
    for a in coco["annotations"]:
        boxes[a["image_id"] - 1].append((a["bbox"], a["category_id"] - 1))
    targets = torch.zeros(len(images), grid * grid, 5 + C)
    for i, many in enumerate(boxes):
        for (x, y, w, h), c in sorted(many, key=lambda b: -b[0][2]):
            u, v = (x + w / 2) / size * grid, (y + h / 2) / size * grid
            cell = int(v) * grid + int(u)
            if targets[i, cell, 0] == 0:
                targets[i, cell, :5] = torch.tensor([1, u - int(u), v - int(v), w / size, h / size])
                targets[i, cell, 5 + c] = 1
    splits = split_rows(len(images), data["split"]["test"], data["split"]["valid"], 0)
    spec = importlib.util.spec_from_file_location("sample", folder / experiment["model"]["file"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    path = HERE / "samples_detection_train.json"
    before = json.loads(path.read_text()) if path.exists() and sys.argv[1:] else {}
    figures = before.get("seeds", {})
    begins = starts(folder / "detection.vitrine.json", 5)
    for seed in map(int, sys.argv[1:] or range(6)):
        start = begins[seed]
        model = start.net(module.Detector)
        options = dict(experiment["optimizer"])
        optimizer = getattr(torch.optim, options.pop("name"))(model.parameters(), **options)
        for _ in range(experiment["epochs"]):
            for batch in start.batches(splits["train"], experiment["batchSize"]):
                optimizer.zero_grad()
                loss_of(model(images[batch]), targets[batch]).backward()
                optimizer.step()
        with torch.no_grad():
            out = model(images[splits["test"]])
        truth = []
        for i in splits["test"]:
            b = torch.tensor([k[0] for k in boxes[i]], dtype=torch.float32)
            b[:, 2:] += b[:, :2]
            truth.append((b / size, torch.tensor([k[1] for k in boxes[i]])))
        figures[str(seed)] = precision([decode(y, grid) for y in out], truth)
        print(seed, figures[str(seed)], flush=True)
        all_seeds = {s: figures[s] for s in sorted(figures)}
        trained = summary(list(all_seeds.values())) if len(figures) > 1 else {}
        path.write_text(json.dumps({"trained": trained, "seeds": all_seeds, "made_up": made_up()}) + "\n")


if __name__ == "__main__":
    main()
