"""
Agents of reinforcement learning whose class has no forward: methods of their own ask an actor and a critic. What such an agent
says of a state is what both say of it, side by side.
"""

import sys

from . import trace

_ACTORS = ("actor", "policy", "pi", "actor_mean", "policy_net", "actor_head", "action_head")
_CRITICS = ("critic", "value", "v", "value_net", "critic_head", "value_head")
#: What both are built on, where there is one.
_SHARED = ("network", "shared", "base", "backbone", "features", "encoder", "feature_extractor")


def without_forward(cls):
    """Whether there is no forward, or one that says no more than that."""
    module = sys.modules["torch.nn"].Module
    code = getattr(cls.forward, "__code__", None)
    return cls.forward is module.forward or code is not None and code.co_names == ("NotImplementedError",)


def give_forward(cls, model, at):
    """Gives the class a forward of its actor and its critic, and says so. False where it does not have both."""
    of = lambda names: next((n for n in names if n in model._modules), None)  # noqa: E731
    actor, critic, shared = of(_ACTORS), of(_CRITICS), of(_SHARED)
    if not actor or not critic:
        return False

    def forward(self, x):
        hidden = getattr(self, shared)(x) if shared else x
        return getattr(self, actor)(hidden), getattr(self, critic)(hidden)

    cls.forward = forward
    trace.say(
        "information",
        "forward-assumed",
        f"{cls.__name__} has no forward: read is what its {actor} and its {critic} say"
        f"{f' behind its {shared}' if shared else ''}, side by side. Write a forward to have it otherwise.",
        at,
    )
    return True
