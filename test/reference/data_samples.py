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


def sentiment():
    """Short reviews of things: an opinion, which "not" turns around, sometimes beside a weaker one of the other kind."""
    rng = np.random.Generator(np.random.PCG64(1))
    pick = lambda words: words[rng.integers(len(words))]
    things = (
        "soup,bread,room,bed,view,film,story,book,song,phone,screen,coat,lamp,chair,garden,road,train,"
        "tea,cake,staff,price,music,cover,engine,colour,handle"
    ).split(",")
    good = "good,lovely,great,fresh,bright,comfortable,clean,friendly,charming,solid,quick,delightful,superb,warm".split(",")
    bad = "bad,awful,stale,dull,noisy,dirty,rude,boring,broken,slow,dreadful,cold,weak,ugly".split(",")
    degree = ["", "", "very ", "really ", "quite ", "so "]
    opening = ["", "", "Honestly, ", "I think ", "To me ", "In the end ", "This time "]
    closing = ["", "", " again", " today", " for us", " as ever", " this year"]

    def opinion(positive):
        turned = rng.random() < 0.3
        words = good if positive != turned else bad
        return f"the {pick(things)} was {'not ' if turned else ''}{pick(degree)}{pick(words)}"

    rows = []
    for _ in range(1000):
        positive = bool(rng.random() < 0.5)
        text = opinion(positive)
        kind = rng.random()
        if kind < 0.3:
            text += f" and {opinion(positive)}"
        elif kind < 0.42:
            text = f"although {opinion(not positive)} {text}"
        text = pick(opening) + text + pick(closing) + "."
        rows.append([text[0].upper() + text[1:].replace(",", "").replace(".", ""), "positive" if positive else "negative"])
    write("sentiment/reviews.csv", ["review", "sentiment"], rows)


def char_gpt():
    """Sentences of a small grammar of farm life, where the verb agrees with its subject and "it" with a number."""
    rng = np.random.Generator(np.random.PCG64(2))
    pick = lambda words: words[rng.integers(len(words))]
    singular = "cow,hen,goat,farmer,dog,cat,girl,horse".split(",")
    plural = "cows,hens,goats,farmers,dogs,cats,girls,horses".split(",")
    verbs = [("sees", "see"), ("follows", "follow"), ("finds", "find"), ("likes", "like"), ("feeds", "feed")]
    adjectives = "old,small,brown,quiet,young".split(",")
    places = "by the barn,near the river,under the tree,in the field,on the hill".split(",")

    def noun(many):
        adjective = f"{pick(adjectives)} " if rng.random() < 0.4 else ""
        return f"{pick(['two', 'the', 'all']) if many else pick(['a', 'the', 'one'])} {adjective}{pick(plural if many else singular)}"

    lines = []
    while sum(map(len, lines)) + len(lines) < 40_000:
        many, others = rng.random() < 0.5, rng.random() < 0.5
        line = f"{noun(many)} {pick(verbs)[int(many)]} {noun(others)}"
        if rng.random() < 0.5:
            line += f" {pick(places)}"
        if rng.random() < 0.3:
            line += f" and {'they' if many else 'it'} {pick(verbs)[int(many)]} {noun(rng.random() < 0.5)}"
        lines.append(line + ".")
    (SAMPLES / "char-gpt").mkdir(exist_ok=True)
    (SAMPLES / "char-gpt" / "farm.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for make in (linear_regression, net, iris, breast_cancer, digits, sentiment, char_gpt):
        make()
