"""Mixtures of experts (Shazeer et al. 2017): each token is sent to a few of many units."""

import torch


def shares(scores, most, normed):
    """
    How much of each expert a token takes (..., experts): of the `most` likeliest by the router's scores, of others none.
    """
    chances, chosen = torch.softmax(scores, dim=-1).topk(most, dim=-1)
    if normed:
        chances = chances / chances.sum(-1, keepdim=True)
    experts = torch.arange(scores.shape[-1])
    return (chances[..., None] * (chosen[..., None] == experts).float()).sum(-2)


def mixed(experts, shares, x):
    """What all experts say, by their shares: those that a token does not take count for nothing."""
    return sum(expert(x) * shares[..., i : i + 1] for i, expert in enumerate(experts))
