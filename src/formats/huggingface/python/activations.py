"""Activations by the names that `config.json` gives them."""

import torch
import torch.nn.functional as F


def gelu_tanh(x):
    return F.gelu(x, approximate="tanh")


def quick_gelu(x):
    return x * torch.sigmoid(1.702 * x)


ACTIVATIONS = {
    "gelu": F.gelu,
    "gelu_new": gelu_tanh,
    "gelu_fast": gelu_tanh,
    "gelu_pytorch_tanh": gelu_tanh,
    "quick_gelu": quick_gelu,
    "relu": F.relu,
    "silu": F.silu,
    "swish": F.silu,
    "tanh": torch.tanh,
    "mish": F.mish,
}


def activation(name):
    if name not in ACTIVATIONS:
        raise ValueError(f"the activation {name} is none of {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]


def number_of_labels(config):
    labels = config.get("id2label")
    return len(labels) if labels else config.get("num_labels", 2)


def unfilled(config, input_ids, attention_mask):
    """
    The mask that was given; else, for training on texts that are filled up to one length, one that leaves out the
    token `mask_padding` of the configuration.
    """
    filling = config.get("mask_padding")
    if attention_mask is not None or filling is None:
        return attention_mask
    return (input_ids != filling).long()


def split_heads(x, heads):
    """(N, T, heads * width) -> (N, heads, T, width)"""
    batch, length, width = x.shape
    return x.view(batch, length, heads, width // heads).transpose(1, 2)


def merge_heads(x):
    """(N, heads, T, width) -> (N, T, heads * width)"""
    batch, heads, length, width = x.shape
    return x.transpose(1, 2).reshape(batch, length, heads * width)
