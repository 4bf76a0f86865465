"""Wrappers that leave the sizes as they are; others, which do not, are not known here."""

_SAME = """
Autoreset AutoResetWrapper ClipAction ClipReward NormalizeObservation NormalizeReward OrderEnforcing PassiveEnvChecker
RecordEpisodeStatistics RecordVideo RescaleAction StickyAction TimeLimit TransformReward
"""


def _passing(name):
    from . import Wrapper

    class Passing(Wrapper):
        def __init__(self, env, *_, **__):
            super().__init__(env)

    Passing.__name__ = name
    return Passing


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    if name in _SAME.split():
        made = globals()[name] = _passing(name)
        return made
    from _vitrine import unknown

    return unknown.make(f"gymnasium.wrappers.{name}")
