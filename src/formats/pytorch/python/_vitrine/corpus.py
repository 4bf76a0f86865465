"""
Scripts that learn the next character of a text: they list its characters, draw windows of it by chance, and compare what
the model says at each place with the same window one place further. Such a script is training on the text itself.
"""

import ast
import math

from . import files, trace, trees


def read(main, script, statements):
    """
    @param statements the file's, as they ran.
    @returns what of a text is learned, as the recorder takes it, and the model; None for a script that does anything else.
    """
    asked = _asked(script)
    lost = _lost(script)
    steps = _steps(script)
    if not files.texts or asked is None or lost is None or steps is None or script.backwards > 1:
        return None
    module, tokens, scores = asked
    rows, length = tokens.shape
    if not _one_further(statements):
        return None
    place = files.texts[-1]
    with open(trace.WORKSPACE + place, encoding="utf-8") as file:
        text = file.read()
    alphabet = sorted(set(text))
    if scores.shape[-1] != len(alphabet) or not _is_whole(script, text, alphabet):
        return None
    share = _share(script, len(text))
    # As many windows beside each other as the training part has room for are an epoch.
    windows = max(1, (int(len(text) * share) - 1) // length)
    return {
        "file": place, "length": length, "batch": rows, "windows": windows, "share": share,
        "epochs": max(1, round(steps * rows / windows)), "answer": len(alphabet),
        "loss": lost["name"], "options": lost["options"],
    }, module


def _asked(script):
    """The last model that was given tokens [rows, length], these, and its scores."""
    for module, tensors, result in reversed(script.calls):
        if type(module).__module__.startswith("torch."):
            continue
        # A model that is told what comes next may give its scores as the loss takes them: [rows * length, classes].
        if tensors and _is_tokens(tensors[0]) and 2 <= len(result.shape) <= 3:
            return module, tensors[0], result
        return None
    return None


def _is_tokens(tensor):
    return len(tensor.shape) == 2 and not tensor.dtype.is_floating_point and all(type(d) is int for d in tensor.shape)


def _lost(script):
    """The cross entropy that backward() is called on: the model's own, or the script's."""
    lost = next((l for l in reversed(script.inside + script.losses) if l["output"] == script.loss._id), None)
    if lost is None or lost["name"] not in ("cross_entropy", "CrossEntropyLoss"):
        return None
    reduction = lost["options"].get("reduction", "mean")
    # No character is left out by its number, whatever that is.
    plain = {"reduction", "ignore_index", "label_smoothing"}
    if reduction != "mean" or set(lost["options"]) - plain or lost["options"].get("ignore_index", -100) >= 0:
        return None
    smoothing = lost["options"].get("label_smoothing", 0)
    return {"name": lost["name"], "options": {"label_smoothing": smoothing} if smoothing else {}}


def _steps(script):
    """How many steps there are in all; None where nobody says so."""
    if not script.around or any(l.kind != "range" for l in script.around):
        return None
    return math.prod(l.count for l in script.around)


def _one_further(statements):
    """Whether the code takes a[i : …] of something and a[i + 1 : …] of the same."""
    slices = [
        n for s in statements for n in trees.nodes(s) if isinstance(n, ast.Subscript) and isinstance(n.slice, ast.Slice)
        and n.slice.lower is not None
    ]
    starts = {(ast.dump(n.value), ast.dump(n.slice.lower)) for n in slices}
    return any(
        isinstance(n.slice.lower, ast.BinOp) and isinstance(n.slice.lower.op, ast.Add)
        and isinstance(n.slice.lower.right, ast.Constant) and n.slice.lower.right.value == 1
        and (ast.dump(n.value), ast.dump(n.slice.lower.left)) in starts
        for n in slices
    )


def _sequences(script):
    """Whole numbers in a row, as the script has names for them."""
    return [
        t for _, t in script.variables()
        if len(t.shape) == 1 and type(t.shape[0]) is int and not t.dtype.is_floating_point
    ]


def _is_whole(script, text, alphabet):
    """Whether the script has the text as the places of its characters in their order."""
    ids = {c: i for i, c in enumerate(alphabet)}
    for tensor in _sequences(script):
        if tensor.shape[0] != len(text):
            continue
        try:
            return tensor._values() == [ids[c] for c in text]
        except trace.Unsupported:
            return False
    return False


def _share(script, whole):
    """How much of the text trains: where it is cut in two, the longer part."""
    lengths = {t.shape[0] for t in _sequences(script)}
    parts = [n for n in lengths if n < whole and whole - n in lengths]
    return max(parts) / whole if parts else 1
