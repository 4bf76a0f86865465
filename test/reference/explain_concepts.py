"""
Concepts, influence, errors and maps of whole models by the authorities, for test/unit/explain.

Versions: torch 2.5.1, captum 0.9.0, scikit-learn 1.9.1, scipy 1.17, umap-learn 0.5. Run: python explain_concepts.py
Reads explain.json (the mlp and its rows), writes explain_concepts.json beside it. Computed in float64.
"""

import json
import pathlib
import shutil
import tempfile
import warnings

import numpy as np
import torch
import torch.nn as nn
import umap
from captum.concept import TCAV, Concept
from captum.concept._utils.classifier import Classifier
from captum.influence import TracInCP
from scipy.stats import false_discovery_control, ttest_ind
from sklearn.calibration import calibration_curve
from sklearn.linear_model import RidgeClassifier
from sklearn.manifold import trustworthiness
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from torch.utils.data import DataLoader, TensorDataset

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
here = pathlib.Path(__file__)
given = json.loads((here.parent / "explain.json").read_text())
p = given["permutation_importance"]
rng = np.random.default_rng(5)


def listed(x):
    x = x.detach().numpy() if torch.is_tensor(x) else np.asarray(x)
    return [float(f"{v:.9g}") for v in x.reshape(-1)]


def network(layers):
    out = []
    for l in layers:
        if l["op"] == "Linear":
            m = nn.Linear(l["shape"][1], l["shape"][0])
            m.weight.data = torch.tensor(l["weight"]).float().double().reshape(l["shape"])
            m.bias.data = torch.tensor(l["bias"]).float().double()
        else:
            m = {"Relu": nn.ReLU, "Tanh": nn.Tanh}[l["op"]]()
        out.append(m)
    return nn.Sequential(*out).eval()


net = network(given["mlp"]["layers"])
X = torch.tensor(np.array(p["inputs"]).reshape(-1, 6).astype(np.float32).astype(np.float64))
labels = torch.tensor(p["labels"])
out = {}

# Confusion and calibration.
with torch.no_grad():
    probability = torch.softmax(net(X), 1).numpy()
predicted = probability.argmax(1)
precision, recall, f1, support = precision_recall_fscore_support(labels, predicted, zero_division=0)
out["confusion"] = {
    "predicted": predicted.tolist(),
    "matrix": confusion_matrix(labels, predicted).ravel().tolist(),
    "precision": listed(precision),
    "recall": listed(recall),
    "f1": listed(f1),
    "support": support.tolist(),
}
sure, right = probability.max(1), (predicted == labels.numpy()).astype(float)
observed, mean = calibration_curve(right, sure, n_bins=8, strategy="uniform")
edges = np.linspace(0, 1, 9)
bins = np.searchsorted(edges[1:-1], sure)
count = np.bincount(bins, minlength=8)
out["calibration"] = {
    "bins": 8,
    "observed": listed(observed),
    "predicted": listed(mean),
    "error": float((count[count > 0] / len(sure) * np.abs(observed - mean)).sum()),
}

# Errors in slices.
loss = -np.log(probability[np.arange(len(labels)), labels])
out["slices"] = {"losses": listed(loss), "cases": []}
for column in range(4):
    inside = X[:, column].numpy() > 0.4
    a, b = loss[inside], loss[~inside]
    out["slices"]["cases"].append(
        {
            "rows": np.flatnonzero(inside).tolist(),
            "p": float(ttest_ind(a, b, equal_var=False, alternative="greater").pvalue),
            "two_sided": float(ttest_ind(a, b, equal_var=False).pvalue),
            "effect": float(np.sqrt(2) * (a.mean() - b.mean()) / np.sqrt(a.var(ddof=1) + b.var(ddof=1))),
        }
    )
many = rng.uniform(0, 0.2, 12)
out["slices"]["discovery"] = {"p": listed(many), "q": listed(false_discovery_control([float(f"{v:.9g}") for v in many]))}

# Concepts.
class Ridge(Classifier):
    def __init__(self):
        super().__init__()

    def train_and_eval(self, dataloader, test_split_ratio=0.33, **kwargs):
        xs, ys = zip(*[(x, y) for x, y in dataloader])
        x, y = torch.cat(xs).numpy(), torch.cat(ys).numpy()
        self.names = sorted(set(y.tolist()))
        self.fit = RidgeClassifier(alpha=1.0).fit(x, y == self.names[1])
        return {"accs": torch.tensor(1.0)}

    def weights(self):
        w = torch.tensor(self.fit.coef_.ravel())
        return torch.stack([-w, w])

    def classes(self):
        return self.names


def concept(i, name, rows):
    return Concept(i, name, DataLoader(X[rows], batch_size=64))


own, other = np.arange(0, 25), np.arange(30, 58)
folder = tempfile.mkdtemp()
out["tcav"] = []
for target in range(3):
    for layer in ["1", "3"]:
        examples = X[labels == target]
        tcav = TCAV(net, [layer], classifier=Ridge(), save_path=folder, model_id=f"{target}{layer}")
        concepts = [concept(0, f"own{target}{layer}", own), concept(1, f"other{target}{layer}", other)]
        # Captum multiplies vectors of the default type with activations in float32.
        torch.set_default_dtype(torch.float32)
        scores = tcav.interpret(examples, [concepts], target=target)
        torch.set_default_dtype(torch.float64)
        share = next(iter(scores.values()))[layer]["sign_count"]
        cav = tcav.cavs["0-1"][layer].stats["weights"][0]
        out["tcav"].append(
            {
                "target": target,
                "layer": layer,
                "own": own.tolist(),
                "other": other.tolist(),
                "examples": np.flatnonzero(labels == target).tolist(),
                "score": float(share[0]),
                "vector": listed(cav),
            }
        )
shutil.rmtree(folder)

# Influence.
states = []
torch.manual_seed(2)
for scale in [0.3, 0.0]:
    state = {k: (v + scale * torch.randn_like(v)).float().double() for k, v in net.state_dict().items()}
    states.append((state, 0.1 if scale else 0.05))


def load(model, index):
    model.load_state_dict(states[index][0])
    return states[index][1]


tracin = TracInCP(
    network(given["mlp"]["layers"]),
    TensorDataset(X, labels),
    checkpoints=[0, 1],
    checkpoints_load_func=load,
    loss_fn=nn.CrossEntropyLoss(reduction="sum"),
    batch_size=16,
    sample_wise_grads_per_batch=True,
)
test = torch.tensor(rng.uniform(-1.5, 1.5, (2, 6)).astype(np.float32).astype(np.float64))
truth = torch.tensor([0, 2])
found = tracin.influence((test, truth))
out["tracin"] = {
    "states": [{"rate": rate, "weights": {k: listed(v) for k, v in state.items()}} for state, rate in states],
    "test": listed(test),
    "truth": truth.tolist(),
    "influence": [listed(f) for f in found],
}

# A map: how well the neighbours of a wide layer are kept.
clusters = rng.normal(0, 1, (150, 12)) + 4 * rng.normal(0, 1, (5, 12))[np.arange(150) % 5]
clusters = clusters.astype(np.float32).astype(np.float64)
points = umap.UMAP(random_state=0).fit_transform(clusters)
out["umap"] = {
    "rows": [float(f"{v:.6g}") for v in clusters.ravel()],
    "width": 12,
    "trustworthiness": float(trustworthiness(clusters, points, n_neighbors=5)),
}

path = here.with_suffix(".json")
path.write_text(json.dumps(out, separators=(",", ":"), allow_nan=False) + "\n")
print(path, path.stat().st_size)
