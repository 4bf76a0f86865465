"""
What decoders of text share. A model's `forward` is written once, over the places of its tokens: all of a text at once
(`Whole`), or a few new ones behind those of which keys and values were kept (`Step`).
"""

import torch

from cache import Places


class Whole:
    """All tokens of a text, of which nothing was kept before."""

    def __init__(self, input_ids):
        #: (1, T)
        self.positions = torch.arange(input_ids.shape[1], device=input_ids.device)[None, :]
        #: (1, T, T): how far behind a token another one is; what comes later is below zero.
        self.distance = self.positions[:, :, None] - self.positions[:, None, :]
        #: (1, 1, T, T)
        self.hidden = (self.distance < 0)[:, None]

    def keep(self, key, value):
        return key, value


class Step(Places):
    """New tokens (N, T) at `positions` behind those whose keys and values are in `past`, layer by layer."""

    def __init__(self, positions, past):
        super().__init__(positions, past[0])
        self.positions = positions
        self.past = list(past)
        #: Keys and values of all tokens so far, for the next step.
        self.now = []

    def keep(self, key, value):
        key, value = self.put(self.past.pop(0), key), self.put(self.past.pop(0), value)
        self.now += [key, value]
        return key, value


def hidden_beyond(places, window):
    """What a token may not look at: what comes later, and what is `window` tokens or more behind it."""
    if window is None:
        return places.hidden
    return places.hidden | (places.distance >= window)[:, None]


def attend(query, key, value, hidden, scale, bias=None, cap=None, dropout=None):
    """
    Queries (N, heads, T, width) over keys and values (N, groups, C, width); as many heads share a group.

    cap: scores are kept softly within ±cap.
    """
    heads, groups = query.shape[1], key.shape[1]
    if groups != heads:
        key = key.repeat_interleave(heads // groups, dim=1)
        value = value.repeat_interleave(heads // groups, dim=1)
    scores = query @ key.transpose(-1, -2) * scale
    if cap is not None:
        scores = torch.tanh(scores / cap) * cap
    if bias is not None:
        scores = scores + bias
    weights = torch.softmax(scores.masked_fill(hidden, float("-inf")), dim=-1)
    return (weights if dropout is None else dropout(weights)) @ value


def alibi(heads, places):
    """
    Linear biases of the distance (Press et al. 2021), each head with a slope of its own: (N, heads, T, C).
    """
    whole = 2 ** (heads.bit_length() - 1)
    slopes = [2.0 ** (-8.0 * (i + 1) / whole) for i in range(whole)]
    # Where the number of heads is no power of two, every other slope of twice as many.
    slopes += [2.0 ** (-4.0 * (2 * i + 1) / whole) for i in range(heads - whole)]
    return -places.distance.float()[:, None] * torch.tensor(slopes)[None, :, None, None]


class CausalLM:
    """Scores of the token behind each: of `body` (tokens and places -> stream) by `scores`."""

    def body(self, input_ids, places):
        return self.model(input_ids, places)

    def scores(self, x):
        return self.lm_head(x)

    def forward(self, input_ids):
        return self.scores(self.body(input_ids, Whole(input_ids)))


class StepLM:
    """The scores behind the last of some new tokens, with what was kept of those before them."""

    def forward(self, input_ids, positions, *past):
        places = Step(positions, past)
        x = self.body(input_ids, places)
        return self.scores(x[:, -1]), *places.now


class LastTokenClassifier:
    """Classes by the last token; rows are of one length."""

    def body(self, input_ids, places):
        return self.model(input_ids, places)

    def forward(self, input_ids):
        return self.score(self.body(input_ids, Whole(input_ids))[:, -1])
