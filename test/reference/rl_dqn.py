"""Deep Q-learning on CartPole-v1 in PyTorch, with the settings that Vitrine's `dqn` has: mean returns by seed.

Not a fixture: learning by chance is compared as a whole, over seeds. An episode is evaluated as Vitrine does, by the likeliest action.

Pinned: Python 3.11, gymnasium 1.4.0, torch 2.5.1, numpy 2.4.6.
Run from the repository's root: python test/reference/rl_dqn.py [--target-every 250] [--exploration 0.5] [--lr 0.0005]
  [--passes 16] [--buffer 10000] [--batch 64] [--steps 60000] [--warmup 500] [--decay] [--seeds 5]
"""

import argparse
import copy

import gymnasium as gym
import numpy as np
import torch
from torch import nn

p = argparse.ArgumentParser()
for name, default in dict(target_every=250, buffer=10_000, batch=64, steps=60_000, warmup=500, seeds=5).items():
    p.add_argument("--" + name.replace("_", "-"), type=int, default=default)
for name, default in dict(exploration=0.5, lr=5e-4, passes=16.0).items():
    p.add_argument("--" + name, type=float, default=default)
p.add_argument("--decay", action="store_true", help="the learning rate falls to 0 in a straight line")
a = p.parse_args()
torch.set_num_threads(1)


def run(seed):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    q = nn.Sequential(nn.Linear(4, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 2))
    old = copy.deepcopy(q)
    opt = torch.optim.Adam(q.parameters(), a.lr)
    env = gym.make("CartPole-v1")
    size = a.buffer
    s, s2 = np.zeros((size, 4), "f4"), np.zeros((size, 4), "f4")
    act, rew, end = np.zeros(size, "i8"), np.zeros(size, "f4"), np.zeros(size, "f4")
    obs, _ = env.reset(seed=seed)
    due, age = 0.0, a.target_every
    for t in range(a.steps):
        eps = 1 + (0.05 - 1) * min(1, t / a.steps / a.exploration)
        if rng.random() < eps:
            action = int(rng.integers(2))
        else:
            with torch.no_grad():
                action = int(q(torch.from_numpy(obs)).argmax())
        nxt, reward, terminated, truncated, _ = env.step(action)
        i = t % size
        s[i], s2[i], act[i], rew[i], end[i] = obs, nxt, action, reward, terminated
        obs = env.reset()[0] if terminated or truncated else nxt
        if t + 1 < a.warmup:
            continue
        due += a.passes / a.batch
        while due >= 1:
            due -= 1
            if age >= a.target_every:
                old.load_state_dict(q.state_dict())
                age = 0
            age += 1
            at = rng.integers(min(t + 1, size), size=a.batch)
            with torch.no_grad():
                n = torch.from_numpy(s2[at])
                best = q(n).argmax(1, keepdim=True)
                y = torch.from_numpy(rew[at]) + 0.99 * (1 - torch.from_numpy(end[at])) * old(n).gather(1, best)[:, 0]
            loss = nn.functional.huber_loss(q(torch.from_numpy(s[at])).gather(1, torch.from_numpy(act[at])[:, None])[:, 0], y)
            if a.decay:
                opt.param_groups[0]["lr"] = a.lr * max(0.0, 1 - t / a.steps)
            opt.zero_grad()
            loss.backward()
            opt.step()
    returns = []
    for episode in range(100):
        obs, _ = env.reset(seed=10_000 + episode)
        total, over = 0, False
        while not over:
            with torch.no_grad():
                obs, reward, x, y, _ = env.step(int(q(torch.from_numpy(obs)).argmax()))
            total, over = total + reward, x or y
        returns.append(total)
    return float(np.mean(returns))


for seed in range(a.seeds):
    print(seed, run(seed), flush=True)
