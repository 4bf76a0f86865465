"""What Gymnasium's CliffWalking-v1 can bring at most and what tabular Q-learning reaches, to rl_cliff_walking.json.

The optimum is by value iteration over the environment's own table; Q-learning as in Sutton and Barto (2018), example 6.6
(epsilon 0.1, step size 0.5, no discount).

Pinned: Python 3.11, gymnasium 1.4.0, numpy 2.4.6.
Run from the repository's root: python test/reference/rl_cliff_walking.py
"""

import json
from pathlib import Path

import gymnasium as gym
import numpy as np

env = gym.make("CliffWalking-v1").unwrapped
states, actions = 48, 4
start = 36


def sweep(worth, discount):
    q = np.zeros((states, actions))
    for s in range(states):
        for a in range(actions):
            for p, after, reward, terminated in env.P[s][a]:
                q[s, a] += p * (reward + (0 if terminated else discount * worth[after]))
    return q


def optimum(discount):
    worth = np.zeros(states)
    for _ in range(500):
        q = sweep(worth, discount)
        worth = q.max(axis=1)
    return q


def greedy(q):
    state, _ = env.reset(seed=0)
    path, total = [int(state)], 0
    for _ in range(200):
        state, reward, terminated, _, _ = env.step(int(q[state].argmax()))
        path.append(int(state))
        total += int(reward)
        if terminated:
            break
    return path, total


def learned(seed):
    rng = np.random.Generator(np.random.PCG64(seed))
    q = np.zeros((states, actions))
    for _ in range(500):
        state, _ = env.reset(seed=0)
        terminated = False
        while not terminated:
            a = int(rng.integers(actions)) if rng.random() < 0.1 else int(q[state].argmax())
            after, reward, terminated, _, _ = env.step(a)
            q[state, a] += 0.5 * (reward + (0 if terminated else q[after].max()) - q[state, a])
            state = after
    return greedy(q)


if __name__ == "__main__":
    path, total = greedy(optimum(1.0))
    out = {
        "optimum": {"return": total, "path": path},
        "q": {"discount": 0.99, "values": [[round(x, 6) for x in row] for row in optimum(0.99).tolist()]},
        "q_learning": [learned(seed)[1] for seed in range(5)],
    }
    (Path(__file__).resolve().parent / "rl_cliff_walking.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
