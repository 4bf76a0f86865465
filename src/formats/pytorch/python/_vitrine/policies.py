"""
Classes without a forward whose methods of their own ask their parts: agents of reinforcement learning that have an actor and
a critic, or a network alone, and Lightning modules that train by a step. What such a class says is what these parts say.
"""

import ast
import inspect
import sys
import textwrap

from . import trace, trees
from .spelling import near

_ACTORS = ("actor", "policy", "pi", "actor_mean", "policy_net", "actor_head", "action_head")
_CRITICS = ("critic", "value", "v", "value_net", "critic_head", "value_head")
#: What both are built on, where there is one.
_SHARED = ("network", "shared", "base", "backbone", "features", "encoder", "feature_extractor")
#: Methods that are no way of asking a model.
_OTHER = ("__init__", "configure_optimizers", "reset", "reset_parameters", "init_weights", "_init_weights")


def without_forward(cls):
    """Whether there is no forward, or one that says no more than that."""
    module = sys.modules["torch.nn"].Module
    code = getattr(cls.forward, "__code__", None)
    return cls.forward is module.forward or code is not None and code.co_names == ("NotImplementedError",)


def give_forward(cls, model, at):
    """Gives the class a forward of the parts that its methods ask, and says so. False where they are not to be seen."""
    if _misspelt(cls):
        return False
    of = lambda names: next((n for n in names if n in model._modules), None)  # noqa: E731
    actor, critic, shared = of(_ACTORS), of(_CRITICS), of(_SHARED)
    if not actor or not critic:
        asked = _asked(cls, model)
        return _give_part(cls, asked, at) if asked else False

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


def _misspelt(cls):
    """A method whose name is forward but for a slip; one that continues the word, or is called reward, is another method."""
    return near("forward", [n for n in vars(cls) if n[0] in "fF" and not n.startswith("forward_") and abs(len(n) - 7) < 2])


def _asked(cls, model):
    """The one part with weights that methods of the class call with what they are given, and no other; None if there are several."""
    parts = [n for n, m in model._modules.items() if m is not None and any(True for _ in m.parameters())]
    called = set()
    for name, method in vars(cls).items():
        if name in _OTHER or not inspect.isfunction(method):
            continue
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(method)))
        except (OSError, TypeError, SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in parts \
                    and isinstance(node.func.value, ast.Name) and node.func.value.id == "self" and node.args:
                called.add(node.func.attr)
    return called.pop() if len(called) == 1 else None


def _give_part(cls, part, at):
    def forward(self, x):
        return getattr(self, part)(x)

    cls.forward = forward
    trace.say(
        "information",
        "forward-assumed",
        f"{cls.__name__} has no forward: read is what its {part} says, which its methods ask. Write a forward to have it "
        "otherwise.",
        at,
    )
    return True


def say_missing(cls, scope, at):
    """
    That there is no forward: a mistake where a method is called nearly so or the class is used; the base of others and a
    collection of methods need none.
    """
    meant = _misspelt(cls)
    message = f'NotImplementedError: Module [{cls.__name__}] is missing the required "forward" function'
    if meant is not None:
        found = trees.method(scope.tree, cls.__name__, meant)
        fix = None
        if found is not None:
            line = found.lineno
            column = found.col_offset + len("def ")
            at = [scope.name, line, column, line, column + len(meant)]
            fix = {"title": "Rename it to forward", "at": at, "text": "forward"}
        trace.say("error", "missing-forward", f"{message}. Is {meant} meant?", at, fix)
        return
    trace.say("information", "missing-forward", f"{message}: calling it would fail. Its layers are shown.", at)
