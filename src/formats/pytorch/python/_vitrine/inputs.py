"""Shapes that a model's inputs may have, likeliest first, from its layers and from examples in its file."""

import ast
import inspect
import itertools
import textwrap


def parts_of(cls, name):
    """
    Keys by which forward takes an argument apart: texts of a dictionary, or places in a tuple. None when it uses the
    argument in any other way.
    """
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls.forward)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    keys, taken = [], set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == name:
            if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, (int, str)):
                keys.append(node.slice.value)
                taken.add(node.value)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id == name:
            if len(node.targets) == 1 and isinstance(node.targets[0], ast.Tuple):
                keys.extend(range(len(node.targets[0].elts)))
                taken.add(node.value)
    whole = any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load) and node not in taken
        for node in ast.walk(tree)
    )
    keys = list(dict.fromkeys(keys))
    if not keys or whole or len({type(k) for k in keys}) > 1 or any(isinstance(k, int) and k < 0 for k in keys):
        return None
    return keys if isinstance(keys[0], str) else sorted(keys)


def part_name(name, key):
    return key if isinstance(key, str) else f"{name}{key}"

from . import trees


def candidates(model):
    """Shapes that the first input may have, from the layers in their order."""
    from torch import nn
    from torch.nn import _layers as L

    out = []

    def add(shape, dtype="float32"):
        if (shape, dtype) not in out:
            out.append((shape, dtype))

    plain = set()
    linear = set()
    for m in model.modules():
        if m is model or type(m) in plain:
            continue
        if type(m) is nn.Linear:
            # Most of a model, and mostly like one before.
            if m.in_features in linear:
                continue
            linear.add(m.in_features)
        if isinstance(m, (nn.Embedding, nn.EmbeddingBag)):
            add(("N", "T"), "int64")
            add(("N",), "int64")
        elif isinstance(m, L._ConvNd):
            add(("N", m.in_channels or 3, *{1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}[m._n]))
        elif isinstance(m, nn.LazyLinear):
            add(("N", "F"))
        elif isinstance(m, nn.Linear):
            add(("N", m.in_features))
            add(("N", "T", m.in_features))
        elif isinstance(m, L.RNNBase):
            add(("N", "T", m.input_size) if m.batch_first else ("T", "N", m.input_size))
        elif isinstance(m, nn.BatchNorm1d):
            add(("N", m.num_features))
            add(("N", m.num_features, "L"))
        elif isinstance(m, (nn.BatchNorm2d, nn.InstanceNorm2d)):
            add(("N", m.num_features, "H", "W"))
        elif isinstance(m, nn.LayerNorm):
            add(("N", *m.normalized_shape))
            add(("N", "T", *m.normalized_shape))
        elif isinstance(m, nn.MultiheadAttention):
            add(("N", "T", m.embed_dim) if m.batch_first else ("T", "N", m.embed_dim))
        elif isinstance(m, (nn.LSTMCell, nn.GRUCell, nn.RNNCell)):
            add(("N", m.input_size))
        elif isinstance(m, nn.Bilinear):
            add(("N", m.in1_features))
        else:
            plain.add(type(m))
        if len(out) >= 12:
            break
    seen = set()
    for _, p in model.named_parameters():
        if p._shape in seen:
            continue
        seen.add(p._shape)
        if p.ndim == 2:
            add(("N", p.shape[0]))
            add(("N", p.shape[1]))
            add(("N", "T", p.shape[0]))
        elif p.ndim == 1 and isinstance(p.shape[0], int):
            add(("N", p.shape[0]))
        if len(out) >= 24:
            break
    if not any(True for _ in model.parameters()):
        # A model without weights takes images as gladly as rows.
        add(("N", 1))
        add(("N", 3, "H", "W"))
        add(("N", "T", 16))
    add(("N", 1))
    return out[:16]


def examples(scope):
    """Sizes of example tensors in the file, e.g. torch.randn(1, 3, 224, 224); looked for once a file."""
    if scope.examples is not None:
        return scope.examples
    found = []
    for node in trees.nodes(scope.tree):
        example = _example(node, scope)
        if example is not None and len(example[0]) >= 2:
            found.append(example)
    scope.examples = found
    return found


def _example(node, scope):
    """(shape, dtype) of a tensor that is made of sizes alone, as torch.randn(1, 3, 224, 224); else None."""
    if (
        not isinstance(node, ast.Call)
        or not isinstance(node.func, ast.Attribute)
        or node.func.attr not in ("randn", "rand", "zeros", "ones", "randint")
    ):
        return None
    arguments = node.args
    integers = node.func.attr == "randint"
    if integers:
        arguments = [k.value for k in node.keywords if k.arg == "size"] or arguments[-1:]
    if len(arguments) == 1 and isinstance(arguments[0], (ast.Tuple, ast.List)):
        arguments = arguments[0].elts
    try:
        shape = [scope.evaluate(a, dict(scope.namespace)) for a in arguments]
        kind = [scope.evaluate(k.value, dict(scope.namespace)) for k in node.keywords if k.arg == "dtype"]
    except Exception:
        return None
    if not shape or not all(isinstance(d, int) and d > 0 for d in shape):
        return None
    whole = integers or bool(kind) and not getattr(kind[0], "is_floating_point", True)
    return tuple(shape), "int64" if whole else "float32"


#: Methods that leave a tensor, or a model, as large as it is.
_SAME = ("to", "cuda", "cpu", "double", "half", "float", "eval", "train", "requires_grad_", "contiguous")


def _bare(node):
    """What stands before calls such as `.to(device)`."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SAME:
        node = node.func.value
    return node


def _changed(block):
    """Names that statements give a value in passing, or whose value they change."""
    plain, found = set(), set()
    for node in [n for statement in block for n in trees.nodes(statement)]:
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            plain.update(id(t) for t in targets if len(targets) == 1)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in plain:
            found.add(node.id)
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store) or (
            isinstance(node, ast.Attribute) and node.attr.endswith("_") and node.attr not in _SAME
        ):
            while isinstance(node, (ast.Attribute, ast.Subscript)):
                node = node.value
            found.update([node.id] if isinstance(node, ast.Name) else [])
    return found


def shown_to(scope, name, is_alike):
    """
    With what the file itself calls a class of it, at its top or under the main guard: (shape, dtype) of each argument, in
    the first call where all of them are example tensors. `is_alike` tells whether a call that makes the class makes what is
    read. None where there is no such call.
    """
    from .arguments import _simple, _top_blocks, is_main_guard

    def is_made(node):
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name and is_alike(node)

    models, tensors, changed = set(), {}, set()
    for block, _ in _top_blocks(scope.tree):
        changed |= _changed(block)
    for block, _ in _top_blocks(scope.tree):
        for node in _simple(block):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) or is_main_guard(node):
                continue
            for call in trees.nodes(node):
                if not isinstance(call, ast.Call) or not call.args or call.keywords:
                    continue
                made = _bare(call.func)
                if isinstance(made, ast.Name) and made.id in models or is_made(made):
                    found = [tensors.get(a.id) if isinstance(a, ast.Name) else _example(_bare(a), scope) for a in call.args]
                    if all(found):
                        return found
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                target, value = node.targets[0].id, _bare(node.value)
                models.discard(target)
                tensors.pop(target, None)
                if target in changed:
                    continue
                if is_made(value):
                    models.add(target)
                else:
                    tensors[target] = _example(value, scope)
    return None


def given_shapes(given, layers, count):
    """What a shape that the user gave may mean: with or without the batch, of numbers or of indices."""
    integers = layers and layers[0][1] == "int64"
    kinds = ["int64", "float32"] if integers else ["float32", "int64"]
    # Whoever gives one size gives that of a row: without it there is nothing left but the batch.
    batched = [("N", *given[1:])] if len(given) > 1 else []
    first = [(s, k) for k in kinds for s in (("N", *given), *batched, tuple(given))]
    if count == 1:
        return [[f] for f in first]
    return [[f, *[r] * (count - 1)] for f in first for r in [f, *layers[:4]]][:48]


def _is_shown(layer, shown):
    shape, dtype = layer
    return any(
        kind == dtype and len(example) == len(shape) > 2 and any(isinstance(a, int) for a in shape[1:])
        and all(a == b or isinstance(a, str) for a, b in zip(shape[1:], example[1:]))
        for example, kind in shown
    )


def guesses(layers, shown, count):
    """Lists of (shape, dtype), one for each input, likeliest first."""
    first = []
    # Of shapes that the layers leave open, first those that an example of the file has.
    for shape, dtype in sorted(layers, key=lambda l: not _is_shown(l, shown)):
        # An example in the file settles what the layers leave open.
        for example, kind in shown:
            if kind == dtype and len(example) == len(shape) and all(
                a == b or isinstance(a, str) for a, b in zip(shape[1:], example[1:])
            ) and any(isinstance(a, str) for a in shape[1:]) and "H" in shape:
                first.append((("N", *example[1:]), dtype))
        first.append((shape, dtype))
    first += [(("N", *s[1:]), k) for s, k in shown]
    unique = list(dict.fromkeys(first))
    if count == 1:
        return [[f] for f in unique]
    several = [[f] * count for f in unique[:6]]
    if count > 1 and unique:
        # Inputs that are joined before the first layer share its channels.
        shape, dtype = unique[0]
        if len(shape) > 1 and isinstance(shape[1], int) and shape[1] % count == 0 and dtype == "float32":
            several.insert(1, [((shape[0], shape[1] // count, *shape[2:]), dtype)] * count)
    several += [list(c) for c in itertools.product(unique[:6], repeat=count)][:40]
    out = []
    for s in several:
        if s not in out:
            out.append(s)
    return out[:48]


def as_part(shapes):
    """
    Shapes with which an owner called a part, for reading the part by itself: sizes that the owner computed from its
    own input are free again.
    """
    names = {3: ("N", "T", "F"), 4: ("N", "C", "H", "W"), 5: ("N", "C", "D", "H", "W"), 2: ("N", "F"), 1: ("N",)}
    out = []
    for shape, dtype in shapes:
        free = names.get(len(shape), ())
        out.append((tuple(
            d if isinstance(d, int) or d.isidentifier() else free[i] if i < len(free) else d
            for i, d in enumerate(shape)
        ), dtype))
    return out
