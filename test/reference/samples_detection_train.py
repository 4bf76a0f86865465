"""Trains media/samples/detection with PyTorch, on the very scenes that Vitrine's split of seed 0 gives, for two seeds of first weights and
order, with torchmetrics' mean average precision; and mAP of made-up boxes. Writes samples_detection_train.json.

Pinned: Python 3.11, torch 2.5.1 (CPU, one thread), torchmetrics 1.9 with pycocotools 2.0.11, pillow 12.
Run from the repository's root: python test/reference/samples_detection_train.py
"""

import importlib.util
import io
import json
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
    figures = []
    for seed in range(5):
        torch.manual_seed(seed)
        model = module.Detector()
        options = dict(experiment["optimizer"])
        optimizer = getattr(torch.optim, options.pop("name"))(model.parameters(), **options)
        train = torch.tensor(splits["train"])
        for _ in range(experiment["epochs"]):
            for batch in train[torch.randperm(len(train))].split(experiment["batchSize"]):
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
        figures.append(precision([decode(y, grid) for y in out], truth))
        print(figures[-1], flush=True)
    out = {k: {"min": min(v), "mean": sum(v) / len(v), "max": max(v)} for k in figures[0] for v in [[f[k] for f in figures]]}
    (HERE / "samples_detection_train.json").write_text(json.dumps({"trained": out, "made_up": made_up()}) + "\n")


if __name__ == "__main__":
    main()
