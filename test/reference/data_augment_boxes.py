"""Where torchvision's transforms put boxes on a picture of 12 x 16 pixels, to data_augment_boxes.json.

Pinned: Python 3.11, torch 2.5.1, torchvision 0.20.1. Run from the repository's root: python test/reference/data_augment_boxes.py
"""

import json
from pathlib import Path

import torch
from torchvision import tv_tensors
from torchvision.transforms.v2 import functional as F

H, W = 12, 16
boxes = tv_tensors.BoundingBoxes(
    torch.tensor([[2.0, 1, 9, 5], [5, 4, 11, 10], [12, 8, 16, 12]]), format="XYXY", canvas_size=(H, W)
)
out = {
    "height": H,
    "width": W,
    "boxes": boxes.tolist(),
    "horizontal": F.horizontal_flip(boxes).tolist(),
    "vertical": F.vertical_flip(boxes).tolist(),
    "rotated": [[d, F.rotate(boxes, d).tolist()] for d in (7.5, -12.0, 30.0)],
    "shifted": [[t, l, F.crop(F.pad(boxes, 4), t + 4, l + 4, H, W).tolist()] for t, l in ((2, -1), (-3, 2))],
}
Path("test/reference/data_augment_boxes.json").write_text(json.dumps(out) + "\n")
