"""PyTorch's learning rates (and momenta) of each schedule, advance by advance, for two groups of parameters.

Pinned: Python 3.11, torch 2.5.1.
Run from the repository's root: python test/reference/engine_schedules.py
"""

import json
import warnings
from pathlib import Path

import torch
import torch.optim.lr_scheduler as S

warnings.simplefilter("ignore")
BASES = [0.1, 0.02]
cases = []


def optimizer():
    return torch.optim.SGD([{"params": [torch.zeros(1, requires_grad=True)], "lr": lr} for lr in BASES], momentum=0.9)


def build(o, spec):
    spec = dict(spec)
    cls = getattr(S, spec.pop("name"))
    if cls is S.SequentialLR:
        return cls(o, [build(o, part) for part in spec["schedules"]], spec["milestones"])
    return cls(o, **spec)


def case(total, spec, values=None, ours=None):
    """`ours`: the spec as we write it, where PyTorch wants what we take from the run."""
    o = optimizer()
    s = build(o, spec)
    rates, momenta = [], []
    for t in range(total):
        rates.append([g["lr"] for g in o.param_groups])
        momenta.append(o.param_groups[0]["momentum"])
        o.step()
        s.step(values[t]) if values else s.step()
    record = {"spec": ours or spec, "total": total, "rates": rates}
    if any(m != 0.9 for m in momenta):
        record["momenta"] = momenta
    if values:
        record["values"] = values
    cases.append(record)


case(12, {"name": "StepLR", "step_size": 3})
case(12, {"name": "StepLR", "step_size": 5, "gamma": 0.5})
case(12, {"name": "MultiStepLR", "milestones": [2, 3, 9], "gamma": 0.3})
case(8, {"name": "ConstantLR"})
case(8, {"name": "ConstantLR", "factor": 0.5, "total_iters": 3})
case(8, {"name": "LinearLR"})
case(8, {"name": "LinearLR", "start_factor": 0.01, "end_factor": 0.8, "total_iters": 6})
case(10, {"name": "ExponentialLR", "gamma": 0.9})
case(8, {"name": "PolynomialLR", "total_iters": 6, "power": 2.0})
case(8, {"name": "PolynomialLR", "total_iters": 8}, ours={"name": "PolynomialLR"})
case(25, {"name": "CosineAnnealingLR", "T_max": 10, "eta_min": 0.005})
case(12, {"name": "CosineAnnealingLR", "T_max": 12}, ours={"name": "CosineAnnealingLR"})
case(20, {"name": "CosineAnnealingWarmRestarts", "T_0": 4})
case(30, {"name": "CosineAnnealingWarmRestarts", "T_0": 3, "T_mult": 2, "eta_min": 0.001})
case(20, {"name": "OneCycleLR", "max_lr": 0.5, "total_steps": 20}, ours={"name": "OneCycleLR", "max_lr": 0.5})
case(17, {"name": "OneCycleLR", "max_lr": BASES, "total_steps": 17, "pct_start": 0.4, "anneal_strategy": "linear", "div_factor": 10, "final_div_factor": 100},
     ours={"name": "OneCycleLR", "pct_start": 0.4, "anneal_strategy": "linear", "div_factor": 10, "final_div_factor": 100})
case(23, {"name": "OneCycleLR", "max_lr": 0.3, "total_steps": 23, "three_phase": True, "base_momentum": 0.7, "max_momentum": 0.99},
     ours={"name": "OneCycleLR", "max_lr": 0.3, "three_phase": True, "base_momentum": 0.7, "max_momentum": 0.99})
case(15, {"name": "OneCycleLR", "max_lr": 0.3, "total_steps": 15, "cycle_momentum": False}, ours={"name": "OneCycleLR", "max_lr": 0.3, "cycle_momentum": False})
losses = [1, 0.9, 0.95, 0.91, 0.90001, 0.8, 0.81, 0.82, 0.83, 0.85, 0.86, 0.87, 0.88, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76]
case(20, {"name": "ReduceLROnPlateau", "patience": 2}, losses)
case(20, {"name": "ReduceLROnPlateau", "patience": 1, "factor": 0.5, "cooldown": 2, "min_lr": 0.004, "threshold": 0.05, "threshold_mode": "abs"}, losses)
case(20, {"name": "ReduceLROnPlateau", "mode": "max", "patience": 3, "factor": 0.3, "eps": 0.003}, losses)
case(20, {"name": "SequentialLR", "schedules": [{"name": "LinearLR", "total_iters": 5, "start_factor": 0.1}, {"name": "CosineAnnealingLR", "T_max": 15}],
          "milestones": [5]},
     ours={"name": "SequentialLR", "schedules": [{"name": "LinearLR", "total_iters": 5, "start_factor": 0.1}, {"name": "CosineAnnealingLR"}], "milestones": [5]})
case(16, {"name": "SequentialLR", "schedules": [{"name": "ConstantLR", "factor": 0.2, "total_iters": 4}, {"name": "ExponentialLR", "gamma": 0.8},
                                                {"name": "StepLR", "step_size": 2}], "milestones": [4, 9]})

Path(__file__).with_name("engine_schedules.json").write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
print(len(cases), "cases")
