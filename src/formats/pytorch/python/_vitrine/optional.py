"""
Libraries that a file can do without: `try: import flash_attn` with an `except ImportError` that says what holds where it is not
there. What is not here is not there for such a file, and its own way is read in place of values that are not known.
"""

import ast
import importlib

NAME = "__vitrine_optional__"
_CAUGHT = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_BINDING = (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


def rewrite(node):
    """Has the imports in a `try` fail where their module is not here, once; the tree is changed in place."""
    if "_optional" in node.__dict__:
        return
    node._optional = True
    if any(_catches(h) and _goes_on(h.body) for h in node.handlers):
        node.body = _asked(node.body)


def _catches(handler):
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(k is None or getattr(k, "id", getattr(k, "attr", None)) in _CAUGHT for k in kinds)


def _goes_on(body):
    """Whether a handler sets what holds without the library."""
    here = [n for statement in body for n in ast.walk(statement)]
    return any(isinstance(n, _BINDING) for n in here) and not any(
        isinstance(n, ast.Raise) or isinstance(n, ast.Call) and getattr(n.func, "id", getattr(n.func, "attr", "")) in ("exit", "quit")
        for n in here)


def _asked(body):
    out = []
    for statement in body:
        names = []
        if isinstance(statement, ast.Import):
            names = [a.name for a in statement.names]
        elif isinstance(statement, ast.ImportFrom) and not statement.level:
            names = [statement.module]
        elif isinstance(statement, (ast.If, ast.With)):
            statement.body = _asked(statement.body)
        for name in names:
            call = ast.Expr(ast.Call(ast.Name(NAME, ast.Load()), [ast.Constant(name)], []))
            out.append(ast.fix_missing_locations(ast.copy_location(call, statement)))
        out.append(statement)
    return out


def prepare(namespace):
    namespace[NAME] = there


def there(name):
    """Raises ModuleNotFoundError for a module that only a stand-in would be. Of PyTorch and of the workspace all is there."""
    from . import unknown

    top = name.split(".")[0]
    if top == "torch" or top in unknown.Finder.own:
        return
    with unknown.Finder.absent():
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError:
            raise
        except Exception:
            return
    if isinstance(module, unknown.StandIn):
        raise ModuleNotFoundError(f"No module named {top!r}", name=name)
