"""Makes media/samples/next-item/visits.csv, byte for byte the same each time: visits to a shop that sells things for trips.

A visit has a purpose (camping, beach, city, winter). Things are looked at in the order of a plan for the purpose; now and then one
goes back, looks at the same kind in another price class, or at something popular. A visit that begins with a budget thing
goes on with budget things: so the next item depends on the last one and on what was seen long before.

Pinned: Python 3.11, numpy 2.4.6.
Run from the repository's root: python test/reference/samples_sessions.py
"""

import csv
from pathlib import Path

import numpy as np

SAMPLE = Path(__file__).resolve().parents[2] / "media" / "samples" / "next-item"
PLANS = {
    "camping": ["tent", "sleeping-bag", "stove", "lantern", "backpack"],
    "beach": ["towel", "parasol", "snorkel", "sandals", "cooler"],
    "city": ["guidebook", "daypack", "umbrella", "shoes", "camera"],
    "winter": ["jacket", "gloves", "skis", "goggles", "thermos"],
}
POPULAR = ["gift-card", "water-bottle", "sunscreen"]


def main():
    rng = np.random.Generator(np.random.PCG64(11))
    rows = []
    for visit in range(1500):
        plan = PLANS[rng.choice(list(PLANS))]
        price = rng.choice(["budget", "premium"])
        at = int(rng.integers(0, 3))
        length = int(rng.integers(3, 9))
        minute = int(rng.integers(0, 500_000))
        for _ in range(length):
            chance = rng.random()
            if chance < 0.12:
                item = rng.choice(POPULAR, p=[0.2, 0.5, 0.3])
            else:
                kind = price if rng.random() < 0.95 else "premium" if price == "budget" else "budget"
                item = f"{kind}-{plan[at % len(plan)]}"
                at += 2 if rng.random() < 0.1 else 1
            rows.append([f"v{visit + 1:04d}", item, minute])
            minute += int(rng.integers(1, 5))
    order = rng.permutation(len(rows))
    with open(SAMPLE / "visits.csv", "w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(["visit", "item", "minute"])
        writer.writerows(rows[k] for k in order)


if __name__ == "__main__":
    main()
