"""Steps of Gymnasium's CartPole-v1, and PyTorch's loss and gradient of proximal policy optimisation.

Pinned: Python 3.11, gymnasium 1.4.0, torch 2.5.1, numpy 2.4.6.
Run from the repository's root: python test/reference/rl_cartpole.py
"""

import json
from pathlib import Path

import gymnasium as gym
import numpy as np
import torch

rng = np.random.Generator(np.random.PCG64(0))


def episode(policy, steps, start):
    env = gym.make("CartPole-v1").unwrapped
    env.reset(seed=0)
    env.state = np.array(start)
    state, out = env.state, []
    for i in range(steps):
        action = policy(np.array(env.state), i)
        _, reward, terminated, _, _ = env.step(action)
        out.append([int(action), *[float(v) for v in env.state], float(reward), bool(terminated)])
        if terminated:
            break
    return {"start": [float(v) for v in start], "steps": out}


def balance(s, _):
    return int(0.2 * s[0] + 0.5 * s[1] + 6 * s[2] + 1.5 * s[3] > 0)


out = {
    "episodes": [
        episode(balance, 500, [0.01, -0.02, 0.03, 0.04]),
        *[episode(lambda s, i: int(rng.random() < 0.5), 200, rng.uniform(-0.05, 0.05, 4)) for _ in range(5)],
        episode(lambda s, i: 1, 200, [0.0, 0.0, 0.0, 0.0]),
    ]
}


def ppo(clip, value_coef, entropy_coef):
    g = torch.Generator().manual_seed(0)
    output = torch.randn(16, 4, generator=g, requires_grad=True)
    action = torch.randint(0, 3, (16,), generator=g)
    advantage, returns = torch.randn(16, generator=g), torch.randn(16, generator=g) * 2
    policy = torch.distributions.Categorical(logits=output[:, :3])
    log = policy.log_prob(action)
    old = (log + torch.randn(16, generator=g) * 0.3).detach()
    ratio = (log - old).exp()
    surrogate = torch.min(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage).mean()
    value = ((output[:, 3] - returns) ** 2).mean()
    loss = -surrogate + value_coef * value - entropy_coef * policy.entropy().mean()
    loss.backward()
    return {
        "options": {"clip": clip, "value_coef": value_coef, "entropy_coef": entropy_coef},
        "output": output.detach().flatten().tolist(),
        "targets": torch.stack([action.float(), old, advantage, returns], 1).flatten().tolist(),
        "loss": loss.item(),
        "gradient": output.grad.flatten().tolist(),
    }


out["ppo"] = [ppo(0.2, 0.5, 0.0), ppo(0.1, 1.0, 0.05)]
path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, [len(e["steps"]) for e in out["episodes"]])
