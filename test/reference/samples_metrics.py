"""Reference values for BLEU (sacrebleu 2.5.1) and for rankings (scikit-learn 1.9.1), to samples_metrics.json.

Pinned: Python 3.11, numpy 2.4.6.
Run from the repository's root: python test/reference/samples_metrics.py
"""

import json
from pathlib import Path

import numpy as np
import sacrebleu
from sklearn.metrics import ndcg_score, top_k_accuracy_score

rng = np.random.Generator(np.random.PCG64(3))


def bleu():
    cases = []
    for noise in (0.05, 0.2, 0.5):
        reference = [rng.integers(4, 20, rng.integers(4, 12)).tolist() for _ in range(30)]
        written = []
        for line in reference:
            new = [int(rng.integers(4, 20)) if rng.random() < noise else t for t in line]
            written.append(new[: len(new) - int(rng.random() < noise)])
        score = sacrebleu.corpus_bleu(
            [" ".join(map(str, w)) for w in written],
            [[" ".join(map(str, r)) for r in reference]],
            smooth_method="none",
            tokenize="none",
        ).score
        cases.append({"written": written, "reference": reference, "bleu": score / 100})
    return cases


def ranking():
    groups, values, targets = [], [], []
    ndcg = []
    for g in range(12):
        n = int(rng.integers(2, 15))
        p, y = rng.normal(size=n).round(3), rng.integers(0, 6, n).astype(float)
        ndcg.append(ndcg_score([y], [p], k=10) if y.any() else 0.0)
        groups += [g] * n
        values += p.tolist()
        targets += y.tolist()
    scores, classes = rng.normal(size=(40, 30)).round(6), rng.integers(0, 30, 40)
    places = [int((row > row[c]).sum()) + 1 for row, c in zip(scores, classes)]
    one = np.eye(30)[classes]
    return {
        "groups": groups, "values": values, "targets": targets, "group_ndcg_10": float(np.mean(ndcg)),
        "scores": scores.tolist(), "classes": classes.tolist(),
        "hit_rate_10": float(top_k_accuracy_score(classes, scores, k=10, labels=np.arange(30))),
        "ndcg_10": float(ndcg_score(one, scores, k=10)), "mrr": float(np.mean([1 / p for p in places])),
    }


if __name__ == "__main__":
    out = {"bleu": bleu(), "ranking": ranking()}
    (Path(__file__).resolve().parent / "samples_metrics.json").write_text(json.dumps(out) + "\n")
