"""Steps of Gymnasium's CliffWalking-v1, MountainCar-v0, Acrobot-v1 and FrozenLake-v1 for given actions, to rl_environments.json.

Pinned: Python 3.11, gymnasium 1.4.0, numpy 2.4.6.
Run from the repository's root: python test/reference/rl_environments.py
"""

import json
import warnings
from pathlib import Path

import gymnasium as gym
import numpy as np

warnings.simplefilter("ignore")


def cliff(rng):
    env = gym.make("CliffWalking-v1").unwrapped
    state, _ = env.reset(seed=0)
    out = []
    for action in rng.integers(0, 4, 500).tolist():
        before = int(env.s)
        state, reward, terminated, _, _ = env.step(action)
        out.append([before, action, int(state), int(reward), bool(terminated)])
        if terminated:
            env.reset()
    for state in range(48):
        for action in range(4):
            ((p, after, reward, terminated),) = env.P[state][action]
            if p == 1 and (state <= 36 or state == 47):
                out.append([state, action, int(after), int(reward), bool(terminated)])
    return out


def car(rng):
    env = gym.make("MountainCar-v0").unwrapped
    state, _ = env.reset(seed=0)
    start, actions, states = state.astype(float).tolist(), [], []
    env.state = np.array(start, dtype=np.float64)
    # Rocking: mostly the way that it goes.
    for i in range(500):
        v = env.state[1]
        action = int(rng.integers(0, 3)) if rng.random() < 0.15 else (2 if v >= 0 else 0)
        _, _, terminated, _, _ = env.step(action)
        actions.append(action)
        states.append([float(x) for x in env.state] + [bool(terminated)])
    return {"start": start, "actions": actions, "states": states}


def acrobot(rng):
    env = gym.make("Acrobot-v1").unwrapped
    env.reset(seed=0)
    start, actions, states = env.state.astype(float).tolist(), [], []
    env.state = np.array(start, dtype=np.float64)
    # Swinging: mostly the way that the first link goes.
    for _ in range(500):
        action = int(rng.integers(0, 3)) if rng.random() < 0.3 else (0 if env.state[2] >= 0 else 2)
        _, reward, terminated, _, _ = env.step(action)
        actions.append(action)
        states.append([float(x) for x in env.state] + [float(x) for x in env._get_ob()] + [float(reward), bool(terminated)])
    return {"start": start, "actions": actions, "states": states}


def lake():
    env = gym.make("FrozenLake-v1").unwrapped
    # The ends lead nowhere in an episode.
    return [
        [state, action, [[int(after), int(reward), bool(over)] for _, after, reward, over in env.P[state][action]]]
        for state in range(16)
        for action in range(4)
        if len(env.P[state][action]) == 3
    ]


if __name__ == "__main__":
    rng = np.random.Generator(np.random.PCG64(1))
    out = {"CliffWalking-v1": cliff(rng), "MountainCar-v0": car(rng)}
    out |= {"Acrobot-v1": acrobot(rng), "FrozenLake-v1": lake()}
    (Path(__file__).resolve().parent / "rl_environments.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
