"""Losses and gradients of what learns in environments, by PyTorch, to rl_losses.json.

Pinned: Python 3.11, torch 2.5.1.
Run from the repository's root: python test/reference/rl_losses.py
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

rows, actions = 16, 3


def dqn(delta):
    g = torch.Generator().manual_seed(1)
    output = (torch.randn(rows, actions, generator=g) * 2).requires_grad_()
    action = torch.randint(0, actions, (rows,), generator=g)
    worth = torch.randn(rows, generator=g) * 3
    loss = F.huber_loss(output.gather(1, action[:, None])[:, 0], worth, delta=delta)
    loss.backward()
    return case("dqn", {"delta": delta}, output, torch.stack([action.float(), worth], 1), loss)


def reinforce(value_coef, entropy_coef):
    g = torch.Generator().manual_seed(2)
    output = torch.randn(rows, actions + 1, generator=g, requires_grad=True)
    action = torch.randint(0, actions, (rows,), generator=g)
    advantage, returns = torch.randn(rows, generator=g), torch.randn(rows, generator=g) * 2
    policy = torch.distributions.Categorical(logits=output[:, :actions])
    value = ((output[:, actions] - returns) ** 2).mean()
    loss = -(policy.log_prob(action) * advantage).mean() + value_coef * value - entropy_coef * policy.entropy().mean()
    loss.backward()
    targets = torch.stack([action.float(), advantage, returns], 1)
    return case("reinforce", {"value_coef": value_coef, "entropy_coef": entropy_coef}, output, targets, loss)


def case(name, options, output, targets, loss):
    return {
        "loss": {"name": name, "options": options},
        "output": output.detach().tolist(),
        "targets": targets.tolist(),
        "value": loss.item(),
        "gradient": output.grad.flatten().tolist(),
    }


cases = [dqn(1.0), dqn(0.5), reinforce(0.5, 0.0), reinforce(1.0, 0.05)]
Path(__file__).with_suffix(".json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
