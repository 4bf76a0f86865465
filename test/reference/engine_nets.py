"""Whole nets as PyTorch computes them: outputs, losses, gradients, and loss curves of 20 steps of each optimiser.

Pinned: Python 3.11, torch 2.5.1.
Run from the repository's root: python test/reference/engine_nets.py
"""

import json
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(3)


def flat(t):
    t = t.detach()
    return {"shape": list(t.shape), "data": [float(f"{v:.9g}") if t.is_floating_point() else v for v in t.reshape(-1).tolist()],
            "dtype": "float32" if t.is_floating_point() else "int64"}


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 5)
        self.fc2 = nn.Linear(5, 1)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(7, 33)
        self.fc2 = nn.Linear(33, 18)
        self.fc3 = nn.Linear(18, 4)

    def forward(self, x):
        return self.fc3(torch.sigmoid(self.fc2(torch.tanh(self.fc1(x)))))


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 3, padding=1)
        self.conv2 = nn.Conv2d(6, 9, 3)
        self.fc1 = nn.Linear(9, 17)
        self.fc2 = nn.Linear(17, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


class Normed(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, bias=False)
        self.bn = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        return self.fc(F.relu(self.bn(self.conv(x))).mean((2, 3)))


SGD = [("SGD", {"momentum": 0.9}, 0.05), ("SGD", {}, 0.1), ("SGD", {"momentum": 0.8, "dampening": 0.3, "weight_decay": 0.01}, 0.05),
       ("SGD", {"momentum": 0.9, "nesterov": True}, 0.02)]
ADAM = [("Adam", {}, 0.01), ("Adam", {"betas": [0.8, 0.95], "eps": 1e-6, "weight_decay": 0.02}, 0.01), ("Adam", {"amsgrad": True}, 0.01),
        ("AdamW", {}, 0.01), ("RMSprop", {}, 0.005), ("RMSprop", {"alpha": 0.9, "momentum": 0.5, "centered": True, "weight_decay": 0.01}, 0.002),
        ("Adagrad", {}, 0.05), ("Adagrad", {"lr_decay": 0.1, "initial_accumulator_value": 0.1, "weight_decay": 0.01}, 0.05)]


def net(name, make, x, targets, loss_name, loss, optimizers, batch):
    """`targets` and `x` hold all rows; the steps take batches of `batch`, of which the last of each round is smaller."""
    model = make()
    start = {k: v.clone() for k, v in model.state_dict().items() if v.is_floating_point()}
    model.eval()
    xs = x[:batch].clone().requires_grad_(True)
    out = model(xs)
    value = loss(out, targets[:batch])
    value.backward()
    record = {"name": name, "loss": loss_name, "batch": batch, "x": flat(x), "targets": flat(targets),
              "weights": {k: flat(v) for k, v in start.items()}, "output": flat(out), "value": value.item(),
              "gradients": {k: flat(p.grad) for k, p in model.named_parameters()}, "dx": flat(xs.grad), "runs": []}
    for optimizer, options, lr in optimizers:
        model.load_state_dict(start, strict=False)
        if hasattr(model, "bn"):
            model.bn.num_batches_tracked.zero_()
        model.train()
        o = getattr(torch.optim, optimizer)(model.parameters(), lr=lr, **{k: tuple(v) if isinstance(v, list) else v for k, v in options.items()})
        losses = []
        at = 0
        for _ in range(20):
            rows = slice(at, min(at + batch, len(x)))
            at = 0 if rows.stop == len(x) else rows.stop
            o.zero_grad()
            value = loss(model(x[rows]), targets[rows])
            value.backward()
            o.step()
            losses.append(value.item())
        record["runs"].append({"optimizer": optimizer, "options": options, "lr": lr, "losses": losses,
                               "weights": {k: flat(v) for k, v in model.state_dict().items() if v.is_floating_point()}})
    return record


nets = [
    net("Small", Small, torch.randn(21, 2), torch.randn(21, 1), "mse", F.mse_loss, SGD + ADAM, 8),
    net("Mlp", Mlp, torch.randn(30, 7), torch.randint(0, 4, (30,)), "cross_entropy", F.cross_entropy, [SGD[0], ADAM[0]], 13),
    net("LeNet", LeNet, torch.randn(20, 1, 8, 8), torch.randint(0, 10, (20,)), "cross_entropy", F.cross_entropy, [SGD[0], ADAM[0]], 9),
    net("Normed", Normed, torch.randn(11, 2, 5, 6), torch.randint(0, 3, (11,)), "cross_entropy", F.cross_entropy, [SGD[0], ADAM[0]], 5),
]

# Losses: value and gradient with respect to the outputs.
losses = []


def loss_case(name, options, fn, y, t):
    y = y.clone().requires_grad_(True)
    value = fn(y, t)
    value.backward()
    losses.append({"name": name, "options": options, "output": flat(y), "targets": flat(t), "value": value.item(), "gradient": flat(y.grad)})


y, t = torch.randn(7, 3) * 2, torch.randn(7, 3)
p, q = torch.rand(7, 3) * 0.98 + 0.01, torch.rand(7, 3)
loss_case("mse", {}, F.mse_loss, y, t)
loss_case("l1", {}, F.l1_loss, y, t)
loss_case("smooth_l1", {}, F.smooth_l1_loss, y, t)
loss_case("smooth_l1", {"beta": 0.3}, lambda y, t: F.smooth_l1_loss(y, t, beta=0.3), y, t)
loss_case("huber", {"delta": 0.7}, lambda y, t: F.huber_loss(y, t, delta=0.7), y, t)
loss_case("bce", {}, F.binary_cross_entropy, p, (q > 0.5).float())
loss_case("bce", {}, F.binary_cross_entropy, torch.tensor([[0.0], [1.0], [0.5]]), torch.tensor([[0.0], [1.0], [1.0]]))
loss_case("bce_with_logits", {}, F.binary_cross_entropy_with_logits, y * 10, (q > 0.5).float())
loss_case("bce_with_logits", {"pos_weight": 2.5}, lambda y, t: F.binary_cross_entropy_with_logits(y, t, pos_weight=torch.tensor(2.5)), y, q)
loss_case("kl_div", {"reduction": "batchmean"}, lambda y, t: F.kl_div(y, t, reduction="batchmean"), torch.log_softmax(y, 1), torch.softmax(t, 1))
loss_case("kl_div", {"log_target": True}, lambda y, t: F.kl_div(y, t, reduction="mean", log_target=True), torch.log_softmax(y, 1), torch.log_softmax(t, 1))
loss_case("poisson_nll", {}, F.poisson_nll_loss, y, q * 4)
loss_case("soft_margin", {}, F.soft_margin_loss, y, (q > 0.5).float() * 2 - 1)
c = torch.tensor([0, 2, 1, 1, 2, 0, 2])
loss_case("cross_entropy", {}, F.cross_entropy, y, c)
loss_case("cross_entropy", {"label_smoothing": 0.15}, lambda y, t: F.cross_entropy(y, t, label_smoothing=0.15), y, c)
w = [0.5, 2.0, 1.25]
loss_case("cross_entropy", {"weight": w}, lambda y, t: F.cross_entropy(y, t, weight=torch.tensor(w)), y, c)
loss_case("cross_entropy", {"weight": w, "label_smoothing": 0.2, "ignore_index": 1},
          lambda y, t: F.cross_entropy(y, t, weight=torch.tensor(w), label_smoothing=0.2, ignore_index=1), y, c)
loss_case("cross_entropy", {}, F.cross_entropy, torch.randn(2, 3, 4, 5), torch.randint(0, 3, (2, 4, 5)))
loss_case("cross_entropy", {}, F.cross_entropy, y * 200, c)
loss_case("nll", {"weight": w}, lambda y, t: F.nll_loss(y, t, weight=torch.tensor(w)), torch.log_softmax(y, 1), c)

# Training mode: the batch's statistics, and what becomes of the running ones.
bn = nn.BatchNorm2d(3, eps=1e-3, momentum=0.3)
with torch.no_grad():
    for v in [bn.weight, bn.bias, bn.running_mean]:
        v.copy_(torch.randn(3))
x = torch.randn(4, 3, 2, 5) * 3 + 2
before = {k: flat(v) for k, v in bn.state_dict().items() if v.is_floating_point()}
x.requires_grad_(True)
y = bn(x)
seed = torch.randn_like(y)
y.backward(seed)
batch_norm = {"weights": before, "x": flat(x), "y": flat(y), "seed": flat(seed), "dx": flat(x.grad),
              "gradients": {"weight": flat(bn.weight.grad), "bias": flat(bn.bias.grad)},
              "after": {k: flat(v) for k, v in bn.state_dict().items() if v.is_floating_point()}}

text = json.dumps({"nets": nets, "losses": losses, "batchNorm": batch_norm}, separators=(",", ":")) + "\n"
Path(__file__).with_name("engine_nets.json").write_text(text)
print(len(text), "bytes")
