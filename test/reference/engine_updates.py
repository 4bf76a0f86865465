"""What PyTorch's training steps make of a small net: optimisers, parameter groups, frozen layers, clipped and accumulated
gradients, cycled momentum and averaged weights, in float64 from float32 values.

The net is Linear(4, 6), tanh, Linear(6, 3) with cross entropy; steps take rows of one table in turn.

Pinned: Python 3.11, torch 2.5.1.
Run from the repository's root: python test/reference/engine_updates.py
"""

import json
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

torch.manual_seed(5)
ROWS, STEPS = 21, 20
x = torch.randn(ROWS, 4) * 1.5
t = torch.randint(0, 3, (ROWS,))
start = {k: v.clone() for k, v in nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)).state_dict().items()}
cases = []


def flat(v):
    return {"shape": list(v.shape), "data": [float(f"{a:.9g}") if v.is_floating_point() else a for a in v.detach().reshape(-1).tolist()],
            "dtype": "float32" if v.is_floating_point() else "int64"}


def case(label, optimizer, options, lr, groups=(), freeze=(), clip=None, accumulate=1, average=None, cycle=None):
    model = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)).double()
    model.load_state_dict({k: v.double() for k, v in start.items()})
    for name, p in model.named_parameters():
        p.requires_grad_(not any(name == f or name.startswith(f + ".") for f in freeze))
    torch_options = {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}
    taken, parts = set(), []
    for g in groups:
        own = [n for n, _ in model.named_parameters() if n not in taken and any(n == p or n.startswith(p + ".") for p in g["parameters"])]
        taken.update(own)
        parts.append({"params": [dict(model.named_parameters())[n] for n in own], "lr": g.get("lr", lr), **g.get("options", {})})
    rest = [p for n, p in model.named_parameters() if n not in taken]
    o = getattr(torch.optim, optimizer)([{"params": rest}, *parts], lr=lr, **torch_options)
    schedule = cycle and torch.optim.lr_scheduler.OneCycleLR(o, total_steps=STEPS, **cycle)
    mean = average and AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(average))
    losses, at = [], 0
    for step in range(STEPS):
        o.zero_grad()
        total = min(8 * accumulate, ROWS - at)
        for _ in range(accumulate):
            rows = slice(at, min(at + 8, ROWS))
            n = rows.stop - rows.start
            if n <= 0:
                break
            value = F.cross_entropy(model(x[rows].double()), t[rows])
            (value * (n / total)).backward()
            losses.append(value.item())
            at = rows.stop
        at = 0 if at == ROWS else at
        if clip and "value" in clip:
            nn.utils.clip_grad_value_(model.parameters(), clip["value"])
        if clip and "norm" in clip:
            nn.utils.clip_grad_norm_(model.parameters(), clip["norm"])
        o.step()
        if schedule and step < STEPS - 1:
            schedule.step()
        if mean:
            mean.update_parameters(model)
    record = {"label": label, "optimizer": optimizer, "options": options, "lr": lr, "losses": losses,
              "weights": {k: flat(v) for k, v in model.state_dict().items()}}
    for key, v in [("groups", groups), ("freeze", freeze), ("clip", clip), ("average", average), ("cycle", cycle)]:
        if v:
            record[key] = v
    if accumulate > 1:
        record["accumulate"] = accumulate
    if mean:
        record["averaged"] = {k: flat(v) for k, v in mean.module.state_dict().items()}
    cases.append(record)


for maximize in (False, True):
    m = {"maximize": True} if maximize else {}
    rate = 0.2 if maximize else 1
    case("climbs" if maximize else "plain", "SGD", {"momentum": 0.9, **m}, 0.02 * rate)
    case("climbs" if maximize else "plain", "Adam", m, 0.01 * rate)
    case("climbs" if maximize else "plain", "AdamW", {"amsgrad": True, **m}, 0.01 * rate)
    case("climbs" if maximize else "plain", "RMSprop", {"centered": True, "momentum": 0.3, **m}, 0.002 * rate)
    case("climbs" if maximize else "plain", "Adagrad", m, 0.05 * rate)
    case("climbs" if maximize else "plain", "Adadelta", m, 1.0 * rate)
    case("climbs" if maximize else "plain", "Adamax", m, 0.01 * rate)
    case("climbs" if maximize else "plain", "RAdam", m, 0.01 * rate)
    case("climbs" if maximize else "plain", "NAdam", m, 0.01 * rate)
case("with decay", "Adadelta", {"rho": 0.8, "eps": 1e-5, "weight_decay": 0.05}, 0.5)
case("with decay", "Adamax", {"betas": [0.8, 0.99], "eps": 1e-6, "weight_decay": 0.05}, 0.01)
case("with decay", "RAdam", {"betas": [0.8, 0.9], "weight_decay": 0.05}, 0.01)
case("with a decay apart", "RAdam", {"weight_decay": 0.05, "decoupled_weight_decay": True}, 0.01)
case("with decay", "NAdam", {"betas": [0.8, 0.9], "momentum_decay": 0.02, "weight_decay": 0.05}, 0.01)
case("with a decay apart", "NAdam", {"weight_decay": 0.05, "decoupled_weight_decay": True}, 0.01)
case("groups", "AdamW", {"weight_decay": 0.1}, 0.01,
     groups=[{"parameters": ["0.bias", "2.bias"], "options": {"weight_decay": 0.0}}, {"parameters": ["2"], "lr": 0.03, "options": {"betas": [0.5, 0.9]}}])
case("groups of which one has momentum", "SGD", {}, 0.05, groups=[{"parameters": ["0"], "options": {"momentum": 0.9, "nesterov": True}}])
case("frozen", "Adam", {"weight_decay": 0.1}, 0.02, freeze=["0"])
case("clipped by norm", "SGD", {"momentum": 0.9}, 0.1, clip={"norm": 0.2})
case("clipped by norm, frozen", "SGD", {}, 0.1, clip={"norm": 0.1}, freeze=["2.bias"])
case("clipped by value", "SGD", {}, 0.2, clip={"value": 0.03})
case("clipped by both", "Adam", {}, 0.01, clip={"value": 0.05, "norm": 0.1})
case("accumulated", "Adam", {}, 0.01, accumulate=2)
case("accumulated over the table", "SGD", {"momentum": 0.9}, 0.05, accumulate=3)
case("accumulated and clipped", "AdamW", {}, 0.01, accumulate=3, clip={"norm": 0.1})
case("averaged", "Adam", {}, 0.02, average=0.8)
case("averaged and accumulated", "SGD", {}, 0.1, average=0.9, accumulate=2)
case("cycled", "SGD", {"momentum": 0.9}, 0.1, cycle={"max_lr": 0.1})
case("cycled, Nesterov", "SGD", {"momentum": 0.9, "nesterov": True}, 0.1, cycle={"max_lr": 0.1, "three_phase": True})
case("cycled", "Adam", {}, 0.02, cycle={"max_lr": 0.02})
case("cycled", "RMSprop", {"momentum": 0.5}, 0.002, cycle={"max_lr": 0.002})

out = {"x": flat(x), "targets": flat(t), "start": {k: flat(v) for k, v in start.items()}, "cases": cases}
Path(__file__).with_name("engine_updates.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
print(len(cases), "cases")
