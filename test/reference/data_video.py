"""Animated GIFs with every way of disposing of a frame, and WebP pictures, with the pixels that Pillow reads from them.

Pinned: Python 3.11, numpy 2.4.6, pillow 13.0.0.
Run from the repository's root: python test/reference/data_video.py
"""

import base64
import gzip
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

rng = np.random.Generator(np.random.PCG64(11))


def scene(i, size=(12, 10)):
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle([i, 1, i + 3, 4], fill=(250 - 20 * i, 40, 10 * i, 255))
    draw.ellipse([8 - i, 5, 11 - i, 8], fill=(20, 200, 60, 255))
    return image


def gif(disposal, background):
    frames = []
    for i in range(5):
        image = Image.new("RGBA", (12, 10), background)
        image.alpha_composite(scene(i))
        frames.append(image)
    f = io.BytesIO()
    frames[0].save(f, "GIF", save_all=True, append_images=frames[1:], duration=[50, 100, 50, 200, 50], disposal=disposal)
    f.seek(0)
    read = Image.open(f)
    pixels = []
    for i in range(read.n_frames):
        read.seek(i)
        pixels.append(np.asarray(read.convert("RGBA")).ravel().tolist())
    return {"file": base64.b64encode(f.getvalue()).decode(), "frames": pixels}


def webp(array, **options):
    f = io.BytesIO()
    Image.fromarray(array).save(f, "WEBP", **options)
    f.seek(0)
    return {
        "file": base64.b64encode(f.getvalue()).decode(),
        "width": array.shape[1],
        "height": array.shape[0],
        "pixels": np.asarray(Image.open(f).convert("RGBA")).ravel().tolist(),
    }


noise = rng.integers(0, 256, (9, 13, 3), dtype=np.uint8)
y, x = np.mgrid[0:24, 0:20]
smooth = np.stack([x * 12, y * 10, 128 + 0 * x], -1).astype(np.uint8)
alpha = np.concatenate([noise, rng.integers(0, 256, (9, 13, 1), dtype=np.uint8)], -1)
out = {
    "gif": {
        "kept": gif(1, (30, 30, 30, 255)),
        "cleared": gif(2, (0, 0, 0, 0)),
        # Of the first frame nothing was there before that could be restored: readers differ.
        "restored": gif([1, 3, 3, 1, 1], (30, 30, 30, 255)),
    },
    "webp": {
        "lossless": webp(noise, lossless=True),
        "lossy": webp(smooth, quality=80),
        "transparent": webp(alpha, lossless=True, exact=True),
    },
}
path = Path(__file__).with_suffix(".json.gz")
path.write_bytes(gzip.compress(json.dumps(out).encode(), mtime=0))
