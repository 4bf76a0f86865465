"""Draws the clips of media/samples/video-motion: shapes that move over a noisy ground, in one of four directions.

Pinned: Python 3.11, numpy 2.4.6, pillow 13.0.0.
Run from the repository's root: python test/reference/samples_video.py
"""

import shutil
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

CLIPS = Path(__file__).resolve().parents[2] / "media" / "samples" / "video-motion" / "clips"
MOTIONS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
SIZE, FRAMES = 20, 10


def clip(rng, motion):
    """One shape that goes the class's way, and another that trembles where it is."""
    dx, dy = MOTIONS[motion]
    speed = rng.uniform(0.9, 1.6)
    travel = speed * (FRAMES - 1)
    radius = rng.uniform(2.2, 3.4)
    across = rng.uniform(radius + 1, SIZE - radius - 1)
    start = rng.uniform(radius, max(radius + 0.1, SIZE - radius - travel))
    along = start + speed * np.arange(FRAMES)
    if dx < 0 or dy < 0:
        along = SIZE - 1 - along
    still = rng.uniform(3, SIZE - 3, 2)
    kind = rng.integers(3)
    ground = rng.integers(20, 60)
    shade = int(rng.integers(150, 255))
    frames = []
    for t in range(FRAMES):
        image = Image.new("L", (SIZE * 4, SIZE * 4), int(ground))
        draw = ImageDraw.Draw(image)
        sx, sy = still + rng.uniform(-0.7, 0.7, 2)
        draw.rectangle([4 * (sx - 1.3), 4 * (sy - 1.3), 4 * (sx + 1.3), 4 * (sy + 1.3)], fill=120)
        x, y = (along[t], across) if dx else (across, along[t])
        box = [4 * (x - radius), 4 * (y - radius), 4 * (x + radius), 4 * (y + radius)]
        if kind == 0:
            draw.ellipse(box, fill=shade)
        elif kind == 1:
            draw.rectangle(box, fill=shade)
        else:
            draw.polygon([(4 * x, box[1]), (box[0], box[3]), (box[2], box[3])], fill=shade)
        small = np.asarray(image.resize((SIZE, SIZE), Image.BOX), dtype=np.float64)
        small += rng.normal(0, 5, small.shape)
        # Eight greys pack well.
        frame = Image.fromarray((np.clip(small, 0, 255) // 32).astype(np.uint8), "P")
        frame.putpalette([g for level in range(8) for g in [level * 36] * 3])
        frames.append(frame)
    return frames


def main():
    rng = np.random.Generator(np.random.PCG64(17))
    shutil.rmtree(CLIPS, ignore_errors=True)
    for motion in MOTIONS:
        to = CLIPS / motion
        to.mkdir(parents=True)
        for i in range(60):
            first, *rest = clip(rng, motion)
            first.save(to / f"{i:02d}.gif", save_all=True, append_images=rest, duration=80, loop=0, optimize=False)


if __name__ == "__main__":
    main()
