"""
Names that the classes and functions of a script take from under its main guard: `n_class` in a layer's size, set below
`if __name__ == "__main__":`. As a script the file has them by the time that its classes are made.
"""

import ast
import builtins

from . import arguments, trees


def statements(tree, namespace):
    """
    The statements under the main guard that set names which classes and functions of the file ask for and the rest of
    the file does not have, with those that these need, in their order. None that trains.
    """
    offered = left(tree, namespace)
    if not offered:
        return []
    needed = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not offered.isdisjoint(trees.names(node)):
            needed |= offered & asked(node)
    taken = []
    body = _body(tree)
    # What comes later needs what came before it.
    for node in reversed(body) if needed else ():
        if needed.isdisjoint(_changed(node)) or arguments.trains(node):
            continue
        taken.append(node)
        needed |= trees.names(node)
    return taken[::-1]


def left(tree, namespace):
    """Names that the main guard sets and that the file does not have: nothing has asked for them."""
    return {name for s in _body(tree) for n in trees.nodes(s) for name in _given(n)} - namespace.keys()


def _body(tree):
    return [s for node in tree.body if arguments.is_main_guard(node) for s in node.body]


def _stores(node):
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _given(node):
    """The names that a node gives a value: by assignment, as an import, as a function or a class."""
    if _stores(node):
        return {node.id}
    if isinstance(node, ast.alias):
        return {node.asname or node.name.split(".")[0]}
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    return set()


def _changed(statement):
    """Names that a statement sets, or whose values it changes: `vocab.append(w)`, `options.width = 3`, `sizes[0] = 3`."""
    found = set()
    for n in trees.nodes(statement):
        found |= _given(n)
        if isinstance(n, (ast.Attribute, ast.Subscript)) and isinstance(n.ctx, ast.Store):
            found |= _root(n)
        elif isinstance(n, ast.Expr) and isinstance(n.value, ast.Call) and isinstance(n.value.func, ast.Attribute):
            found |= _root(n.value.func)
    return found


def _root(node):
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def asked(node):
    """Names that a definition asks its file for: those that neither it nor a function in it binds for itself."""
    found = set()

    def visit(n, bound):
        if isinstance(n, ast.Name):
            if isinstance(n.ctx, ast.Load) and n.id not in bound and not hasattr(builtins, n.id):
                found.add(n.id)
        elif isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            within = bound | _bound(n)
            for child in ast.iter_child_nodes(n):
                visit(child, within)
        else:
            for child in ast.iter_child_nodes(n):
                visit(child, bound)

    visit(node, frozenset())
    return found


def _bound(function):
    """Names of a function's own: its arguments and what its body sets, without what it says is global."""
    a = function.args
    own = {p.arg for p in (*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg)))}
    declared = set()
    body = function.body if isinstance(function.body, list) else [function.body]
    waiting = list(body)
    while waiting:
        n = waiting.pop()
        if _stores(n):
            own.add(n.id)
        elif isinstance(n, ast.Global):
            declared.update(n.names)
        elif isinstance(n, ast.alias):
            own.add(n.asname or n.name.split(".")[0])
        elif isinstance(n, ast.ExceptHandler) and n.name:
            own.add(n.name)
        if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            own.add(n.name)
        elif not isinstance(n, ast.Lambda):
            waiting.extend(ast.iter_child_nodes(n))
    return own - declared
