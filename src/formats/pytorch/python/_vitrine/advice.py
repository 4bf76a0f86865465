"""
What a mistake most likely was, and the edit that mends it: misspelt names, a forgotten super().__init__(), layers that
nobody uses or that PyTorch cannot see, numbers where indices belong.
"""

import ast
import builtins
import inspect
import math
import re
import sys

from . import trace, trees
from .spelling import near


def edit(title, at, text):
    return {"title": title, "at": at, "text": text}


def _nodes_at(scope, at, kind):
    """Nodes of a kind in the main file that stand where a place begins, or around it; the innermost last."""
    if not at or at[0] != scope.name:
        return []
    _, line, column, end_line, end_column = at
    found = [
        n for n in trees.nodes(scope.tree)
        if isinstance(n, kind)
        and (n.lineno, n.col_offset) <= (line, column)
        and (n.end_lineno, n.end_col_offset) >= (end_line, end_column)
    ]
    return sorted(found, key=lambda n: (n.lineno, n.col_offset, -n.end_lineno, -n.end_col_offset))


def _name_at(scope, at, word):
    """The name that stands where a NameError was raised."""
    return next((n for n in _nodes_at(scope, at, ast.Name) if n.id == word), None)


def misspelt_attribute(error, scope, at):
    """(message, fix) for a name that its owner does not have."""
    match = re.search(r"has no attribute '(\w+)'", str(error))
    if not match:
        return None
    word = match[1]
    owner = re.search(r"module '([\w.]+)'", str(error))
    if owner:
        names = dir(sys.modules.get(owner[1], object()))
    else:
        frame_self = _self_of(error)
        names = [n for n in dir(frame_self) if not n.startswith("__")] if frame_self is not None else []
        if error.obj is not None:
            names = [n for n in dir(error.obj) if not n.startswith("__")]
    meant = near(word, names)
    if meant is None:
        return None
    message = str(error)
    if "Did you mean" not in message:
        message = f"{message.rstrip('.')}. Did you mean: '{meant}'?"
    fix = None
    for node in _nodes_at(scope, at, ast.Attribute):
        if node.attr == word:
            end = node.end_col_offset
            fix = edit(f"Change {word} to {meant}",
                       [scope.name, node.end_lineno, end - len(word.encode()), node.end_lineno, end], meant)
    return message, fix


def forgotten_self(error, scope, at):
    """(message, fix) where `self.` is missing: at a name that the model has, or where its constructor made the layer."""
    owner = _self_of(error)
    if isinstance(error, NameError):
        word = getattr(error, "name", None)
        if not word or owner is None or not (word in vars(owner) or word in getattr(owner, "_modules", ())):
            return None
        name = _name_at(scope, at, word)
        fix = name and edit(f"Write self.{word}", [scope.name, name.lineno, name.col_offset, name.lineno, name.col_offset],
                            "self.")
        return f"{error}. Is self.{word} meant?", fix
    match = re.search(r"has no attribute '(\w+)'", str(error))
    if not match or error.obj is None or not hasattr(error.obj, "_modules"):
        return None
    for kind in type(error.obj).__mro__:
        for node in trees.nodes(scope.tree):
            if not isinstance(node, ast.ClassDef) or node.name != kind.__name__:
                continue
            made = next((f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"), None)
            for n in ast.walk(made) if made else ():
                if isinstance(n, ast.Assign) and any(isinstance(t, ast.Name) and t.id == match[1] for t in n.targets):
                    return (
                        f"{error}: line {n.lineno} makes {match[1]} without self",
                        edit(f"Write self.{match[1]} in line {n.lineno}",
                             [scope.name, n.lineno, n.col_offset, n.lineno, n.col_offset], "self."),
                    )
    return None


def misspelt_name(error, scope, at):
    """(message, fix) for a name that is not defined but nearly so."""
    word = getattr(error, "name", None)
    last = [None, *trace.passed(error)][-1]
    if not word or last is None:
        return None
    names = [*last.tb_frame.f_locals, *scope.namespace, *dir(builtins)]
    meant = near(word, [n for n in names if isinstance(n, str) and not n.startswith("__")])
    if meant is None:
        return None
    name = _name_at(scope, at, word)
    fix = name and edit(f"Change {word} to {meant}", trees.place(scope.name, name), meant)
    return f"{error}. Did you mean: '{meant}'?", fix


def tuple_of_recurrent(error, scope, at):
    """(message, fix) where what a recurrent layer gives, its output and its state, is taken for the output alone."""
    if "must be Tensor, not tuple" not in str(error) and "tuple indices must be integers or slices, not tuple" not in str(
        error):
        return None
    owner = _self_of(error)
    recurrent = {n for n, m in getattr(owner, "_modules", {}).items() if type(m).__name__ in ("LSTM", "GRU", "RNN")}
    nearest = None
    for node in trees.nodes(scope.tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Call) \
                and isinstance(node.value.func, ast.Attribute) and node.value.func.attr in recurrent and node.lineno <= at[1]:
            if nearest is None or node.lineno > nearest.lineno:
                nearest = node
    if nearest is None:
        return None
    target, layer = nearest.targets[0], nearest.value.func.attr
    return (
        f"{error}: {layer} gives (output, state), and {target.id} is both",
        edit(f"Take the output alone: {target.id}, _ = …",
             [scope.name, target.lineno, target.end_col_offset, target.lineno, target.end_col_offset], ", _"),
    )


def dimensions_of_norm(error, scope):
    """(message, fix) where a normalisation is of the wrong dimension for its input."""
    match = re.match(r"expected .*D input \(got (\d)D input\)", str(error))
    if not match:
        return None
    module = None
    for traceback in trace.passed(error):
        owner = traceback.tb_frame.f_locals.get("self")
        module = owner if re.match(r"(Batch|Instance)Norm\dd$", type(owner).__name__) else module
    kind = module and f"{type(module).__name__[:-2]}{int(match[1]) - 2}d"
    if not module or not hasattr(sys.modules["torch.nn"], kind) or kind == type(module).__name__:
        return None
    word = type(module).__name__
    for call in reversed(_nodes_at(scope, module._defined, ast.Call)):
        if isinstance(call.func, (ast.Attribute, ast.Name)) and ast.unparse(call.func).endswith(word):
            line, end = call.func.end_lineno, call.func.end_col_offset
            return f"{error}: {kind} takes it", edit(
                f"Change {word} to {kind}", [scope.name, line, end - len(word), line, end], kind)
    return None


def not_viewable(error, scope, at):
    """(message, fix) where `view` is asked of a tensor that lies in memory in another order."""
    if type(error).__name__ != "NotViewable":
        return None
    for call in reversed(_nodes_at(scope, at, ast.Call)):
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("view", "view_as"):
            word, line, end = call.func.attr, call.func.end_lineno, call.func.end_col_offset
            meant = word.replace("view", "reshape")
            return str(error), edit(f"Use .{meant}(…)", [scope.name, line, end - len(word), line, end], meant)
    return str(error), None


def flattened(error, scope, at):
    """(message, fix) where a linear layer wants all that a sample has, and gets it in several dimensions."""
    if not str(error).startswith("mat1 and mat2 shapes cannot be multiplied"):
        return None
    layer = given = None
    for traceback in trace.passed(error):
        own = traceback.tb_frame.f_locals
        if type(own.get("self")).__name__ == "Linear" and "input" in own:
            layer, given = own["self"], own["input"]
    shape = list(getattr(given, "shape", ()))[1:]
    side = getattr(error, "side", None)
    if side:
        shape = [shape[0], side, side]
    if len(shape) < 2 or not all(isinstance(d, int) for d in shape):
        return None
    count = math.prod(shape)
    if count != layer.in_features:
        return None
    message = f"{error}: the input's {' x '.join(map(str, shape))} are the {count} that it wants, and have to be flattened"
    for call in reversed(_nodes_at(scope, at, ast.Call)):
        if len(call.args) == 1:
            value = call.args[0]
            where = trees.place(scope.name, value)
            return message, edit("Flatten it with torch.flatten(…, 1)", where, f"torch.flatten({ast.unparse(value)}, 1)")
    return message, None


def layer_of_value(layer, scope):
    """(place, message, fix) where a layer is made of a tensor instead of being called with it."""
    kind, at = layer
    for call in reversed(_nodes_at(scope, at, ast.Call)):
        name = ast.unparse(call.func)
        if name.endswith(kind):
            line, end = call.func.end_lineno, call.func.end_col_offset
            return trees.place(scope.name, call), (
                f"{name}(…) makes a layer, of which the tensor becomes an option: it is not applied to it. Call the layer: "
                f"{name}()(…)."), edit(f"Write {name}()(…)", [scope.name, line, end, line, end], "()")
    return None


def _self_of(error):
    found = None
    for traceback in trace.passed(error):
        if trace.in_workspace(traceback):
            found = traceback.tb_frame.f_locals.get("self", found)
    return found


def misspelt_keyword(error, scope, at):
    """(message, fix) for an argument that the layer or function does not have."""
    match = re.match(r"(\w+)(?:\.(\w+))?\(\) got an unexpected keyword argument '(\w+)'", str(error))
    if not match:
        return None
    name, calls = match[1], [c for c in _nodes_at(scope, at, ast.Call) if any(k.arg == match[3] for k in c.keywords)]
    if name.startswith("_") and calls:
        # Layers that share a constructor: the one that is called.
        func = calls[-1].func
        name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", name)
    function = _named(name, scope)
    if function is None:
        return None
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return None
    longer = [n for n in names if n.startswith(f"{match[3]}_")]
    meant = near(match[3], names) or (longer[0] if len(longer) == 1 else None)
    message = str(error).split(". Did you mean")[0].replace(f"{match[1]}.__init__", f"{name}.__init__", 1)
    if meant is None:
        known = ", ".join(n for n in names if n != "self")
        return f"{message}; it takes: {known}", None
    fix = None
    for call in _nodes_at(scope, at, ast.Call):
        for k in call.keywords:
            if k.arg == match[3]:
                fix = edit(f"Change {k.arg} to {meant}",
                           [scope.name, k.lineno, k.col_offset, k.lineno, k.col_offset + len(k.arg.encode())], meant)
    return f"{message}. Did you mean: '{meant}'?", fix


def _named(name, scope):
    import torch
    from torch import nn

    for holder in (scope.namespace, vars(nn), vars(nn.functional), vars(torch)):
        if callable(holder.get(name)):
            return holder[name]
    return None


def missing_init(error, scope, cls_node):
    """(message, fix) for a constructor that sets layers before nn.Module's own has run."""
    if "before Module.__init__() call" not in str(error) or cls_node is None:
        return None
    for method in cls_node.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            first = method.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(method.body) > 1:
                first = method.body[1]
            at = [scope.name, first.lineno, first.col_offset, first.lineno, first.col_offset]
            indent = " " * first.col_offset
            return (f"{error}: super().__init__() is missing at the start of __init__",
                    edit("Add super().__init__()", at, f"super().__init__()\n{indent}"))
    return None


def wants_indices(error, scope, at):
    """The fix for numbers given to a layer that looks up rows by index."""
    if "scalar types: Long, Int" not in str(error):
        return None
    calls = _nodes_at(scope, at, ast.Call)
    if not calls or not calls[-1].args:
        return None
    argument = calls[-1].args[0]
    place = [scope.name, argument.end_lineno, argument.end_col_offset, argument.end_lineno, argument.end_col_offset]
    if isinstance(argument, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.IfExp, ast.Lambda, ast.BoolOp)):
        return None
    return edit("Convert to whole numbers with .long()", place, ".long()")


def plain_lists(model, modules, scope):
    """Modules that stand in lists and dictionaries of Python, where PyTorch does not see them; whether there are any."""
    from torch.nn import Module

    found = False
    for m in modules:
        lists = [(k, v) for k, v in m.__dict__.items() if k[:1] != "_" and isinstance(v, (list, tuple, dict))]
        for name, value in lists:
            held = list(value.values() if isinstance(value, dict) else value)
            if not held or not all(isinstance(v, Module) for v in held):
                continue
            found = True
            seen = {id(p) for p in model.parameters()}
            lost = [p for v in held for p in v.parameters() if id(p) not in seen]
            if not lost:
                continue
            kind = "ModuleDict" if isinstance(value, dict) else "ModuleList"
            node = _assignment(scope, type(m).__name__, name)
            if node is None:
                continue
            count = sum(p.numel() for p in lost)
            message = (
                f"self.{name} is a plain {type(value).__name__}: PyTorch does not see the {len(held)} "
                f"module{'s' if len(held) > 1 else ''} in it, so {count:,} parameters are not trained, saved or moved to a "
                f"device. Use nn.{kind}."
            )
            text = _text(scope, node.value)
            replaced = f"nn.{kind}()" if text in ("[]", "{}", "list()", "dict()") else f"nn.{kind}({text})"
            fix = edit(f"Use nn.{kind}", trees.place(scope.name, node.value), replaced) if text else None
            trace.say("warning", "unregistered-modules", message, trees.place(scope.name, node), fix)
    return found


def _assignment(scope, cls, name):
    for c in scope.tree.body:
        if isinstance(c, ast.ClassDef) and c.name == cls:
            for n in trees.nodes(c):
                targets = n.targets if isinstance(n, ast.Assign) else [n.target] if isinstance(n, ast.AnnAssign) else []
                for t in targets:
                    if isinstance(t, ast.Attribute) and t.attr == name and isinstance(t.value, ast.Name):
                        return n if n.value is not None else None
    return None


def _text(scope, node):
    import linecache

    if node.lineno != node.end_lineno:
        return None
    line = linecache.getline(scope.name, node.lineno).encode()
    return line[node.col_offset : node.end_col_offset].decode()


def unused_layers(modules, scope):
    """Layers with parameters that are made and never named again."""
    attributes = trees.attributes(scope.tree)
    classes = {c.name for c in scope.tree.body if isinstance(c, ast.ClassDef)}
    text = None
    for m in modules:
        if type(m).__name__ not in classes or "forward" not in type(m).__dict__:
            continue
        for name, child in m._modules.items():
            if child is None or child._entered or attributes.get(name, 1) or name.isdigit():
                continue
            if any(c._entered for c in child.modules()) or not any(True for _ in child.parameters()):
                continue
            node = _assignment(scope, type(m).__name__, name)
            if node is None:
                continue
            if text is None:
                # A name in quotes may be one that getattr is asked for; so may a loop over all children be.
                text = {n.value for n in trees.nodes(scope.tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
                text |= set(attributes)
            if name in text - set(attributes) or text & {"children", "named_children", "modules", "_modules", "getattr"}:
                continue
            count = sum(p.numel() for p in child.parameters())
            trace.say("hint", "unused-layer",
                      f"self.{name} is made and never used in forward: its {count:,} parameters never learn.",
                      trees.place(scope.name, node))
