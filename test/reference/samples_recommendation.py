"""Makes media/samples/recommendation/ratings.csv, byte for byte the same each time, and the truth that is planted in it
(samples_recommendation_truth.json).

A rating is what a person's taste says of the film's genre, plus how good the film is, plus how generous the person is,
plus a liking of old films that grows with age, plus noise with standard deviation 0.5; rounded to half stars. So the
best that any model can reach is a root mean squared error near 0.52 (the noise and the rounding).

Pinned: Python 3.11, numpy 2.4.6.
Run from the repository's root: python test/reference/samples_recommendation.py
"""

import csv
import json
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parents[1] / "media" / "samples" / "recommendation"
GENRES = ["comedy", "crime", "drama", "fantasy", "horror", "romance"]
AGES = ["18-29", "30-44", "45-59", "60+"]
ADJECTIVES = "Silent Golden Hidden Broken Distant Crimson Frozen Gentle Hollow Paper".split()
NOUNS = "River Harbour Garden Letter Mirror Station Orchard Lantern Bridge Winter Compass Island".split()
USERS, ITEMS, EACH = 160, 120, 40


def main():
    rng = np.random.Generator(np.random.PCG64(20))
    titles = [f"The {a} {n}" for a in ADJECTIVES for n in NOUNS]
    rng.shuffle(titles)
    genre = rng.integers(0, len(GENRES), ITEMS)
    old = rng.integers(0, 2, ITEMS)
    quality = rng.normal(0, 0.45, ITEMS)
    age = rng.integers(0, len(AGES), USERS)
    generous = rng.normal(0, 0.35, USERS)
    # One genre is loved, one is disliked.
    taste = rng.normal(0, 0.25, (USERS, len(GENRES)))
    loved, disliked = [], []
    for u in range(USERS):
        a, b = rng.permutation(len(GENRES))[:2]
        taste[u, a] += 1.2
        taste[u, b] -= 1.2
        loved.append(GENRES[a])
        disliked.append(GENRES[b])
    rows = []
    for u in range(USERS):
        for i in sorted(rng.choice(ITEMS, EACH, replace=False)):
            score = 3.1 + taste[u, genre[i]] + quality[i] + generous[u] + (0.3 * (age[u] - 1.5) if old[i] else 0)
            score = np.clip(np.round(2 * (score + rng.normal(0, 0.5))) / 2, 0.5, 5)
            era = "classic" if old[i] else "recent"
            rows.append([f"u{u + 1:03d}", titles[i], GENRES[genre[i]], era, AGES[age[u]], f"{score:g}"])
    order = rng.permutation(len(rows))
    with open(SAMPLE / "ratings.csv", "w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(["user", "film", "genre", "era", "age", "rating"])
        writer.writerows(rows[k] for k in order)
    truth = {f"u{u + 1:03d}": [loved[u], disliked[u]] for u in range(USERS)}
    (HERE / "samples_recommendation_truth.json").write_text(json.dumps(truth) + "\n")


if __name__ == "__main__":
    main()
