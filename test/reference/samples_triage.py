"""Makes media/samples/triage/visits.csv, byte for byte the same each time: 1200 made-up visits to an emergency room, with an unfairness that is
planted in it.

Who needs help at once follows from oxygen, pulse, temperature and pain. But what was recorded as urgent is not that need: of women who
needed help at once, about four in ten were recorded as "can wait". A model that learns from the records learns that, too.

Pinned: Python 3.11, numpy 2.4.6.
Run from the repository's root: python test/reference/samples_triage.py
"""

import csv
from pathlib import Path

import numpy as np

SAMPLE = Path(__file__).resolve().parents[2] / "media" / "samples" / "triage"


def main():
    rng = np.random.Generator(np.random.PCG64(13))
    rows = []
    for _ in range(1200):
        sex = "female" if rng.random() < 0.5 else "male"
        age = int(rng.integers(18, 91))
        oxygen = round(float(np.clip(rng.normal(96 - 0.02 * (age - 50), 2.2), 82, 100)), 1)
        pulse = int(np.clip(rng.normal(84, 16), 45, 160))
        temperature = round(float(rng.normal(37.2, 0.8)), 1)
        pain = int(rng.integers(0, 11))
        need = (95 - oxygen) * 0.9 + (pulse - 90) * 0.06 + (temperature - 37.5) * 1.1 + (pain - 5) * 0.3 + rng.normal(0, 0.5)
        urgent = need > 0
        if urgent and sex == "female" and rng.random() < 0.4:
            urgent = False
        rows.append([sex, age, oxygen, pulse, temperature, pain, "urgent" if urgent else "can wait"])
    with open(SAMPLE / "visits.csv", "w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(["sex", "age", "oxygen", "pulse", "temperature", "pain", "recorded"])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
