"""torch.nn.functional's losses: what a model may compute inside of its own forward."""

import math

from _vitrine import trace

from .. import _make, _ops
from .._tensor import emit, float32


def _reduction(reduction, size_average, reduce):
    """The reduction that is meant: the two older arguments stand above it where they are given."""
    if size_average is not None or reduce is not None:
        if reduce is False:
            return "none"
        return "mean" if size_average is None or size_average else "sum"
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction


def _reduced(loss, reduction, size_average=None, reduce=None):
    reduction = _reduction(reduction, size_average, reduce)
    if reduction == "mean":
        return _ops.mean(loss)
    return _ops.sum(loss) if reduction == "sum" else loss


def _softplus(x):
    # The threshold of F.softplus is one of speed and would cost digits here.
    return emit("Softplus", [x], beta=1.0, threshold=1e30)


def _weighed(loss, weight):
    return loss if weight is None else loss * weight


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    return _reduced(_weighed(_ops.square(input - target), weight), reduction, size_average, reduce)


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    return _reduced(_weighed(_ops.abs(input - target), weight), reduction, size_average, reduce)


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    gap = _ops.abs(input - target)
    loss = gap if beta == 0 else _ops.where(gap < beta, gap * gap * (0.5 / beta), gap - 0.5 * beta)
    return _reduced(loss, reduction, size_average, reduce)


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    gap = _ops.abs(input - target)
    loss = _ops.where(gap <= delta, gap * gap * 0.5, (gap - 0.5 * delta) * delta)
    return _reduced(_weighed(loss, weight), reduction)


def _same_size(input, target, say):
    """PyTorch refuses to broadcast a target here, which would be another loss."""
    sizes = list(input.shape), list(target.shape)
    whole = [d for s in sizes for d in s if isinstance(d, int)]
    known = len(whole) == len(sizes[0]) + len(sizes[1])
    differ = len(sizes[0]) != len(sizes[1]) or any(
        isinstance(a, int) and isinstance(b, int) and a != b for a, b in zip(*sizes))
    if differ or known and sizes[0] != sizes[1]:
        raise ValueError(say(*(f"torch.Size([{', '.join(str(d) for d in s)}])" for s in sizes)))


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    _same_size(input, target, lambda i, t: (
        f"Using a target size ({t}) that is different to the input size ({i}) is deprecated. "
        "Please ensure they have the same size."))

    def log(x):
        return _ops.clamp(_ops.log(x), min=-100.0)

    loss = _ops.neg(target * log(input) + (1 - target) * log(1 - input))
    return _reduced(_weighed(loss, weight), reduction, size_average, reduce)


def binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction="mean",
                                     pos_weight=None):
    _same_size(input, target, lambda i, t: f"Target size ({t}) must be the same as input size ({i})")
    if pos_weight is None:
        loss = _softplus(input) - input * target
    else:
        loss = (1 - target) * input + (1 + (pos_weight - 1) * target) * _softplus(-input)
    return _reduced(_weighed(loss, weight), reduction, size_average, reduce)


def _counted(target, weight, ignore_index):
    """How much each target counts, and the targets with those that do not count made class 0."""
    counts = _ops.ne(target, ignore_index)
    target = _ops.where(counts, target, 0)
    counts = _ops.cast(counts, float32)
    if weight is not None:
        counts = counts * emit("Gather", [weight, target], axis=0, nonnegative=1)
    return counts, target


def _averaged(loss, counts, reduction):
    return _ops.sum(loss) / _ops.sum(counts) if reduction == "mean" else _reduced(loss, reduction)


def _picked(input, target, classes):
    return _ops.squeeze(_ops.gather(input, classes, _ops.unsqueeze(target, classes)), classes)


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    classes = 0 if input.ndim == 1 else 1
    counts, target = _counted(target, weight, ignore_index)
    return _averaged(-_picked(input, target, classes) * counts, counts, _reduction(reduction, size_average, reduce))


def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean",
                  label_smoothing=0.0):
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    reduction = _reduction(reduction, size_average, reduce)
    classes = 0 if input.ndim == 1 else 1
    logs = _ops.log_softmax(input, classes)
    share = None if weight is None else _ops.reshape(weight, -1, *[1] * (input.ndim - classes - 1))
    if target.dtype.is_floating_point:
        if label_smoothing:
            target = target * (1 - label_smoothing) + label_smoothing / input.shape[classes]
        rows = _ops.neg(_ops.sum(_weighed(logs * target, share), classes))
        # A mean over all rows, whatever they weigh.
        return _reduced(rows, reduction)
    if not label_smoothing:
        return nll_loss(logs, target, weight, None, ignore_index, None, reduction)
    counts, picked = _counted(target, weight, ignore_index)
    right = _picked(logs, picked, classes) * counts
    every = _ops.sum(_weighed(logs, share), classes) * _ops.cast(_ops.ne(target, ignore_index), float32)
    loss = _ops.neg(right * (1 - label_smoothing) + every * (label_smoothing / input.shape[classes]))
    return _averaged(loss, counts, reduction)


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    if log_target:
        loss = _ops.exp(target) * (target - input)
    else:
        # Nothing times its logarithm is nothing.
        loss = _ops.xlogy(target, target) - target * input
    if size_average is None and reduce is None and reduction == "batchmean":
        total = _ops.sum(loss)
        return total / input.shape[0] if input.ndim else total
    return _reduced(loss, reduction, size_average, reduce)


def margin_ranking_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    return _reduced(_ops.relu(-target * (input1 - input2) + margin), reduction, size_average, reduce)


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    apart = _ops.where(target != 1, _ops.relu(margin - input), 0.0)
    return _reduced(apart + _ops.where(target != -1, input, 0.0), reduction, size_average, reduce)


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    return _reduced(_softplus(-target * input), reduction, size_average, reduce)


def cosine_embedding_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    # PyTorch has its own small number here, inside of the square roots.
    eps = 1e-12
    along = _ops.sum(input1 * input2, -1)
    lengths = (_ops.sum(input1 * input1, -1) + eps) * (_ops.sum(input2 * input2, -1) + eps)
    cosine = along / _ops.sqrt(lengths)
    loss = _ops.where(target == 1, 1 - cosine, 0.0) + _ops.where(target == -1, _ops.relu(cosine - margin), 0.0)
    return _reduced(loss, reduction, size_average, reduce)


def _distance(x1, x2, p, eps):
    return _ops.norm(x1 - x2 + eps, p, -1)


def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None,
                        reduce=None, reduction="mean"):
    return triplet_margin_with_distance_loss(
        anchor, positive, negative, distance_function=lambda a, b: _distance(a, b, p, eps), margin=margin, swap=swap,
        reduction=_reduction(reduction, size_average, reduce))


def triplet_margin_with_distance_loss(anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False,
                                      reduction="mean"):
    between = distance_function or (lambda a, b: _distance(a, b, 2, 1e-6))
    near, far = between(anchor, positive), between(anchor, negative)
    if swap:
        far = _ops.minimum(far, between(positive, negative))
    return _reduced(_ops.relu(margin + near - far), reduction)


def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    at = input.ndim - 1
    place = _ops.unsqueeze(target, -1)
    gap = _ops.relu(margin - _ops.gather(input, at, place) + input)
    gap = gap if p == 1 else gap * gap
    if weight is not None:
        gap = gap * _ops.unsqueeze(emit("Gather", [weight, target], axis=0, nonnegative=1), -1)
    others = 1 - _ops.one_hot(target, input.shape[at])
    return _reduced(_ops.sum(gap * others, -1) / input.shape[at], reduction, size_average, reduce)


def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    loss = target * _softplus(-input) + (1 - target) * _softplus(input)
    return _reduced(_ops.mean(_weighed(loss, weight), -1), reduction, size_average, reduce)


def poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None,
                     reduction="mean"):
    loss = _ops.exp(input) - target * input if log_input else input - target * _ops.log(input + eps)
    if full:
        # Stirling's approximation, of counts above one.
        counts = _ops.where(target > 1, target, 1.0)
        rest = counts * _ops.log(counts) - counts + 0.5 * _ops.log(2 * math.pi * counts)
        loss = loss + _ops.where(target > 1, rest, 0.0)
    return _reduced(loss, reduction, size_average, reduce)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    if not hasattr(var, "shape"):
        var = _make.full_like(input, float(var))
    elif var.ndim != input.ndim:
        if var.ndim + 1 != input.ndim:
            raise ValueError("var is of incorrect size")
        var = _ops.unsqueeze(var, -1)
    # What bounds the variance has no part in the gradient.
    var = var + _ops.detach(_ops.clamp(var, min=float(eps)) - var)
    loss = 0.5 * (_ops.log(var) + _ops.square(input - target) / var)
    if full:
        loss = loss + 0.5 * math.log(2 * math.pi)
    return _reduced(loss, reduction)


def ctc_loss(*_, **__):
    raise trace.Unsupported(
        "F.ctc_loss inside of a model is not read yet; the experiment file's \"loss\": \"ctc\" is the same loss")


def multilabel_margin_loss(*_, **__):
    raise trace.Unsupported("F.multilabel_margin_loss is not read yet")


__all__ = [name for name in dir() if name.endswith("_loss") or name.startswith("binary_cross") or name in (
    "cross_entropy", "kl_div")]
