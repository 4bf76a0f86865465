"""
torch.distributions: what policies and variational models ask of them, as PyTorch computes it (torch 2.5). Samples are drawn
anew at each run; densities, entropies and divergences are plain arithmetic that has gradients.
"""

import math
import sys

from _vitrine import trace

from . import _make, _ops
from ._tensor import Size, Tensor, get_default_dtype
from .nn import functional as F


def _tensors(*values):
    """Numbers and tensors as tensors of one shape."""
    given = [v for v in values if isinstance(v, Tensor)]
    made = [v if isinstance(v, Tensor) else _make.tensor(float(v), dtype=given[0].dtype if given else get_default_dtype())
            for v in values]
    return _ops.broadcast_tensors(*made) if len(made) > 1 else made


def _drawn(draw, like, sample_shape):
    """Noise of the sample's form."""
    return draw(like.expand(*sample_shape, *like.shape) if sample_shape else like)


def _last(x, n):
    """The sum over the last n dimensions."""
    return x.sum(list(range(-n, 0))) if n else x


class Distribution:
    has_rsample = False
    has_enumerate_support = False
    arg_constraints = {}

    def __init__(self, batch_shape=(), event_shape=(), validate_args=None):
        self._batch_shape, self._event_shape = Size(batch_shape), Size(event_shape)

    batch_shape = property(lambda self: self._batch_shape)
    event_shape = property(lambda self: self._event_shape)

    @staticmethod
    def set_default_validate_args(value):
        pass

    def _extended_shape(self, sample_shape=()):
        return Size([*sample_shape, *self._batch_shape, *self._event_shape])

    def sample(self, sample_shape=()):
        return _ops.detach(self.rsample(sample_shape))

    def sample_n(self, n):
        return self.sample((n,))

    @property
    def stddev(self):
        return _ops.sqrt(self.variance)

    def perplexity(self):
        return _ops.exp(self.entropy())

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        raise trace.Unsupported(f"{name} of torch.distributions.{type(self).__name__} is not known to Vitrine yet.")


class ExponentialFamily(Distribution):
    pass


class _LocScale(ExponentialFamily):
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self.loc, self.scale = _tensors(loc, scale)
        super().__init__(self.loc.shape)

    def expand(self, batch_shape, _instance=None):
        return type(self)(self.loc.expand(batch_shape), self.scale.expand(batch_shape))


class Normal(_LocScale):
    mean = mode = property(lambda self: self.loc)
    stddev = property(lambda self: self.scale)
    variance = property(lambda self: self.scale * self.scale)

    def rsample(self, sample_shape=()):
        return self.loc + _drawn(_make.randn_like, self.loc, sample_shape) * self.scale

    def log_prob(self, value):
        return -((value - self.loc) ** 2) / (2 * self.variance) - _ops.log(self.scale) - math.log(math.sqrt(2 * math.pi))

    def entropy(self):
        return 0.5 + 0.5 * math.log(2 * math.pi) + _ops.log(self.scale)

    def cdf(self, value):
        return 0.5 * (1 + _ops.erf((value - self.loc) / (self.scale * math.sqrt(2))))


class LogNormal(Normal):
    mean = property(lambda self: _ops.exp(self.loc + self.scale * self.scale / 2))
    mode = property(lambda self: _ops.exp(self.loc - self.scale * self.scale))

    def rsample(self, sample_shape=()):
        return _ops.exp(super().rsample(sample_shape))

    def log_prob(self, value):
        logarithm = _ops.log(value)
        return super().log_prob(logarithm) - logarithm

    def entropy(self):
        return super().entropy() + self.loc


class Laplace(_LocScale):
    mean = mode = property(lambda self: self.loc)
    variance = property(lambda self: 2 * self.scale * self.scale)

    def rsample(self, sample_shape=()):
        u = _drawn(_make.rand_like, self.loc, sample_shape) - 0.5
        return self.loc - self.scale * _ops.sign(u) * _ops.log(1 - 2 * _ops.abs(u))

    def log_prob(self, value):
        return -_ops.log(2 * self.scale) - _ops.abs(value - self.loc) / self.scale

    def entropy(self):
        return 1 + _ops.log(2 * self.scale)


class Gumbel(_LocScale):
    mean = property(lambda self: self.loc + self.scale * 0.57721566490153286060)

    def rsample(self, sample_shape=()):
        return self.loc - self.scale * _ops.log(-_ops.log(_drawn(_make.rand_like, self.loc, sample_shape)))

    def log_prob(self, value):
        y = (self.loc - value) / self.scale
        return (y - _ops.exp(y)) - _ops.log(self.scale)


class Uniform(Distribution):
    has_rsample = True

    def __init__(self, low, high, validate_args=None):
        self.low, self.high = _tensors(low, high)
        super().__init__(self.low.shape)

    mean = property(lambda self: (self.high + self.low) / 2)
    variance = property(lambda self: (self.high - self.low) ** 2 / 12)

    def rsample(self, sample_shape=()):
        return self.low + _drawn(_make.rand_like, self.low, sample_shape) * (self.high - self.low)

    def log_prob(self, value):
        inside = (self.low <= value) & (self.high > value)
        return _ops.log(inside.to(self.low.dtype)) - _ops.log(self.high - self.low)

    def entropy(self):
        return _ops.log(self.high - self.low)


class Exponential(ExponentialFamily):
    has_rsample = True

    def __init__(self, rate, validate_args=None):
        (self.rate,) = _tensors(rate)
        super().__init__(self.rate.shape)

    mean = property(lambda self: 1 / self.rate)
    variance = property(lambda self: self.rate ** -2)

    def rsample(self, sample_shape=()):
        return -_ops.log(1 - _drawn(_make.rand_like, self.rate, sample_shape)) / self.rate

    def log_prob(self, value):
        return _ops.log(self.rate) - self.rate * value

    def entropy(self):
        return 1 - _ops.log(self.rate)


def _one_of(probs, logits):
    if (probs is None) == (logits is None):
        raise ValueError("Either `probs` or `logits` must be specified, but not both.")


class Bernoulli(ExponentialFamily):
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        _one_of(probs, logits)
        (given,) = _tensors(probs if logits is None else logits)
        self.probs, self.logits = (given, _logit(given)) if logits is None else (_ops.sigmoid(given), given)
        super().__init__(given.shape)

    mean = property(lambda self: self.probs)
    mode = property(lambda self: (self.probs >= 0.5).to(self.probs.dtype))
    variance = property(lambda self: self.probs * (1 - self.probs))

    def sample(self, sample_shape=()):
        return _ops.detach(_drawn(_ops.bernoulli, self.probs, sample_shape))

    def log_prob(self, value):
        logits, value = _ops.broadcast_tensors(self.logits, value)
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self):
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")


def _inside(probs):
    """Probabilities that have a finite logarithm, and so has what is left of them to 1."""
    eps = 1.1920928955078125e-07
    return _ops.clamp(probs, min=eps, max=1 - eps)


def _logit(probs):
    clamped = _inside(probs)
    return _ops.log(clamped) - _ops.log1p(-clamped)


class Categorical(Distribution):
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        _one_of(probs, logits)
        if logits is None:
            self.probs = probs / probs.sum(-1, keepdim=True)
            self.logits = _ops.log(_inside(self.probs))
        else:
            self.logits = logits - logits.logsumexp(-1, keepdim=True)
            self.probs = F.softmax(self.logits, -1)
        self._num_events = self.logits.shape[-1]
        super().__init__(self.logits.shape[:-1])

    mode = property(lambda self: self.probs.argmax(-1))
    param_shape = property(lambda self: self.logits.shape)

    def sample(self, sample_shape=()):
        count = math.prod(sample_shape)
        flat = self.probs.reshape(-1, self._num_events)
        drawn = _ops.multinomial(flat, count, True)
        return _ops.detach(_ops.transpose(drawn, 0, 1).reshape(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        value = value.long().unsqueeze(-1)
        shape = _ops.broadcast_shapes(value.shape[:-1], self.logits.shape[:-1])
        logits = self.logits.expand(*shape, self._num_events)
        return logits.gather(-1, value.expand(*shape, 1)).squeeze(-1)

    def entropy(self):
        return -(_ops.clamp(self.logits, min=-3.4028234663852886e38) * self.probs).sum(-1)


class OneHotCategorical(Distribution):
    def __init__(self, probs=None, logits=None, validate_args=None):
        self._categorical = Categorical(probs, logits)
        super().__init__(self._categorical.batch_shape, [self._categorical._num_events])

    probs = mean = property(lambda self: self._categorical.probs)
    logits = property(lambda self: self._categorical.logits)

    def sample(self, sample_shape=()):
        return F.one_hot(self._categorical.sample(sample_shape), self._categorical._num_events).to(self.probs.dtype)

    def log_prob(self, value):
        return self._categorical.log_prob(value.argmax(-1))

    def entropy(self):
        return self._categorical.entropy()


class OneHotCategoricalStraightThrough(OneHotCategorical):
    has_rsample = True

    def rsample(self, sample_shape=()):
        return self.sample(sample_shape) + (self.probs - _ops.detach(self.probs))


class RelaxedOneHotCategorical(Distribution):
    has_rsample = True

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        self.temperature, self._categorical = temperature, Categorical(probs, logits)
        super().__init__(self._categorical.batch_shape, [self._categorical._num_events])

    probs = property(lambda self: self._categorical.probs)
    logits = property(lambda self: self._categorical.logits)

    def rsample(self, sample_shape=()):
        gumbels = -_ops.log(-_ops.log(_drawn(_make.rand_like, self.logits, sample_shape)))
        return F.softmax((self.logits + gumbels) / self.temperature, -1)


class Independent(Distribution):
    def __init__(self, base_distribution, reinterpreted_batch_ndims, validate_args=None):
        shape, n = base_distribution.batch_shape, reinterpreted_batch_ndims
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, n
        super().__init__(shape[: len(shape) - n], [*shape[len(shape) - n :], *base_distribution.event_shape])

    has_rsample = property(lambda self: self.base_dist.has_rsample)
    mean = property(lambda self: self.base_dist.mean)
    mode = property(lambda self: self.base_dist.mode)
    variance = property(lambda self: self.base_dist.variance)

    def sample(self, sample_shape=()):
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape=()):
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value):
        return _last(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self):
        return _last(self.base_dist.entropy(), self.reinterpreted_batch_ndims)


class MultivariateNormal(Distribution):
    """By its Cholesky factor; of a covariance the factor would have to be computed."""

    has_rsample = True

    def __init__(self, loc, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None):
        self._factor, self.loc = scale_tril, loc
        super().__init__(loc.shape[:-1], loc.shape[-1:])

    mean = mode = property(lambda self: self.loc)

    @property
    def scale_tril(self):
        if self._factor is None:
            raise trace.Unsupported("A normal distribution of several values by its covariance matrix is not read yet: "
                                    "give scale_tril, or Independent(Normal(loc, scale), 1) where it is diagonal.")
        return self._factor

    def rsample(self, sample_shape=()):
        noise = _drawn(_make.randn_like, self.loc, sample_shape)
        return self.loc + _ops.matmul(self.scale_tril, noise.unsqueeze(-1)).squeeze(-1)

    def entropy(self):
        half = _ops.log(_ops.diagonal(self.scale_tril, 0, -2, -1)).sum(-1)
        return 0.5 * self.loc.shape[-1] * (1.0 + math.log(2 * math.pi)) + half


class Transform:
    def __call__(self, x):
        return self._call(x)

    @property
    def inv(self):
        return _Inverse(self)


class _Inverse(Transform):
    def __init__(self, of):
        self._of = of

    def _call(self, y):
        return self._of._inverse(y)

    def _inverse(self, x):
        return self._of._call(x)

    def log_abs_det_jacobian(self, x, y):
        return -self._of.log_abs_det_jacobian(y, x)


class ExpTransform(Transform):
    def _call(self, x):
        return _ops.exp(x)

    def _inverse(self, y):
        return _ops.log(y)

    def log_abs_det_jacobian(self, x, y):
        return x


class SigmoidTransform(Transform):
    def _call(self, x):
        return _ops.sigmoid(x)

    def _inverse(self, y):
        return _logit(y)

    def log_abs_det_jacobian(self, x, y):
        return -F.softplus(-x) - F.softplus(x)


class TanhTransform(Transform):
    def __init__(self, cache_size=0):
        pass

    def _call(self, x):
        return _ops.tanh(x)

    def _inverse(self, y):
        return _ops.atanh(y)

    def log_abs_det_jacobian(self, x, y):
        return 2.0 * (math.log(2.0) - x - F.softplus(-2.0 * x))


class AffineTransform(Transform):
    def __init__(self, loc, scale, event_dim=0, cache_size=0):
        self.loc, self.scale = loc, scale

    def _call(self, x):
        return self.loc + self.scale * x

    def _inverse(self, y):
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x, y):
        scale = self.scale
        size = _ops.log(_ops.abs(scale)) if isinstance(scale, Tensor) else math.log(abs(scale))
        return _make.zeros_like(x) + size


class ComposeTransform(Transform):
    def __init__(self, parts, cache_size=0):
        self.parts = list(parts)

    def _call(self, x):
        for part in self.parts:
            x = part(x)
        return x

    def _inverse(self, y):
        for part in reversed(self.parts):
            y = part._inverse(y)
        return y

    def log_abs_det_jacobian(self, x, y):
        total = 0.0
        for part in self.parts:
            after = part(x)
            total, x = total + part.log_abs_det_jacobian(x, after), after
        return total


class TransformedDistribution(Distribution):
    def __init__(self, base_distribution, transforms, validate_args=None):
        self.base_dist = base_distribution
        self.transforms = [transforms] if isinstance(transforms, Transform) else list(transforms)
        super().__init__(base_distribution.batch_shape, base_distribution.event_shape)

    has_rsample = property(lambda self: self.base_dist.has_rsample)

    def _through(self, x):
        for transform in self.transforms:
            x = transform(x)
        return x

    def sample(self, sample_shape=()):
        return self._through(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape=()):
        return self._through(self.base_dist.rsample(sample_shape))

    def log_prob(self, value):
        y, total = value, 0.0
        for transform in reversed(self.transforms):
            x = transform._inverse(y)
            total = total - _last(transform.log_abs_det_jacobian(x, y), len(self.event_shape))
            y = x
        return total + self.base_dist.log_prob(y)


def kl_divergence(p, q):
    if isinstance(p, Independent) and isinstance(q, Independent):
        return _last(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)
    if type(p) is type(q) and isinstance(p, Normal):
        ratio = (p.scale / q.scale) ** 2
        return 0.5 * (ratio + ((p.loc - q.loc) / q.scale) ** 2 - 1 - _ops.log(ratio))
    if isinstance(p, (Categorical, OneHotCategorical)) and isinstance(q, type(p)):
        return (p.probs * (p.logits - q.logits)).sum(-1)
    if isinstance(p, Bernoulli) and isinstance(q, Bernoulli):
        positive = p.probs * (F.softplus(-q.logits) - F.softplus(-p.logits))
        return positive + (1 - p.probs) * (F.softplus(q.logits) - F.softplus(p.logits))
    raise trace.Unsupported(
        f"kl_divergence of {type(p).__name__} and {type(q).__name__} is not known to Vitrine yet.")


def register_kl(*_):
    return lambda function: function


_PARTS = {
    "distribution": ("Distribution",), "normal": ("Normal",), "categorical": ("Categorical",), "bernoulli": ("Bernoulli",),
    "uniform": ("Uniform",), "kl": ("kl_divergence", "register_kl"), "independent": ("Independent",),
    "multivariate_normal": ("MultivariateNormal",), "one_hot_categorical": ("OneHotCategorical",),
    "transformed_distribution": ("TransformedDistribution",), "log_normal": ("LogNormal",), "laplace": ("Laplace",),
    "relaxed_categorical": ("RelaxedOneHotCategorical",), "exponential": ("Exponential",), "gumbel": ("Gumbel",),
    "transforms": ("Transform", "ExpTransform", "SigmoidTransform", "TanhTransform", "AffineTransform", "ComposeTransform"),
    "utils": (),
}


def install(submodule):
    """torch.distributions.normal and its like, which hold one class each."""
    own = globals()
    for part, names in _PARTS.items():
        own[part] = submodule(f"distributions.{part}", **{n: own[n] for n in names})


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.attribute("torch.distributions", name)


sys.modules[__name__].__path__ = []
