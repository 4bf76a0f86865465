"""
Code that asks whether the model trains: `if self.training`. A function that does is run twice, once for each answer, and
where the results differ the graph holds both (TrainingBranch). What both runs compute alike is one node.
"""

import ast
import functools

from . import journals, trace, trees

NAME = "__vitrine_modes__"
EITHER = "__vitrine_either__"


def mark(node):
    """Has a function that mentions `training` run for both answers."""
    if any(type(d) is ast.Name and d.id == NAME for d in node.decorator_list):
        return
    if not trees.mentions(node, "training"):
        return
    if any(isinstance(n, ast.Attribute) and n.attr == "training" for n in _own(node)):
        # The innermost one: what decorates it sees one function. The place is that of the name, where no line is added.
        node.decorator_list.append(ast.copy_location(ast.Name(NAME, ast.Load()), node))


def rewritten(node):
    """`a if self.training else b` with both values there to choose from."""
    if not (isinstance(node.test, ast.Attribute) and node.test.attr == "training"):
        return node
    none = ast.arguments([], [], None, [], [], None, [])
    sides = [ast.copy_location(ast.Lambda(none, side), side) for side in (node.body, node.orelse)]
    return ast.copy_location(ast.Call(ast.copy_location(ast.Name(EITHER, ast.Load()), node), [node.test, *sides], []), node)


class _Rate(float):
    """Nothing in evaluation, and while training a rate of dropout, which is what one asks it for."""

    learning = 0.0


def either(flag, learned, evaluated):
    from torch.nn.functional import TrainingFlag

    if not trace.tracing or trace.learning or not isinstance(flag, TrainingFlag):
        return learned() if flag else evaluated()
    trace.asked += 1
    trace.consulted += 1
    other = evaluated()
    if type(other) in (int, float) and other == 0:
        rate = learned()
        if type(rate) in (int, float) and 0 <= rate <= 1:
            made = _Rate(other)
            made.learning = rate
            return made
    return other


def rate(p):
    """How often to drop while training; whoever asks so needs no second run."""
    if isinstance(p, _Rate):
        trace.asked -= 1
        return p.learning
    return p


def _own(node):
    """What stands in a function, without the functions in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield child
            yield from _own(child)


def both(function):
    @functools.wraps(function)
    def run(*arguments, **options):
        # Outside of forward nothing is recorded; inside of the second run everything belongs to training.
        if not trace.tracing or trace.learning:
            return function(*arguments, **options)
        before = _State(arguments, options)
        outer, trace.asked = trace.asked, 0
        journal, trace.journal = trace.journal, []
        try:
            result = function(*arguments, **options)
            asked, made = trace.asked, trace.journal
        finally:
            trace.asked, trace.journal = outer, None if journal is None else journal + trace.journal
        return _merged(function, arguments, options, result, before, made) if asked else result

    return run


def _merged(function, arguments, options, result, before, made):
    evaluated = _State(arguments, options)
    before.restore()
    kept = trace.keep_diagnostics()
    known = {}
    for key, outputs in journals.entries(made):
        known.setdefault(key, []).append(outputs)
    trace.learning, trace.known = True, known
    try:
        learned = function(*arguments, **options)
        after = _State(arguments, options)
    except Exception as error:
        evaluated.restore()
        trace.restore_diagnostics(kept)
        _differs(f"what it does then fails here ({type(error).__name__}: {error})"[:300])
        return result
    finally:
        trace.learning, trace.known = False, None
    evaluated.restore()
    for holder, name, value in after.tensors():
        now = holder.__dict__.get(name)
        if now is not value:
            try:
                holder.__dict__[name] = _either(value, now)
            except _Apart:
                pass
    for tensor, state in after.values.items():
        if evaluated.values[tensor][1][0] != state[1][0]:
            learned_tensor = _copy(state)
            state[0]._become(_either(learned_tensor, state[0]))
    try:
        return _either(learned, result)
    except _Apart:
        _differs("what it returns then has another form")
        return result


def _differs(why):
    trace.say("information", "training-branch",
              f"Code here asks whether the model trains, and {why}: while training it is read as in evaluation.",
              trace.here())


class _Apart(Exception):
    pass


def _either(learned, evaluated, depth=0):
    """One value of two: a node where they are tensors that differ."""
    from torch._tensor import Tensor, emit

    if learned is evaluated or depth > 6:
        return evaluated
    if isinstance(learned, Tensor) and isinstance(evaluated, Tensor):
        if learned._id == evaluated._id:
            return evaluated
        if learned._dtype is not evaluated._dtype or learned.ndim != evaluated.ndim:
            raise _Apart
        try:
            return emit("TrainingBranch", [learned, evaluated])
        except RuntimeError as error:
            raise _Apart from error
    if type(learned) is not type(evaluated):
        raise _Apart
    if isinstance(learned, (list, tuple)):
        if len(learned) != len(evaluated):
            raise _Apart
        made = [_either(a, b, depth + 1) for a, b in zip(learned, evaluated)]
        return type(evaluated)(*made) if hasattr(evaluated, "_fields") else type(evaluated)(made)
    if isinstance(learned, dict):
        if learned.keys() != evaluated.keys():
            raise _Apart
        made = type(evaluated)()
        for k in evaluated:
            made[k] = _either(learned[k], evaluated[k], depth + 1)
        return made
    if isinstance(learned, (int, float, str)) and learned != evaluated:
        raise _Apart
    return evaluated


class _State:
    """What a function may change: the tensors it is given, and the attributes of the module it belongs to."""

    def __init__(self, arguments, options):
        from torch._tensor import Tensor

        given = [a for a in (*arguments, *options.values()) if isinstance(a, Tensor)]
        self.values = {id(t): (t, (t._id, t._dtype, t._shape, t._init)) for t in given}
        owner = arguments[0] if arguments and hasattr(arguments[0], "_modules") else None
        self.owner = owner
        self.own = dict(owner.__dict__) if owner is not None else {}
        self.buffers = dict(owner._buffers) if owner is not None else {}

    def tensors(self):
        """Attributes that hold tensors: holder, name and value."""
        from torch._tensor import Tensor

        for name, value in self.own.items():
            if isinstance(value, Tensor) and not name.startswith("_"):
                yield self.owner, name, value

    def restore(self):
        for tensor, (number, dtype, shape, start) in self.values.values():
            tensor._id, tensor._dtype, tensor._shape, tensor._init = number, dtype, shape, start
            tensor._typed = None
        if self.owner is not None:
            own = self.owner.__dict__
            for name in [n for n in own if n not in self.own]:
                del own[name]
            own.update(self.own)
            self.owner._buffers.update(self.buffers)


def _copy(state):
    tensor, (number, dtype, shape, start) = state
    made = object.__new__(type(tensor).__mro__[-2])._fill(number, dtype, shape)
    made._init = start
    return made
