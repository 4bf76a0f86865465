import numpy as np
import torch
import torch.nn as nn
import torchvision.transforms.functional as TF
from torch.distributions import Bernoulli, Categorical, Independent, Laplace, Normal, TransformedDistribution, Uniform
from torch.distributions import kl_divergence
from torch.distributions.transforms import AffineTransform, TanhTransform


class Squashed(nn.Module):
    """What a policy of continuous actions asks of its distributions; nothing here is drawn."""

    def __init__(self, states=5, actions=3):
        super().__init__()
        self.body = nn.Linear(np.array((states,)).prod(), 8)
        self.mean = nn.Linear(8, actions)
        self.log_std = nn.Parameter(torch.zeros(1, actions))

    def forward(self, x):
        h = torch.tanh(self.body(x))
        mean = self.mean(h)
        normal = Normal(mean, self.log_std.expand_as(mean).exp())
        action = 0.9 * torch.tanh(mean + 0.1)
        squashed = TransformedDistribution(normal, [TanhTransform(), AffineTransform(0.1, 2.0)])
        wide = Independent(Normal(torch.zeros_like(mean), 2.0), 1)
        return (
            normal.log_prob(action).sum(axis=-1, keepdims=True),
            normal.entropy(),
            normal.cdf(action),
            squashed.log_prob(action),
            Independent(normal, 1).log_prob(action),
            kl_divergence(Independent(normal, 1), wide),
            Laplace(mean, 0.5).log_prob(action),
            Uniform(mean - 3, mean + 3).entropy(),
        )


class Discrete(nn.Module):
    def __init__(self, states=4, actions=3):
        super().__init__()
        self.policy = nn.Linear(states, actions)
        self.gate = nn.Linear(states, 2)

    def forward(self, x):
        logits = self.policy(x)
        one, other = Categorical(logits=logits), Categorical(probs=torch.softmax(-logits, -1))
        flag = Bernoulli(logits=self.gate(x))
        best = one.probs.argmax(-1)
        return (
            one.log_prob(best),
            one.entropy(),
            other.logits,
            kl_divergence(one, other),
            flag.log_prob((flag.probs > 0.5).float()),
            flag.entropy(),
            kl_divergence(flag, Bernoulli(probs=torch.full_like(flag.probs, 0.3))),
        )


class Cropped(nn.Module):
    """A U-Net's crop, statistics of single samples that are kept, and a layer that is there while it trains."""

    def __init__(self):
        super().__init__()
        self.norm = nn.InstanceNorm2d(3, affine=True, track_running_stats=True)
        self.conv = nn.Conv2d(3, 4, 3)
        if self.training:
            self.aux = nn.Conv2d(4, 2, 1)

    def forward(self, x):
        y = self.conv(self.norm(x))
        skip = TF.center_crop(x, [y.shape[-2] - 1, y.shape[-1]])
        small = TF.resize(x, [5, 6])
        return y, skip, small, TF.pad(TF.hflip(small), [1, 2]), TF.rgb_to_grayscale(x)
