"""
Mistakes in functions of a file that need no run to be seen, as code that did not run has them too: names that nothing
binds, and calls of the workspace's own classes and functions with arguments that these do not take.
"""

import ast
import builtins
import inspect
import types

from . import advice, trace, trees, unknown
from .spelling import near

_BUILTINS = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__class__", "__path__", "__spec__", "__package__",
                                        "__builtins__", "__annotations__", "__cached__", "WindowsError", "get_ipython",
                                        "display", "_"}
#: Words with which a file may bind names that it does not spell, or expects that one is missing.
_REACHING = frozenset({"globals", "locals", "vars", "eval", "exec", "NameError", "setattr", "__builtins__", "builtins"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Mistake:
    def __init__(self, node, message, fix, certain):
        self.node, self.message, self.fix, self.certain = node, message, fix, certain


def tell(scope, owner=None):
    """Says the mistakes of a class, or of a file's functions: where the class fails, that was said."""
    if not scope.name.endswith(".py"):
        return
    said = {tuple(d["at"][:2]) for d in trace.diagnostics if "at" in d and d["code"] != "assumed-size"}
    for function in (owner or scope.tree).body:
        if not isinstance(function, _FUNCTIONS):
            continue
        for found in of_function(function, owner, scope.tree, scope.namespace, scope.name):
            if (scope.name, found.node.lineno) not in said:
                trace.say("error" if found.certain else "warning", "unknown-name" if found.fix else "python-error",
                          found.message, trees.place(scope.name, found.node), found.fix)


def differs(function, owner, tree, namespace, name):
    """Whether a function has mistakes, or binds a name for all of the file."""
    return any(isinstance(n, ast.Global) for n in trees.nodes(function)) or bool(
        of_function(function, owner, tree, namespace, name))


def of_function(function, owner, tree, namespace, name):
    """Mistakes of one function of a file."""
    free, calls = _asked(function)
    known = _bound_by(tree)
    typed = {p.name for p in owner.type_params} if owner is not None else ()
    out = []
    for node in free if known is not None else ():
        if node.id not in known and node.id not in _BUILTINS and node.id not in namespace and node.id not in typed:
            out.append(_unbound(node, function, owner, known, name))
    for call in calls:
        said = _refused(call, namespace)
        if said is not None and not _in_branch(call.func.id, tree):
            out.append(Mistake(call, said, None, _is_certain(call, function, owner)))
    return out


def _bound_by(tree):
    """Names that a file binds at its top, wherever that stands; None where others may come to be."""
    found = tree.__dict__.get("_binds")
    if found is None:
        found = frozenset()
        for node in tree.body:
            more = _binds(node)
            if more is _ANY:
                found = _ANY
                break
            found |= more
        tree._binds = found
    return None if found is _ANY else found


_ANY = object()


def _binds(node):
    """Names that a statement at the top of a file binds for it."""
    if isinstance(node, ast.ClassDef):
        # An edit makes a class anew, and what stands in it is as before.
        inside = [_within(n) for n in node.body]
        return _ANY if _ANY in inside else frozenset({node.name}).union(*inside)
    inside = _within(node)
    if inside is _ANY or isinstance(node, _FUNCTIONS):
        # What an import inside of it binds is its own.
        return inside if inside is _ANY else inside | {node.name}
    found = node.__dict__.get("_binds")
    if found is None:
        found = node._binds = inside | {m for n in trees.nodes(node) for m in _given(n)}
    return found


def _in_branch(name, tree):
    """Whether a branch at the top of a file binds a name: code behind the same question may have another in mind."""
    return any(isinstance(n, (ast.If, ast.Try)) and (_binds(n) is _ANY or name in _binds(n)) for n in tree.body)


def _within(node):
    """Names that a statement says are the file's, which is where its functions bind them; _ANY if others may be."""
    found = node.__dict__.get("_global")
    if found is None:
        plain, attributes = trees.words(node)
        found = frozenset()
        if not _REACHING.isdisjoint(plain) or not _REACHING.isdisjoint(attributes):
            found = _ANY
        else:
            for n in trees.nodes(node):
                if type(n) is ast.Global:
                    found |= frozenset(n.names)
                elif type(n) is ast.alias and n.name == "*":
                    found = _ANY
                    break
        node._global = found
    return found


def _given(node):
    """Names that a node binds where it stands."""
    if isinstance(node, ast.Name):
        return () if isinstance(node.ctx, ast.Load) else (node.id,)
    if isinstance(node, ast.arg):
        return (node.arg,)
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.type_param)):
        return (node.name,)
    if isinstance(node, ast.alias):
        return (node.asname or node.name.split(".")[0],)
    if isinstance(node, ast.ExceptHandler) or isinstance(node, (ast.MatchAs, ast.MatchStar)):
        return (node.name,) if node.name else ()
    if isinstance(node, ast.MatchMapping):
        return (node.rest,) if node.rest else ()
    return node.names if isinstance(node, (ast.Global, ast.Nonlocal)) else ()


def _asked(function):
    """Names in a function's body that it asks others for, and its calls by such names."""
    found = function.__dict__.get("_asks")
    if found is None:
        here = trees.nodes(function)
        bound = {m for n in here if n is not function for m in _given(n)}
        # What annotates a variable of a function is not run, nor what annotates arguments where annotations wait.
        notes = [getattr(n, "returns" if isinstance(n, _FUNCTIONS) else "annotation", None) for n in here]
        a = function.args
        first = (*function.decorator_list, *a.defaults, *a.kw_defaults)
        aside = {id(m) for part in (*notes, *first) if part is not None for m in trees.nodes(part)}
        free = [n for n in here if type(n) is ast.Name and n.id not in bound and id(n) not in aside
                and isinstance(n.ctx, ast.Load)]
        calls = [n for n in here if type(n) is ast.Call and type(n.func) is ast.Name and n.func.id not in bound
                 and not any(isinstance(a, ast.Starred) for a in n.args) and all(k.arg for k in n.keywords)]
        found = function._asks = free, calls
    return found


def _unbound(node, function, owner, known, name):
    word = node.id
    message, fix = f"NameError: name '{word}' is not defined", None
    of_self = owner is not None and any(
        type(n) is ast.Attribute and n.attr == word and isinstance(n.ctx, ast.Store) and getattr(n.value, "id", "") == "self"
        for n in trees.nodes(owner))
    here = {m for n in trees.nodes(function) for m in _given(n)}
    meant = near(word, [*here, *known, *_BUILTINS])
    # The two letters of `zz` are a slip of `z`.
    meant = meant or next((n for n in here if len(set(word)) == 1 and n == word[0]), None)
    if of_self and any(a.arg == "self" for a in function.args.args):
        message += f". Is self.{word} meant?"
        fix = advice.edit(f"Write self.{word}", [name, node.lineno, node.col_offset, node.lineno, node.col_offset], "self.")
    elif meant is not None:
        message += f". Did you mean: '{meant}'?"
        fix = advice.edit(f"Change {word} to {meant}", trees.place(name, node), meant)
    return Mistake(node, message, fix, _is_certain(node, function, owner))


def _is_certain(node, function, owner):
    """Whether it is met whenever a model is made, or called: it stands in no branch, loop or function of one of these."""
    if owner is None or function.name not in ("__init__", "forward"):
        return False
    for statement in function.body:
        if node in trees.nodes(statement):
            whole = isinstance(statement, (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return))
            return whole and not any(
                isinstance(n, (ast.IfExp, ast.BoolOp, ast.Lambda, ast.comprehension)) for n in trees.nodes(statement))
        if not isinstance(statement, (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Import, ast.ImportFrom)):
            return False
    return False


# Calls


def _refused(call, namespace):
    """Python's own words where what is called takes no such arguments."""
    called = namespace.get(call.func.id)
    function = called
    if isinstance(called, type):
        from torch import nn

        if not issubclass(called, nn.Module) or type(called) is not type(nn.Module):
            return None
        if called.__new__ is not nn.Module.__new__ or any(c in unknown.decorated for c in called.__mro__):
            return None
        function = called.__init__
    if type(function) is not types.FunctionType or not function.__code__.co_filename.startswith(trace.WORKSPACE):
        return None
    if "__wrapped__" in function.__dict__ or function in unknown.decorated:
        return None
    given = len(call.args) + isinstance(called, type)
    names = tuple(k.arg for k in call.keywords)
    try:
        _form(function)(*[None] * given, **dict.fromkeys(names))
    except TypeError as error:
        return f"TypeError: {error}"
    return None


_forms = {}


def _form(function):
    """A function with the same arguments that does nothing: Python says itself what it does not take."""
    code = function.__code__
    key = (code, len(function.__defaults__ or ()), tuple(function.__kwdefaults__ or ()))
    known = _forms.get(key)
    if known is None:
        empty = inspect.Parameter.empty
        parameters = [
            p.replace(annotation=empty, default=empty if p.default is empty else None)
            for p in inspect.signature(function).parameters.values()
        ]
        made = {}
        exec(f"def f{inspect.Signature(parameters)}: pass", made)
        known = made["f"]
        known.__qualname__ = function.__qualname__
        if len(_forms) > 500:
            _forms.clear()
        _forms[key] = known
    return known
