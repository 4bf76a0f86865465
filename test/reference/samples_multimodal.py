"""Makes media/samples/multimodal (crates.csv, photos.zip), byte for byte the same each time, and what is planted in it
(samples_multimodal_truth.json).

A crate of fruit has a photo, a note and two numbers. Each speaks for or against selling it: spots in the photo, words of the note,
days since harvest and warmth. Their sum, with a little noise, decides. Some photos are clean of meaning (half the spots), some notes
say nothing.

Pinned: Python 3.11, numpy 2.4.6, pillow 12.
Run from the repository's root: python test/reference/samples_multimodal.py
"""

import csv
import io
import json
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parents[1] / "media" / "samples" / "multimodal"
SIZE, ROWS = 14, 700
GOOD = ["firm and crisp", "smells fresh", "stems still green", "skin tight and shiny"]
BAD = ["smells sour", "soft at the bottom", "juice is leaking", "skin loose and dull"]
NEUTRAL = ["from the northern slope", "picked by the second crew", "stacked near the door", "label is blue"]
OPENINGS = ["crate checked at noon", "seen this morning", "third row", "as delivered"]


def photo(rng, spots):
    y, x = np.mgrid[:SIZE, :SIZE]
    image = np.full((SIZE, SIZE, 3), 235, dtype=np.uint8)
    centre = (SIZE - 1) / 2
    inside = (x - centre) ** 2 + (y - centre) ** 2 < (SIZE / 2 - 1) ** 2
    image[inside] = rng.choice([[210, 60, 50], [230, 190, 60], [120, 180, 70]])
    places = np.argwhere(inside)
    for cy, cx in places[rng.permutation(len(places))[:spots]]:
        image[cy, cx] = image[cy, min(cx + 1, SIZE - 1)] = [80, 50, 30]
    data = io.BytesIO()
    Image.fromarray(image).quantize(8).save(data, "PNG", optimize=True)
    return data.getvalue()


def main():
    rng = np.random.Generator(np.random.PCG64(5))
    truth, rows = [], []
    with zipfile.ZipFile(SAMPLE / "photos.zip", "w", zipfile.ZIP_STORED) as archive:
        for i in range(ROWS):
            spots = int(rng.integers(0, 13))
            seen = (6 - spots) / 6 * 1.6
            kind = rng.choice(3)
            note = f"{rng.choice(OPENINGS)} {rng.choice([NEUTRAL, GOOD, BAD][kind])}"
            said = [0.0, 1.4, -1.4][kind]
            days, warmth = round(float(rng.uniform(0, 12)), 1), round(float(rng.uniform(4, 24)), 1)
            measured = (6 - days) / 6 * 1.2 + (14 - warmth) / 10 * 0.5
            total = seen + said + measured + rng.normal(0, 0.25)
            info = zipfile.ZipInfo(f"{i + 1:03d}.png", (2026, 1, 1, 0, 0, 0))
            archive.writestr(info, photo(rng, spots))
            rows.append([f"photos.zip/{i + 1:03d}.png", note, days, warmth, "sell" if total > 0 else "discard"])
            truth.append([round(seen, 3), said, round(measured, 3)])
    with open(SAMPLE / "crates.csv", "w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(["photo", "note", "days", "warmth", "decision"])
        writer.writerows(rows)
    (HERE / "samples_multimodal_truth.json").write_text(json.dumps(truth) + "\n")


if __name__ == "__main__":
    main()
