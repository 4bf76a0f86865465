"""The spaces of Gymnasium's environments, to src/formats/pytorch/python/gymnasium/_known.py: what a network's sizes come from.

Pinned: Python 3.11, gymnasium 1.4.0 with box2d 2.3.10, mujoco 3, pygame, imageio and packaging.
Run from the repository's root: python test/reference/gym_spaces.py
"""

import warnings
from pathlib import Path

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.envs.registration import registry

warnings.simplefilter("ignore")
gym.logger.min_level = 50


def bound(values):
    """One number where all are the same."""
    flat = [round(float(x), 6) for x in np.asarray(values).ravel()]
    if len(set(flat)) == 1:
        return repr(flat[0])
    return repr(flat)


def written(space):
    if isinstance(space, spaces.Discrete):
        return f"Discrete({int(space.n)})"
    if isinstance(space, spaces.Tuple):
        return f"Tuple([{', '.join(written(s) for s in space.spaces)}])"
    assert isinstance(space, spaces.Box), space
    text = f"Box({bound(space.low)}, {bound(space.high)}, {tuple(space.shape)}, {str(space.dtype)!r})"
    return text.replace("inf", "INF")


if __name__ == "__main__":
    lines = []
    for name, spec in registry.items():
        try:
            env = gym.make(name, disable_env_checker=True)
        except Exception as e:  # noqa: BLE001
            print(name, type(e).__name__)
            continue
        observation, action = written(env.observation_space), written(env.action_space)
        lines.append(f"    {name!r}: lambda: ({observation}, {action}, {spec.max_episode_steps}, {spec.reward_threshold}),")
    text = '"""Observation and action space, most steps of an episode and reward from which it is solved. Made by test/reference/gym_spaces.py."""\n\n'
    text += "from .spaces import Box, Discrete, Tuple\n\nINF = float(\"inf\")\n\n# fmt: off\nKNOWN = {\n" + "\n".join(lines) + "\n}\n"
    (Path(__file__).resolve().parents[2] / "src/formats/pytorch/python/gymnasium/_known.py").write_text(text)
