"""PyTorch's values and gradients of losses, computed in float64 from float32 outputs, on odd sizes and edge cases.

Each case: the loss's name and options, outputs and targets as our loss takes them, the value, and its gradient with
respect to the outputs. `empty` is the value for a batch of no rows, which is no number where rows are averaged.

Pinned: Python 3.11, torch 2.5.1, torchvision 0.20.1.
Run from the repository's root: python test/reference/engine_losses.py
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

torch.manual_seed(11)
cases = []


def flat(t):
    t = t.detach()
    return {"shape": list(t.shape), "data": [float(f"{v:.9g}") if t.is_floating_point() else v for v in t.reshape(-1).tolist()],
            "dtype": "float32" if t.is_floating_point() else "int64"}


def case(label, name, fn, y, t, **options):
    """`fn` takes outputs (double) and targets."""
    x = y.double().requires_grad_(True)
    value = fn(x, t.double() if t.is_floating_point() else t)
    value.backward()
    assert value.isfinite() and x.grad.isfinite().all(), label
    cases.append({"label": label, "name": name, "options": options, "output": flat(y), "targets": flat(t), "value": value.item(),
                  "gradient": flat(x.grad)})
    # multi_margin_loss reads memory that nobody wrote there.
    if name not in ("ctc", "multi_margin"):
        cases[-1]["empty"] = str(fn(y[:0].double(), t[:0].double() if t.is_floating_point() else t[:0]).item())


# Connectionist temporal classification: targets filled up with -1.
def ctc(label, y, rows, input_lengths=None, layout="NTC", **options):
    width = max(1, max(len(r) for r in rows))
    targets = torch.tensor([r + [-1] * (width - len(r)) for r in rows])
    lengths = torch.tensor([len(r) for r in rows])
    joined = torch.tensor([k for r in rows for k in r], dtype=torch.long)
    n, t = y.shape[:2] if layout == "NTC" else (y.shape[1], y.shape[0])
    steps = torch.tensor(input_lengths or [t] * n)

    def fn(x, _):
        logs = F.log_softmax(x.transpose(0, 1) if layout == "NTC" else x, 2)
        return F.ctc_loss(logs, joined, steps, lengths, blank=options.get("blank", 0), reduction=options.get("reduction", "mean"),
                          zero_infinity=options.get("zero_infinity", False))

    given = targets if input_lengths is None else torch.cat([steps[:, None], targets], 1)
    more = {} if input_lengths is None else {"input_lengths": "first"}
    if layout != "NTC":
        more["layout"] = layout
    case(label, "ctc", fn, y, given, **more, **options)


ctc("plain", torch.randn(3, 9, 5) * 2, [[1, 2, 3], [4], [2, 1]])
ctc("symbols that repeat", torch.randn(3, 11, 4) * 2, [[1, 1, 2, 2, 2], [3, 3], [1, 2, 1, 2, 1, 2]])
ctc("just long enough", torch.randn(2, 5, 3), [[1, 1, 2, 1], [2, 1, 2, 1, 2]])
ctc("empty targets", torch.randn(3, 4, 3), [[], [1], []])
ctc("one of everything", torch.randn(1, 1, 2), [[1]])
ctc("one step, nothing said", torch.randn(1, 1, 2), [[]])
ctc("another blank", torch.randn(2, 7, 4) * 2, [[0, 1, 0], [2, 2]], blank=3)
ctc("sum", torch.randn(2, 7, 4), [[1, 3], [2, 2, 1]], reduction="sum")
ctc("inputs of different lengths", torch.randn(3, 8, 4), [[1, 2], [3, 3, 1], []], input_lengths=[8, 5, 3])
ctc("too long for their input, left out", torch.randn(3, 3, 4), [[1, 1, 2], [3], [1, 2, 3, 1]], zero_infinity=True)
ctc("steps first", torch.randn(6, 2, 5), [[1, 2], [4, 3, 3]], layout="TNC")
ctc("long", torch.randn(2, 40, 7) * 3, [torch.randint(1, 7, (13,)).tolist(), torch.randint(1, 7, (21,)).tolist()])
ctc("far apart scores", torch.randn(2, 10, 4) * 30, [[1, 2, 3], [3, 3]])

# Margins. Ours takes several vectors of a row stacked in one output.
y = torch.randn(7, 3) * 2
c = torch.tensor([0, 2, 1, 1, 2, 0, 2])
w = torch.tensor([0.5, 2.0, 1.25])
sign = torch.tensor([1.0, -1, -1, 1, 1, -1, 1])
signs = (torch.randn(7, 3) > 0).float() * 2 - 1
case("margin 1", "hinge", lambda y, t: torch.clamp(1 - t * y, min=0).mean(), y, signs)
case("squared, of 0 and 1", "hinge", lambda y, t: torch.clamp(0.7 - (2 * t - 1) * y, min=0).pow(2).mean(), y, (signs + 1) / 2, margin=0.7, p=2)
case("plain", "hinge_embedding", F.hinge_embedding_loss, y, signs)
case("margin", "hinge_embedding", lambda y, t: F.hinge_embedding_loss(y, t, margin=2.5), y, signs, margin=2.5)
case("plain", "multi_margin", F.multi_margin_loss, y, c)
case("one row", "multi_margin", F.multi_margin_loss, y[:1], c[:1])
case("one class", "multi_margin", lambda y, t: F.multi_margin_loss(y, t) + 0 * y.sum(), torch.randn(3, 1), torch.tensor([0, 0, 0]))
case("squared, weighed", "multi_margin", lambda y, t: F.multi_margin_loss(y, t, p=2, margin=0.4, weight=w.double()), y, c, p=2, margin=0.4, weight=w.tolist())
case("plain", "margin_ranking", lambda y, t: F.margin_ranking_loss(y[:, 0], y[:, 1], t), torch.randn(7, 2), sign)
case("margin", "margin_ranking", lambda y, t: F.margin_ranking_loss(y[:, 0], y[:, 1], t, margin=0.6), torch.randn(7, 2), sign, margin=0.6)
pair, triple = torch.randn(7, 2, 5), torch.randn(7, 3, 5)
case("plain", "cosine_embedding", lambda y, t: F.cosine_embedding_loss(y[:, 0], y[:, 1], t), pair, sign)
case("margin", "cosine_embedding", lambda y, t: F.cosine_embedding_loss(y[:, 0], y[:, 1], t, margin=-0.2), pair, sign, margin=-0.2)


def contrastive(m):
    def fn(y, t):
        d = F.pairwise_distance(y[:, 0], y[:, 1])
        like = (t > 0).double()
        return (like * d**2 + (1 - like) * torch.clamp(m - d, min=0) ** 2).mean() / 2
    return fn


case("plain", "contrastive", contrastive(1), pair * 0.4, sign)
case("margin", "contrastive", contrastive(3.5), pair, (sign + 1) / 2, margin=3.5)
for label, scale, options in [("plain", 1, {}), ("margin, L1", 1, {"margin": 2.0, "p": 1}), ("swap", 1, {"swap": True, "margin": 1.5}), ("near", 0.1, {})]:
    case(label, "triplet_margin", lambda y, t: F.triplet_margin_loss(y[:, 0], y[:, 1], y[:, 2], **options), triple * scale, sign, **options)

# Cross entropies for what is rare.
from torchvision.ops import sigmoid_focal_loss  # noqa: E402

zeros_and_ones = (torch.randn(7, 3) > 0).float()
for options in ({}, {"alpha": 0.7, "gamma": 1.5}, {"alpha": -1.0, "gamma": 3.0}, {"gamma": 0.0}):
    case(str(options), "sigmoid_focal", lambda y, t: sigmoid_focal_loss(y, t, **{"alpha": 0.25, "gamma": 2, **options}, reduction="mean"), y, zeros_and_ones, **options)
case("far off", "sigmoid_focal", lambda y, t: sigmoid_focal_loss(y, t, reduction="mean"), y * 12, zeros_and_ones)


def focal(gamma):
    def fn(y, t):
        l = F.log_softmax(y, 1).gather(1, t[:, None])[:, 0]
        return -((1 - l.exp()) ** gamma * l).mean()
    return fn


case("plain", "focal", focal(2), y, c)
case("gamma", "focal", focal(0.5), y, c, gamma=0.5)
case("images", "focal", focal(2), torch.randn(2, 3, 4, 5), torch.randint(0, 3, (2, 4, 5)))

# Cross entropy with probabilities as targets, and what else it takes.
p = torch.softmax(torch.randn(7, 3), 1)
case("probabilities", "cross_entropy", F.cross_entropy, y, p)
case("probabilities, smoothed and weighed", "cross_entropy", lambda y, t: F.cross_entropy(y, t, label_smoothing=0.2, weight=w.double()), y, p,
     label_smoothing=0.2, weight=w.tolist())
case("probabilities of images", "cross_entropy", F.cross_entropy, torch.randn(2, 3, 4, 5), torch.softmax(torch.randn(2, 3, 4, 5), 1))
case("weighed, smoothed, ignoring", "cross_entropy", lambda y, t: F.cross_entropy(y, t, weight=w.double(), label_smoothing=0.2, ignore_index=-1),
     y, torch.tensor([0, -1, 1, 1, 2, -1, 2]), weight=w.tolist(), label_smoothing=0.2, ignore_index=-1)
case("one row", "cross_entropy", F.cross_entropy, y[:1], c[:1])
case("large scores", "cross_entropy", F.cross_entropy, y * 100, c)
case("weighed", "nll", lambda y, t: F.nll_loss(y, t, weight=w.double()), torch.log_softmax(y, 1), c, weight=w.tolist())
case("weight of ones", "bce_with_logits", lambda y, t: F.binary_cross_entropy_with_logits(y, t, pos_weight=torch.tensor(0.3).double()), y * 20, zeros_and_ones, pos_weight=0.3)
case("batchmean of logarithms", "kl_div", lambda y, t: F.kl_div(y, t, reduction="batchmean", log_target=True), torch.log_softmax(y, 1),
     torch.log_softmax(torch.randn(7, 3), 1), reduction="batchmean", log_target=True)
case("zeros among the targets", "kl_div", lambda y, t: F.kl_div(y, t, reduction="mean"), torch.log_softmax(y, 1), torch.tensor([[0, 0.3, 0.7]] * 7))
rates = torch.rand(7, 3) + 0.1
case("of rates", "poisson_nll", lambda y, t: F.poisson_nll_loss(y, t, log_input=False), rates, torch.randint(0, 5, (7, 3)).float(), log_input=False)

# A weight for each label; rows that do not count.
y, more = torch.randn(7, 3) * 3, torch.tensor([0.3, 4.0, 1.0])
bce, logits = F.binary_cross_entropy, F.binary_cross_entropy_with_logits
case("a weight for each label", "bce_with_logits", lambda y, t: logits(y, t, pos_weight=more.double()), y, zeros_and_ones, pos_weight=more.tolist())
case("weights of labels and of ones", "bce_with_logits", lambda y, t: logits(y, t, weight=w.double(), pos_weight=more.double()), y * 10, zeros_and_ones,
     weight=w.tolist(), pos_weight=more.tolist())
case("weights of labels, one of ones", "bce_with_logits", lambda y, t: logits(y, t, weight=w.double(), pos_weight=more[:1].double()), y,
     torch.rand(7, 3), weight=w.tolist(), pos_weight=more[0].item())
case("along the last of several axes", "bce_with_logits", lambda y, t: logits(y, t, pos_weight=more.double()), torch.randn(2, 4, 3), torch.rand(2, 4, 3),
     pos_weight=more.tolist())
case("a weight for each label", "bce", lambda y, t: bce(y, t, weight=w.double()), torch.sigmoid(y), zeros_and_ones, weight=w.tolist())
scores = torch.log_softmax(y, 1)
case("ignoring", "nll", lambda y, t: F.nll_loss(y, t, ignore_index=-1), scores, torch.tensor([0, -1, 1, 1, 2, -1, 2]), ignore_index=-1)
case("ignoring a class that there is", "nll", lambda y, t: F.nll_loss(y, t, ignore_index=2, weight=w.double()), scores, c, ignore_index=2, weight=w.tolist())
case("ignoring cells of images", "nll", F.nll_loss, torch.log_softmax(torch.randn(2, 3, 2, 2), 1), torch.tensor([[[0, -100], [2, 1]], [[-100, -100], [1, 0]]]))

# Distances: where squares end, on that place, and the same on both sides.
y, t = torch.randn(5, 7) * 2, torch.randn(5, 7)
edges = torch.tensor([[0.0, 0.25, -0.25, 1, -1, 2, -2, 0.5, -0.5, 30, -30, 1e-3]])
for name, fn, option, sizes in [("huber", F.huber_loss, "delta", (0.25, 0.5, 2.0, 5.0)), ("smooth_l1", F.smooth_l1_loss, "beta", (0.25, 0.5, 2.0, 5.0)),
                                ("l1", F.l1_loss, "", (0,)), ("mse", F.mse_loss, "", (0,))]:
    for size in sizes:
        options = {option: size} if option else {}
        own = lambda y, t: fn(y, t, **options)
        case(f"rows {size}", name, own, y, t, **options)
        case(f"edges {size}", name, own, edges, torch.zeros(1, 12), **options)
    case("nothing to tell apart", name, fn, t, t)
    case("one number", name, fn, y[:1, :1], t[:1, :1])
    case("images", name, fn, torch.randn(2, 3, 4, 5), torch.randn(2, 3, 4, 5))
    case("long", name, fn, torch.randn(3, 1201), torch.randn(3, 1201))

# Sums instead of means.
y, unit = torch.randn(5, 3) * 2, torch.sigmoid(torch.randn(5, 3))
c, some = torch.tensor([2, 0, 1, 1, 2]), torch.tensor([0, -1, 1, -1, 2])
sign, pair, triple = torch.tensor([1.0, -1, -1, 1, 1]), torch.randn(5, 2, 4), torch.randn(5, 3, 4)
ones, signs = (torch.randn(5, 3) > 0).float(), (torch.randn(5, 3) > 0).float() * 2 - 1
for name, fn, output, target, options in [
    ("mse", F.mse_loss, y, torch.randn(5, 3), {}), ("l1", F.l1_loss, y, torch.randn(5, 3), {}),
    ("smooth_l1", F.smooth_l1_loss, y, torch.randn(5, 3), {"beta": 0.5}), ("huber", F.huber_loss, y, torch.randn(5, 3), {"delta": 2.0}),
    ("bce", bce, unit, ones, {"weight": w.tolist()}), ("bce_with_logits", logits, y, ones, {"pos_weight": more.tolist()}),
    ("cross_entropy", F.cross_entropy, y, c, {}),
    ("cross_entropy", F.cross_entropy, y, some, {"weight": w.tolist(), "label_smoothing": 0.2, "ignore_index": -1}),
    ("cross_entropy", F.cross_entropy, y, torch.softmax(torch.randn(5, 3), 1), {"weight": w.tolist(), "label_smoothing": 0.1}),
    ("cross_entropy", F.cross_entropy, torch.randn(2, 3, 2, 4), torch.randint(0, 3, (2, 2, 4)), {}),
    ("cross_entropy", F.cross_entropy, y, torch.full((5,), -100), {}),
    ("nll", F.nll_loss, torch.log_softmax(y, 1), some, {"ignore_index": -1}), ("kl_div", F.kl_div, torch.log_softmax(y, 1), torch.softmax(y * 2, 1), {}),
    ("poisson_nll", F.poisson_nll_loss, y, torch.randint(0, 5, (5, 3)).float(), {}), ("soft_margin", F.soft_margin_loss, y, signs, {}),
    ("hinge_embedding", F.hinge_embedding_loss, y, signs, {}), ("multi_margin", F.multi_margin_loss, y, c, {"weight": w.tolist()}),
    ("sigmoid_focal", sigmoid_focal_loss, y, ones, {}),
    ("margin_ranking", lambda y, t, **o: F.margin_ranking_loss(y[:, 0], y[:, 1], t, **o), torch.randn(5, 2), sign, {"margin": 0.5}),
    ("cosine_embedding", lambda y, t, **o: F.cosine_embedding_loss(y[:, 0], y[:, 1], t, **o), pair, sign, {}),
    ("triplet_margin", lambda y, t, **o: F.triplet_margin_loss(y[:, 0], y[:, 1], y[:, 2], **o), triple, sign, {}),
]:
    tensors = {k: torch.tensor(v).double() if isinstance(v, list) else v for k, v in options.items()}
    case("sum" + "".join(f", {k}" for k in options) + f" {tuple(target.shape)}", name, lambda y, t: fn(y, t, reduction="sum", **tensors), output, target,
         reduction="sum", **options)

Path(__file__).with_name("engine_losses.json").write_text(
    "[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
print(len(cases), "cases")
