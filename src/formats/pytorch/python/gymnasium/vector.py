"""Copies of an environment side by side."""

import numpy

from .spaces import Box, Discrete, MultiDiscrete


def batched(space, copies):
    if isinstance(space, Box):
        return Box(-float("inf"), float("inf"), (copies, *space.shape), space.dtype)
    if isinstance(space, Discrete):
        return MultiDiscrete([space.n] * copies)
    return space


class VectorEnv:
    def __init__(self, env_fns=(), *_, **__):
        made = [make() for make in env_fns]
        self.envs, self.num_envs = made, len(made)
        first = made[0]
        self.single_observation_space, self.single_action_space = first.observation_space, first.action_space
        self.observation_space = batched(self.single_observation_space, self.num_envs)
        self.action_space = batched(self.single_action_space, self.num_envs)
        self.spec = first.spec

    def reset(self, *_, **__):
        return self.observation_space.sample(), {}

    def step(self, _):
        n = self.num_envs
        return self.observation_space.sample(), numpy.zeros(n), numpy.zeros(n) > -1, numpy.zeros(n) > 0, {}

    def close(self, *_, **__):
        pass


class SyncVectorEnv(VectorEnv):
    pass


class AsyncVectorEnv(VectorEnv):
    pass


def make(id, num_envs=1, *_, **__):
    from . import make_vec

    return make_vec(id, num_envs)


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.make(f"gymnasium.vector.{name}")
