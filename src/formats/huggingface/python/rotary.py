"""Rotary positions (Su et al. 2021): pairs of a head's numbers are turned by angles that grow with the position."""

import math

import torch


def longest_known(config, scaling):
    return scaling.get("original_max_position_embeddings") or config.get("original_max_position_embeddings")


def frequencies_of(config, size, base=None):
    """
    Angles a position, one a pair of the `size` numbers that are turned, and what the turned numbers are multiplied by.

    Models that were stretched to longer texts than they were first trained on have them slowed, by the kinds that
    `rope_scaling` names: all alike (linear), the slow ones (llama3; yarn, Peng et al. 2023), each by a factor of its
    own (longrope). Of `dynamic` and `longrope` the angles are those of texts as long as the first training's.
    """
    base = base or config.get("rope_theta", 10000.0)
    scaling = config.get("rope_scaling") or {}
    kind = scaling.get("rope_type", scaling.get("type")) or "default"
    plain = [base ** (-i / size) for i in range(0, size, 2)]
    factor = scaling.get("factor", 1.0)
    if kind in ("default", "dynamic", "mrope"):
        return plain, 1.0
    if kind == "linear":
        return [f / factor for f in plain], 1.0
    if kind == "llama3":
        return [slowed(f, scaling, factor) for f in plain], 1.0
    if kind == "yarn":
        return yarn(config, scaling, plain, size, base)
    if kind in ("longrope", "su"):
        known, most = longest_known(config, scaling), config["max_position_embeddings"]
        factor = most / known if known else factor
        scale = scaling.get("attention_factor")
        if scale is None:
            scale = 1.0 if factor <= 1 else math.sqrt(1 + math.log(factor) / math.log(known or most))
        return [f / s for f, s in zip(plain, scaling["short_factor"])], scale
    raise NotImplementedError(f"rotary positions of the type {scaling} are not read yet")


def slowed(f, scaling, factor):
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    turns = scaling["original_max_position_embeddings"] * f / (2 * math.pi)
    kept = min(max((turns - low) / (high - low), 0.0), 1.0)
    return kept * f + (1 - kept) * f / factor


def yarn(config, scaling, plain, size, base):
    factor = scaling["factor"]
    most = longest_known(config, scaling) or config["max_position_embeddings"]
    scale = scaling.get("attention_factor")
    if scale is None:
        scale = 0.1 * math.log(factor) + 1.0 if factor > 1 else 1.0

    def pair_of(turns):
        """The pair, in parts, that makes so many turns over the known positions."""
        return size * math.log(most / (turns * 2 * math.pi)) / (2 * math.log(base))

    first = max(math.floor(pair_of(scaling.get("beta_fast") or 32)), 0)
    last = min(math.ceil(pair_of(scaling.get("beta_slow") or 1)), size - 1)
    span = (last - first) or 0.001
    out = []
    for i, f in enumerate(plain):
        gone = min(max((i - first) / span, 0.0), 1.0)
        out.append(gone * f / factor + (1 - gone) * f)
    return out, scale


def halves(first, second):
    """The numbers of pairs that are a half apart."""
    return torch.cat([first, second], dim=-1)


def turns(positions, inverse, scale=1.0, joined=halves):
    """Cosines and sines (N, 1, T, size) of the angles at positions (N, T)."""
    angles = positions.float()[:, None, :, None] * inverse[None, None, None, :]
    angles = joined(angles, angles)
    cos, sin = angles.cos(), angles.sin()
    return (cos, sin) if scale == 1.0 else (cos * scale, sin * scale)


def rotate_half(x):
    first, second = x.chunk(2, dim=-1)
    return halves(-second, first)


def turn(x, cos, sin, rotated=rotate_half):
    """The first numbers of each head (N, heads, T, width) turned, as many as there are angles."""
    size = cos.shape[-1]
    if size == x.shape[-1]:
        return x * cos + rotated(x) * sin
    own = x[..., :size]
    return torch.cat([own * cos + rotated(own) * sin, x[..., size:]], dim=-1)
