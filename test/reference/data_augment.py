"""Pictures altered by torchvision's functional transforms.

Pinned: Python 3.11, torch 2.5.1, torchvision 0.20.1.
Run from the repository's root: python test/reference/data_augment.py
"""

import json
from pathlib import Path

import torch
import torchvision.transforms.functional as F


def picture(channels, height, width):
    i = torch.arange(channels * height * width).double()
    return (0.5 + 0.5 * torch.sin(1.7 * i + 0.3 * channels)).float().view(channels, height, width)


def main():
    cases = []
    for size in [(1, 5, 7), (3, 6, 6), (3, 5, 8)]:
        x = picture(*size)

        def add(op, y, *arguments):
            cases.append({"size": size, "op": op, "arguments": arguments, "out": [round(v, 7) for v in y.flatten().tolist()]})

        add("horizontal", F.hflip(x))
        add("vertical", F.vflip(x))
        _, h, w = size
        for top, left in [(2, -1), (-2, 3)]:
            padded = F.pad(x, [3, 3, 3, 3])
            add("shift", F.crop(padded, 3 + top, 3 + left, h, w), top, left)
        for degrees in [13.0, -40.5, 90.0, 171.0]:
            # Of such sizes a right angle leads to the very middle between two pixels, where float32's last bit decides.
            if degrees == 90 and (h + w) % 2 == 1:
                continue
            add("rotate", F.rotate(x, degrees), degrees)
        for factor in [0.4, 1.6]:
            add("brightness", F.adjust_brightness(x, factor), factor)
            add("contrast", F.adjust_contrast(x, factor), factor)
            add("saturation", F.adjust_saturation(x, factor), factor)
        add("enlarge", F.resized_crop(x, 1, 2, 3, 4, [h, w], antialias=True), 1, 2, 3, 4)
        add("erase", F.erase(x, 1, 2, 3, 2, 0), 1, 2, 3, 2)
    (Path(__file__).resolve().parent / "data_augment.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
