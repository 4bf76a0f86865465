"""Measures of columns by scipy and numpy, and the leaks and drifts that were planted into a table.

Pinned: Python 3.11, numpy 2.4.6, scipy 1.17.
Run from the repository's root: python test/reference/data_overview.py
"""

import json
from pathlib import Path

import numpy as np
from scipy.stats import ks_2samp
from scipy.stats.contingency import association

rng = np.random.Generator(np.random.PCG64(9))
a = rng.normal(size=60).round(4)
b = (0.6 * a + rng.normal(size=60)).round(4)
codes = rng.integers(0, 4, 60)
others = np.where(rng.random(60) < 0.5, codes, rng.integers(0, 3, 60))
groups = [b[codes == c] for c in np.unique(codes)]
between = sum(len(g) * (g.mean() - b.mean()) ** 2 for g in groups)
table = np.zeros((4, 4), dtype=int)
np.add.at(table, (codes, others), 1)
table = table[:, table.sum(0) > 0]
samples = []
for shift, n, m in [(0, 150, 120), (0.4, 200, 130), (2, 40, 50)]:
    x, y = rng.normal(size=n).round(3), rng.normal(shift, size=m).round(3)
    r = ks_2samp(x, y, method="asymp")
    # Without scipy's rounding of n·m/(n+m) to a whole number.
    from scipy.special import kolmogorov

    samples.append(
        {
            "x": x.tolist(),
            "y": y.tolist(),
            "distance": float(r.statistic),
            "probability": float(kolmogorov(np.sqrt(n * m / (n + m)) * r.statistic)),
        }
    )

out = {
    "a": a.tolist(),
    "b": b.tolist(),
    "codes": codes.tolist(),
    "others": others.tolist(),
    "pearson": float(np.corrcoef(a, b)[0, 1]),
    "eta": float(np.sqrt(between / ((b - b.mean()) ** 2).sum())),
    "cramer": float(association(table, method="cramer")),
    "ks": samples,
}
Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
