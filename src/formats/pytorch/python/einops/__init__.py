"""einops over our tensors: rearrange, repeat and reduce as reshapes, transpositions and reductions."""

import math
import re


class EinopsError(RuntimeError):
    pass


def _side(text):
    """Groups of names: "b (h w) c" is [["b"], ["h", "w"], ["c"]]."""
    groups = []
    for group, name in re.findall(r"\(([^)]*)\)|(\.\.\.|[A-Za-z_]\w*|\d+)", text):
        # "(...)" is one axis and "..." is several: a 1 beside it changes no size.
        groups.append([name] if name else ["...", "1"] if group.strip() == "..." else group.split())
    return groups


def _read(tensor, pattern, sizes):
    """The tensor with one dimension for each name of the left side, and those names with their sizes."""
    if pattern.count("->") != 1:
        raise EinopsError(f"Pattern must contain one ->: {pattern!r}")
    left, right = (_side(p) for p in pattern.split("->"))
    if ["..."] in left:
        at = left.index(["..."])
        extra = [f"_dots{i}" for i in range(tensor.ndim - len(left) + 1)]
        left[at : at + 1] = [[n] for n in extra]
        right = [
            g
            for h in right
            for g in (
                [[n] for n in extra] if h == ["..."] else [[n for m in h for n in (extra if m == "..." else [m])]]
            )
        ]
    if len(left) != tensor.ndim:
        raise EinopsError(
            f"Wrong shape: expected {len(left)} dims. Received {tensor.ndim}-dim tensor. Pattern: {pattern!r}"
        )
    known, shape = {}, []
    for group, size in zip(left, tensor.shape):
        named = [n for n in group if not n.isdigit()]
        unknown = [n for n in named if n not in sizes]
        if len(unknown) > 1:
            raise EinopsError(f"Could not infer sizes for {unknown} in {pattern!r}")
        product = math.prod(sizes[n] for n in named if n in sizes)
        for n in named:
            known[n] = sizes[n] if n in sizes else (size if len(named) == 1 else size // product)
        if len(named) > 1 and unknown and isinstance(size, int) and isinstance(product, int) and size % product:
            raise EinopsError(f"Shape mismatch, can't divide axis of length {size} in chunks of {product}")
        if not unknown and named and isinstance(size, int) and isinstance(product, int) and size != product:
            raise EinopsError(f"Shape mismatch, {size} != {product}")
        shape += [known[n] for n in named]
    names = [n for group in left for n in group if not n.isdigit()]
    if len(left) != len(names) or any(len(g) != 1 for g in left):
        tensor = tensor.reshape(*shape)
    return tensor, names, known, right


def _write(tensor, names, known, right):
    wanted = [n for group in right for n in group if not n.isdigit()]
    if sorted(wanted) != sorted(names):
        raise EinopsError(f"Identifiers only on one side of expression: {sorted(set(wanted) ^ set(names))}")
    order = [names.index(n) for n in wanted]
    if order != list(range(len(order))):
        tensor = tensor.permute(*order)
    shape = [math.prod(known[n] for n in group if not n.isdigit()) for group in right]
    return tensor if all(len(g) == 1 and not g[0].isdigit() for g in right) else tensor.reshape(*shape)


def rearrange(tensor, pattern, **sizes):
    if isinstance(tensor, (list, tuple)):
        import torch

        tensor = torch.stack(list(tensor))
    tensor, names, known, right = _read(tensor, pattern, sizes)
    return _write(tensor, names, known, right)


def repeat(tensor, pattern, **sizes):
    tensor, names, known, right = _read(tensor, pattern, sizes)
    new = [n for group in right for n in group if n not in names and not n.isdigit()]
    literal = [n for group in right for n in group if n.isdigit() and n != "1"]
    for i, n in enumerate(literal):
        known[f"_times{i}"] = int(n)
        right = [[f"_times{i}" if m == n else m for m in g] for g in right]
        new.append(f"_times{i}")
    known.update({n: sizes[n] for n in new if n in sizes})
    for n in new:
        tensor = tensor.unsqueeze(0).expand(known[n], *tensor.shape)
        names = [n, *names]
    return _write(tensor, names, known, right)


def reduce(tensor, pattern, reduction, **sizes):
    if reduction == "repeat":
        return repeat(tensor, pattern, **sizes)
    tensor, names, known, right = _read(tensor, pattern, sizes)
    kept = [n for group in right for n in group]
    gone = [i for i, n in enumerate(names) if n not in kept]
    if gone:
        function = {"mean": "mean", "sum": "sum", "max": "amax", "min": "amin", "prod": "prod"}[reduction]
        tensor = getattr(tensor, function)(tuple(gone))
    return _write(tensor, [n for n in names if n in kept], known, right)


def einsum(*arguments):
    import torch

    *tensors, pattern = arguments
    names = dict.fromkeys(re.findall(r"\w+", pattern))
    letters = {**dict(zip(names, "abcdefghijklmnopqrstuvwxyz")), "...": "..."}
    left, right = pattern.split("->")
    short = ",".join("".join(letters[n] for n in part.split()) for part in left.split(","))
    return torch.einsum(f"{short}->{''.join(letters[n] for n in right.split())}", *tensors)


def pack(tensors, pattern):
    """The tensors with the axes of "*" made one, joined along it, and what these axes were."""
    import torch

    before, after = _around(pattern)
    kept = []
    flat = []
    for t in tensors:
        star = t.shape[before : t.ndim - after]
        kept.append(tuple(star))
        flat.append(t.reshape(*t.shape[:before], math.prod(star), *t.shape[t.ndim - after :]))
    return torch.cat(flat, before) if len(flat) > 1 else flat[0], kept


def unpack(tensor, packed_shapes, pattern):
    before, after = _around(pattern)
    sizes = [math.prod(s) if -1 not in s else -1 for s in packed_shapes]
    if -1 in sizes:
        known = sum(n for n in sizes if n != -1)
        sizes[sizes.index(-1)] = tensor.shape[before] - known
    parts = tensor.split(sizes, before) if len(sizes) > 1 else [tensor]
    return [
        part.reshape(*tensor.shape[:before], *(shape if -1 not in shape else [n]), *tensor.shape[tensor.ndim - after :])
        for part, shape, n in zip(parts, packed_shapes, sizes)
    ]


def _around(pattern):
    """How many axes stand before and behind the star."""
    names = pattern.split()
    if names.count("*") != 1:
        raise EinopsError(f"Pattern must contain exactly one *: {pattern!r}")
    at = names.index("*")
    return at, len(names) - at - 1


def parse_shape(tensor, pattern):
    names = pattern.split()
    if len(names) != tensor.ndim:
        raise EinopsError(f"Can't parse shape with different number of dimensions: {pattern} {tuple(tensor.shape)}")
    return {n: d for n, d in zip(names, tensor.shape) if n != "_"}
