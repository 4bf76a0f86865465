"""Makes the tables of media/samples, byte for byte the same each time.

Pinned: Python 3.11, numpy 2.4.6, scikit-learn 1.9.1.
Run from the repository's root: python test/reference/data_samples.py
"""

import csv
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, make_moons

SAMPLES = Path(__file__).resolve().parents[2] / "media" / "samples"


def write(path, header, rows):
    with open(SAMPLES / path, "w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def linear_regression():
    """y = 2 x1 - 3 x2 + noise with standard deviation 0.5; x uniform over [-2, 2]."""
    rng = np.random.Generator(np.random.PCG64(0))
    x = rng.uniform(-2, 2, size=(200, 2)).round(4)
    y = (x @ [2.0, -3.0] + rng.normal(0, 0.5, size=200)).round(4)
    write("linear-regression/points.csv", ["x1", "x2", "y"], np.column_stack([x, y]).tolist())


def net():
    """Two interleaved half circles with noise of standard deviation 0.15."""
    x, y = make_moons(n_samples=400, noise=0.15, random_state=0)
    rows = [[f"{a:.4f}", f"{b:.4f}", "lower" if c else "upper"] for (a, b), c in zip(x, y)]
    write("net/moons.csv", ["x1", "x2", "moon"], rows)


def iris():
    data = load_iris()
    header = ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"]
    rows = [[*map(repr, map(float, x)), data.target_names[y]] for x, y in zip(data.data, data.target)]
    write("iris/iris.csv", header, rows)


def breast_cancer():
    data = load_breast_cancer()
    header = [name.replace(" ", "_") for name in data.feature_names] + ["diagnosis"]
    rows = [[*(repr(float(v)) for v in x), data.target_names[y]] for x, y in zip(data.data, data.target)]
    write("breast-cancer/wdbc.csv", header, rows)


def digits():
    data = load_digits()
    header = [f"pixel_{r}_{c}" for r in range(8) for c in range(8)] + ["digit"]
    rows = [[*map(int, x), int(y)] for x, y in zip(data.data, data.target)]
    write("digits/digits.csv", header, rows)


if __name__ == "__main__":
    for make in (linear_regression, net, iris, breast_cancer, digits):
        make()
