"""The older name of gymnasium. Its versions disagree about what a reset and a step give, so that is not known."""

from gymnasium import *  # noqa: F403
from gymnasium import Env, Space, Wrapper, __getattr__, _made, _Named, spaces, vector, wrappers  # noqa: F401


class _Older(_Named):
    def reset(self, *_, **__):
        return _unknown("reset")

    def step(self, _):
        return _unknown("step")


def _unknown(of):
    from _vitrine import unknown

    return unknown.make(f"gym.make(…).{of}(…)")


def make(id, *_, **__):
    return _made(_Older, id, "gym.make(…)")
