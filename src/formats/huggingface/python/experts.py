"""Mixtures of experts (Shazeer et al. 2017): each token is sent to a few of many units."""

import torch
from torch import nn

from llama import LlamaMLP


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


class QwenMoeBlock(nn.Module):
    """Llama's units as experts, by the names that Qwen gives their numbers; `usual` ones where they are left out."""

    usual_experts, usual_most, usual_inner = 128, 8, 768

    def __init__(self, config):
        super().__init__()
        count = config.get("num_experts", self.usual_experts)
        inner = config.get("moe_intermediate_size", self.usual_inner)
        self.most = config.get("num_experts_per_tok", self.usual_most)
        self.is_normed = config.get("norm_topk_prob", False)
        self.gate = nn.Linear(config["hidden_size"], count, bias=False)
        self.experts = nn.ModuleList([LlamaMLP({**config, "intermediate_size": inner}) for _ in range(count)])

    def forward(self, x):
        return mixed(self.experts, shares(self.gate(x), self.most, self.is_normed), x)


def qwen_units(block, config, index):
    """A mixture, or plain units in the layers that are to have them."""
    is_sparse = (
        index not in (config.get("mlp_only_layers") or [])
        and config.get("num_experts", block.usual_experts) > 0
        and (index + 1) % config.get("decoder_sparse_step", 1) == 0
    )
    return block(config) if is_sparse else LlamaMLP(config)
