"""Makes media/samples/detection (scenes.json in COCO's format, scenes.zip), byte for byte the same each time: scenes of one to three
circles, squares and triangles of any colour on a background with noise.

Pinned: Python 3.11, numpy 2.4.6, pillow 12.
Run from the repository's root: python test/reference/samples_detection.py
"""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

SAMPLE = Path(__file__).resolve().parents[2] / "media" / "samples" / "detection"
NAMES = ["circle", "square", "triangle"]
SIZE, SCENES = 32, 600


def inside(kind, x, y, left, top, size):
    u, v = (x - left) / size, (y - top) / size
    if kind == 0:
        return (u - 0.5) ** 2 + (v - 0.5) ** 2 <= 0.25
    if kind == 1:
        return (u >= 0) & (u <= 1) & (v >= 0) & (v <= 1)
    return (v <= 1) & (v >= 2 * np.abs(u - 0.5))


def main():
    rng = np.random.Generator(np.random.PCG64(9))
    y, x = np.mgrid[:SIZE, :SIZE] + 0.5
    images, annotations = [], []
    with zipfile.ZipFile(SAMPLE / "scenes.zip", "w", zipfile.ZIP_STORED) as archive:
        for i in range(SCENES):
            back = rng.integers(20, 90, 3)
            image = np.clip(back + rng.integers(-6, 7, (SIZE, SIZE, 1)), 0, 255).astype(np.uint8)
            placed = []
            for _ in range(int(rng.integers(1, 4))):
                size = int(rng.integers(8, 15))
                left, top = (int(rng.integers(0, SIZE - size + 1)) for _ in range(2))
                if any(abs(left - a) < (size + s) * 0.6 and abs(top - b) < (size + s) * 0.6 for a, b, s in placed):
                    continue
                kind = int(rng.integers(0, 3))
                image[inside(kind, x, y, left, top, size)] = rng.integers(120, 256, 3)
                placed.append((left, top, size))
                annotations.append({"id": len(annotations) + 1, "image_id": i + 1, "category_id": kind + 1,
                                    "bbox": [left, top, size, size], "area": size * size, "iscrowd": 0})
            data = io.BytesIO()
            Image.fromarray(image).quantize(16).save(data, "PNG", optimize=True)
            archive.writestr(zipfile.ZipInfo(f"{i + 1:03d}.png", (2026, 1, 1, 0, 0, 0)), data.getvalue())
            images.append({"id": i + 1, "file_name": f"{i + 1:03d}.png", "width": SIZE, "height": SIZE})
    coco = {"images": images, "annotations": annotations, "categories": [{"id": k + 1, "name": n} for k, n in enumerate(NAMES)]}
    (SAMPLE / "scenes.json").write_text(json.dumps(coco, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
