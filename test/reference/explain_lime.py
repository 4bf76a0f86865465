"""Superpixels by scikit-image, and LIME of pictures, tables and texts by lime, for test/unit/explain.

Versions: torch 2.5.1, lime 0.2.0.1, scikit-image 0.26.0, numpy 2.4.6. Run: python explain_lime.py
Reads explain.json (a network for tables), writes explain_lime.json beside it. Computed in float64.
"""

import json
import pathlib
import warnings

import numpy as np
import torch
import torch.nn as nn
from lime.lime_image import LimeImageExplainer
from lime.lime_tabular import LimeTabularExplainer
from lime.lime_text import LimeTextExplainer
from scipy.ndimage import zoom
from skimage.color import gray2rgb
from skimage.segmentation import quickshift, slic

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
torch.manual_seed(5)
rng = np.random.default_rng(11)
here = pathlib.Path(__file__)
given = json.loads((here.parent / "explain.json").read_text())
RUNS = 80


def listed(x):
    x = x.detach().numpy() if torch.is_tensor(x) else np.asarray(x)
    return [float(f"{v:.9g}") for v in x.reshape(-1)]


def single(x):
    return x.astype(np.float32).astype(np.float64)


def picture(height, width, channels):
    """Coloured blobs with some grain, from 0 to 1."""
    rough = rng.uniform(size=(4, 5, channels))
    smooth = zoom(rough, (height / 4, width / 5, 1), order=1)
    x = smooth + 0.08 * rng.normal(size=smooth.shape)
    return single((x - x.min()) / (x.max() - x.min()))


def rounded(net):
    for p in net.parameters():
        p.data = (2 * p.data).float().double()
    return net.eval()


def layers(net):
    out = []
    for m in net:
        if isinstance(m, nn.Linear):
            out.append({"op": "Linear", "shape": list(m.weight.shape), "weight": listed(m.weight), "bias": listed(m.bias)})
        elif isinstance(m, nn.Conv2d):
            out.append({"op": "Conv", "pad": m.padding[0], "shape": list(m.weight.shape), "weight": listed(m.weight), "bias": listed(m.bias)})
        else:
            out.append({"op": {"ReLU": "Relu", "Tanh": "Tanh", "MaxPool2d": "MaxPool", "Flatten": "Flatten"}[type(m).__name__]})
    return out


def statistics(runs, samples):
    runs = np.array(runs)
    return {"values": listed(runs.mean(0)), "deviation": listed(runs.std(0, ddof=1)), "samples": len(runs), "neighbours": samples}


out = {"superpixels": []}


def settled(rgb, **how):
    """The parts, or None where chance decides between places of nearly equal density."""
    tried = [quickshift(rgb, rng=seed, **how) for seed in range(6)]
    return tried[0].reshape(-1).tolist() if all((t == tried[0]).all() for t in tried) else None


SHIFTS = {"quickshift": {"kernel_size": 4, "max_dist": 200, "ratio": 0.2}, "quickshift_fine": {"kernel_size": 3, "max_dist": 8, "ratio": 0.5}}
for height, width, channels, counts in [(24, 30, 3, [12, 40]), (20, 28, 1, [9, 30]), (5, 40, 3, [6])]:
    while True:
        x = picture(height, width, channels)
        rgb = x if channels == 3 else gray2rgb(x[..., 0])
        assert rgb.min() == 0 and rgb.max() == 1
        shifts = {name: settled(rgb, **how) for name, how in SHIFTS.items()}
        if all(shifts.values()):
            break
    parts = {str(n): slic(rgb, n_segments=n, start_label=0).reshape(-1).tolist() for n in counts}
    out["superpixels"].append({"shape": [channels, height, width], "image": listed(x.transpose(2, 0, 1)), "slic": parts, **shifts})

# A picture.
net = rounded(nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(3 * 6 * 8, 3)))
image = picture(12, 16, 3)
target = 1


def classify(images):
    with torch.no_grad():
        return net(torch.tensor(np.array(images)).permute(0, 3, 1, 2)).numpy()


runs = []
for seed in range(RUNS):
    explainer = LimeImageExplainer(random_state=seed)
    divide = lambda i: slic(i, n_segments=16, start_label=0)
    explanation = explainer.explain_instance(image, classify, labels=(target,), top_labels=None, num_samples=200, segmentation_fn=divide)
    found = dict(explanation.local_exp[target])
    runs.append([found[k] for k in range(len(found))])
out["picture"] = {
    "layers": layers(net),
    "image": listed(image.transpose(2, 0, 1)),
    "labels": explanation.segments.reshape(-1).tolist(),
    "target": target,
    "units": 16,
    **statistics(runs, 200),
}

# A table.
mlp = []
for l in given["mlp"]["layers"]:
    if l["op"] == "Linear":
        m = nn.Linear(l["shape"][1], l["shape"][0])
        m.weight.data = torch.tensor(l["weight"]).float().double().reshape(l["shape"])
        m.bias.data = torch.tensor(l["bias"]).float().double()
    else:
        m = {"Relu": nn.ReLU, "Tanh": nn.Tanh}[l["op"]]()
    mlp.append(m)
mlp = nn.Sequential(*mlp).eval()
rows = single(rng.normal(size=(60, 6)) * [1, 0.5, 2, 1, 0.3, 1] + [0, 1, 0, -1, 0, 0.5])
x = single(rows[3] + 0.05)
out["table"] = {"rows": listed(rows), "input": listed(x), "target": 2}
answer = lambda r: mlp(torch.tensor(r)).detach().numpy()
for name, options in {
    "around_input": {"discretize_continuous": False, "sample_around_instance": True},
    "mean": {"discretize_continuous": False, "sample_around_instance": False},
    "quartile": {"discretize_continuous": True, "discretizer": "quartile"},
}.items():
    runs = []
    for seed in range(RUNS):
        explainer = LimeTabularExplainer(rows, mode="classification", random_state=seed, **options)
        explanation = explainer.explain_instance(x, answer, labels=(2,), num_features=6, num_samples=400)
        found = dict(explanation.local_exp[2])
        runs.append([found[k] for k in range(6)])
    out["table"][name] = statistics(runs, 400)
out["table"]["mean_row"] = listed(rows.mean(0))
out["table"]["std_row"] = listed(rows.std(0))

# A text of eight words, the last two places empty. Its network looks at places as well as words.
embedding = nn.Embedding(12, 4)
embedding.weight.data[0] = 0
embedding.weight.data = embedding.weight.data.float().double()
head = rounded(nn.Sequential(nn.Flatten(), nn.Linear(40, 6), nn.Tanh(), nn.Linear(6, 2)))
tokens = [3, 7, 1, 7, 9, 2, 11, 5, 0, 0]
vocabulary = {f"w{i}": i for i in range(12)} | {"UNKWORDZ": 0}


def read(texts):
    ids = [[vocabulary[w] for w in t.split()] + [0, 0] for t in texts]
    return head(embedding(torch.tensor(ids))).detach().numpy()


runs = []
for seed in range(RUNS):
    explainer = LimeTextExplainer(bow=False, random_state=seed, split_expression=r"\s+")
    explanation = explainer.explain_instance(" ".join(f"w{i}" for i in tokens[:8]), read, labels=(1,), num_features=8, num_samples=300)
    found = dict(explanation.local_exp[1])
    runs.append([found[k] for k in range(8)])
out["text"] = {"embedding": listed(embedding.weight), "layers": layers(head), "tokens": tokens, "target": 1, **statistics(runs, 300)}

path = here.with_suffix(".json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
print(path, path.stat().st_size)
