"""F.multi_head_attention_forward: attention whose weights a file holds itself."""

import math

from _vitrine import trace

from .. import _make, _ops
from .._tensor import bool_
from . import functional as F


def multi_head_attention_forward(
    query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v, add_zero_attn,
    dropout_p, out_proj_weight, out_proj_bias, training=True, key_padding_mask=None, need_weights=True, attn_mask=None,
    use_separate_proj_weight=False, q_proj_weight=None, k_proj_weight=None, v_proj_weight=None, static_k=None,
    static_v=None, average_attn_weights=True, is_causal=False,
):
    """Tensors are [T, N, E], as PyTorch has them here; returns the output and the weights, or None for these."""
    if static_k is not None or static_v is not None:
        raise trace.Unsupported("static_k and static_v of F.multi_head_attention_forward are not read yet")
    t, n, width = query.shape
    if isinstance(width, int) and width != embed_dim_to_check:
        raise trace.ShapeMismatch(f"was expecting embedding dimension of {embed_dim_to_check}, but got {width}")
    head = width // num_heads
    if use_separate_proj_weight:
        projections = (q_proj_weight, k_proj_weight, v_proj_weight)
    else:
        projections = _ops.chunk(in_proj_weight, 3, 0)
    biases = (None,) * 3 if in_proj_bias is None else _ops.chunk(in_proj_bias, 3, 0)
    q, k, v = (F.linear(x, w, b) for x, w, b in zip((query, key, value), projections, biases))
    added = 0
    if bias_k is not None:
        k, v = (_ops.cat([x, _ops.repeat(b, 1, n, 1)]) for x, b in ((k, bias_k), (v, bias_v)))
        added += 1
    if add_zero_attn:
        k, v = (_ops.cat([x, _make.zeros(1, n, width)]) for x in (k, v))
        added += 1
    s = k.shape[0]
    # [N, heads, T, head]
    q, k, v = (_ops.permute(_ops.reshape(x, length, n, num_heads, head), 1, 2, 0, 3) for x, length in ((q, t), (k, s), (v, s)))
    scores = _ops.matmul(q * (1 / math.sqrt(head)), _ops.transpose(k, -2, -1))
    if attn_mask is not None:
        if attn_mask.ndim == 3:
            attn_mask = _ops.reshape(attn_mask, n, num_heads, t, s - added)
        scores = _masked(scores, F.pad(attn_mask, (0, added)) if added else attn_mask)
    if key_padding_mask is not None:
        mask = F.pad(key_padding_mask, (0, added)) if added else key_padding_mask
        scores = _masked(scores, _ops.reshape(mask, n, 1, 1, s))
    weights = F.dropout(_ops.softmax(scores, -1), dropout_p, training)
    mixed = _ops.reshape(_ops.permute(_ops.matmul(weights, v), 2, 0, 1, 3), t, n, width)
    output = F.linear(mixed, out_proj_weight, out_proj_bias)
    if not need_weights:
        return output, None
    return output, _ops.mean(weights, 1) if average_attn_weights else weights


def _masked(scores, mask):
    return _ops.masked_fill(scores, mask, -math.inf) if mask.dtype is bool_ else scores + mask
