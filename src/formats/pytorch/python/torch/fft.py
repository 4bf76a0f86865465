"""
torch.fft: the discrete Fourier transforms, as products with the matrices of their cosines and sines. That is n² and not
n log n, and for the lengths that models transform it is what the kernels do fastest.
"""

import math

from . import _complex, _make, _ops
from ._complex import Complex, as_complex, pair


def _waves(rows, columns, n):
    """Cosine and sine of 2 pi j k / n for j below rows and k below columns; whole turns are taken off before."""
    j, k = _make.arange(rows), _make.arange(columns)
    turns = _ops.remainder(_ops.mul(_ops.unsqueeze(j, 1), _ops.unsqueeze(k, 0)), n)
    phase = _ops.mul(_ops.div(turns, n), 2 * math.pi)
    return _ops.cos(phase), _ops.sin(phase)


def _fitted(x, n, dim):
    """The tensor with exactly n places along a dimension: cut, or filled up with zeros."""
    length = x.shape[dim]
    if isinstance(length, int) and isinstance(n, int) and length < n:
        shape = list(x.shape)
        shape[dim] = n - length
        more = _make.zeros(*shape)
        return _ops.cat([x, as_complex(more) if isinstance(x, Complex) else more], dim)
    if length is n or isinstance(length, int) and length == n:
        return x
    return _ops.narrow(x, dim, 0, n)


def _scale(x, n, norm, inverse):
    if norm not in (None, "backward", "ortho", "forward"):
        raise RuntimeError(f'Invalid normalization mode: "{norm}"')
    if norm == "ortho":
        return _ops.div(x, math.sqrt(n) if isinstance(n, int) else _ops.sqrt(_make.scalar(n, _ops.float32)))
    return _ops.div(x, n) if inverse is (norm != "forward") else x


def _along(x, dim, function):
    """Applies a function of the last dimension to another one."""
    at = _ops.axis(dim, x.ndim)
    if at == x.ndim - 1:
        return function(x)
    return _ops.transpose(function(_ops.transpose(x, at, -1)), at, -1)


def _checked(n):
    if isinstance(n, int) and n < 1:
        raise RuntimeError(f"Invalid number of data points ({n}) specified")
    return n


def rfft(input, n=None, dim=-1, norm=None, *, out=None):
    if isinstance(input, Complex):
        raise RuntimeError("rfft expects a real input tensor, but got ComplexFloat")
    n = _checked(input.shape[dim] if n is None else n)

    def transformed(x):
        cosine, sine = _waves(n, n // 2 + 1, n)
        return pair(_ops.matmul(x, cosine), _ops.neg(_ops.matmul(x, sine)))

    x = _ops.cast(input, _ops.float32)
    return _scale(_along(_fitted(x, n, dim), dim, transformed), n, norm, False)


def irfft(input, n=None, dim=-1, norm=None, *, out=None):
    n = _checked((input.shape[dim] - 1) * 2 if n is None else n)
    half = n // 2 + 1

    def transformed(x):
        cosine, sine = _waves(half, n, n)
        k = _make.arange(half)
        # Each of the others stands for its mirror image, too.
        ends = _ops.logical_or(_ops.eq(k, 0), _ops.eq(_ops.mul(k, 2), n))
        weight = _ops.where(ends, 1.0, 2.0)
        first, second = x._pair
        return _ops.sub(_ops.matmul(_ops.mul(first, weight), cosine), _ops.matmul(_ops.mul(second, weight), sine))

    return _scale(_along(_fitted(as_complex(input), half, dim), dim, transformed), n, norm, True)


def _full(input, n, dim, norm, inverse):
    n = _checked(input.shape[dim] if n is None else n)

    def transformed(x):
        cosine, sine = _waves(n, n, n)
        return _ops.matmul(x, pair(cosine, sine if inverse else _ops.neg(sine)))

    return _scale(_along(_fitted(as_complex(input), n, dim), dim, transformed), n, norm, inverse)


def fft(input, n=None, dim=-1, norm=None, *, out=None):
    return _full(input, n, dim, norm, False)


def ifft(input, n=None, dim=-1, norm=None, *, out=None):
    return _full(input, n, dim, norm, True)


def _dims(input, s, dim):
    if dim is None:
        dim = range(-(len(s) if s is not None else input.ndim), 0)
    dim = [dim] if isinstance(dim, int) else list(dim)
    lengths = [None] * len(dim) if s is None else [None if n == -1 else n for n in s]
    if len(lengths) != len(dim):
        raise RuntimeError("When dim and shape were both given, they must have the same length")
    return list(zip(dim, lengths))


def fftn(input, s=None, dim=None, norm=None, *, out=None):
    for d, n in _dims(input, s, dim):
        input = fft(input, n, d, norm)
    return input


def ifftn(input, s=None, dim=None, norm=None, *, out=None):
    for d, n in _dims(input, s, dim):
        input = ifft(input, n, d, norm)
    return input


def rfftn(input, s=None, dim=None, norm=None, *, out=None):
    *others, (last, n) = _dims(input, s, dim)
    input = rfft(input, n, last, norm)
    for d, n in others:
        input = fft(input, n, d, norm)
    return input


def irfftn(input, s=None, dim=None, norm=None, *, out=None):
    *others, (last, n) = _dims(input, s, dim)
    for d, m in others:
        input = ifft(input, m, d, norm)
    return irfft(input, n, last, norm)


def fft2(input, s=None, dim=(-2, -1), norm=None, *, out=None):
    return fftn(input, s, dim, norm)


def ifft2(input, s=None, dim=(-2, -1), norm=None, *, out=None):
    return ifftn(input, s, dim, norm)


def rfft2(input, s=None, dim=(-2, -1), norm=None, *, out=None):
    return rfftn(input, s, dim, norm)


def irfft2(input, s=None, dim=(-2, -1), norm=None, *, out=None):
    return irfftn(input, s, dim, norm)


def _shifted(input, dim, back):
    dims = range(input.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    for d in dims:
        half = input.shape[d] // 2
        input = _ops.roll(input, half - input.shape[d] if back else half, d)
    return input


def fftshift(input, dim=None):
    return _shifted(input, dim, False)


def ifftshift(input, dim=None):
    return _shifted(input, dim, True) if not isinstance(input, Complex) else pair(*[_shifted(p, dim, True) for p in input._pair])


def fftfreq(n, d=1.0, **_):
    return _make.tensor([(k if k < (n + 1) // 2 else k - n) / (n * d) for k in range(n)])


def rfftfreq(n, d=1.0, **_):
    return _ops.div(_make.arange(n // 2 + 1), n * d)


def stft(input, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode="reflect", normalized=False,
         onesided=None, return_complex=None, **_):
    """torch.stft: frames of a signal, weighted by a window, transformed; [N, frequencies, frames]."""
    from .nn import functional as F

    hop, length = hop_length or n_fft // 4, win_length or n_fft
    window = _make.ones(length) if window is None else window
    if length < n_fft:
        left = (n_fft - length) // 2
        window = F.pad(window, (left, n_fft - length - left))
    flat = input.ndim == 1
    x = _ops.unsqueeze(input, 0) if flat else input
    if center:
        x = _ops.squeeze(F.pad(_ops.unsqueeze(x, 1), (n_fft // 2, n_fft // 2), mode=pad_mode), 1)
    frames = _ops.mul(_ops.unfold(x, -1, n_fft, hop), window)
    made = rfft(frames) if onesided is not False else fft(frames)
    made = _ops.transpose(made, -1, -2)
    if normalized:
        made = _ops.div(made, math.sqrt(n_fft))
    made = _ops.squeeze(made, 0) if flat else made
    return made if return_complex else _complex.view_as_real(made)


def __getattr__(name):
    from _vitrine import unknown

    return unknown.attribute("torch.fft", name)
