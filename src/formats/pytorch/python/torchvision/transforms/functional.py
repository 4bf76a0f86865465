"""
torchvision.transforms.functional for models that crop, pad or resize in their forward: the same arithmetic on tensors
[..., height, width]. What it does to pictures of a library of pictures is not read.
"""

import functools
import math

from _vitrine import unknown
from torch import Tensor, _ops
from torch.nn import functional as F


class InterpolationMode:
    NEAREST, NEAREST_EXACT, BILINEAR, BICUBIC = "nearest", "nearest-exact", "bilinear", "bicubic"


def _of_tensors(function):
    """Of what is no tensor nothing is known."""

    @functools.wraps(function)
    def called(img, *arguments, **options):
        if isinstance(img, Tensor):
            return function(img, *arguments, **options)
        return unknown.make(f"torchvision.transforms.functional.{function.__name__}(…)")

    return called


@_of_tensors
def crop(img, top, left, height, width):
    """Beyond the picture there is zero."""
    h, w = img.shape[-2:]
    right, bottom = left + width, top + height
    if left < 0 or top < 0 or right > w or bottom > h:
        img = F.pad(img, [max(-left, 0), max(right - w, 0), max(-top, 0), max(bottom - h, 0)])
        left, top = max(left, 0), max(top, 0)
    return img[..., top : top + height, left : left + width]


@_of_tensors
def center_crop(img, output_size):
    size = [output_size, output_size] if isinstance(output_size, int) else list(output_size)
    height, width = size * 2 if len(size) == 1 else size
    h, w = img.shape[-2:]
    if width > w or height > h:
        img = F.pad(img, [(width - w) // 2 if width > w else 0, (width - w + 1) // 2 if width > w else 0,
                          (height - h) // 2 if height > h else 0, (height - h + 1) // 2 if height > h else 0])
        h, w = img.shape[-2:]
        if width == w and height == h:
            return img
    # Half of an odd rest goes as Python rounds it.
    return crop(img, round((h - height) / 2), round((w - width) / 2), height, width)


@_of_tensors
def resize(img, size, interpolation="bilinear", max_size=None, antialias=True):
    h, w = img.shape[-2:]
    size = [size] if isinstance(size, int) else list(size)
    if len(size) == 1:
        short, long = (w, h) if w <= h else (h, w)
        new_short, new_long = size[0], int(size[0] * long / short)
        size = [new_long, new_short] if w <= h else [new_short, new_long]
    if [h, w] == size:
        return img
    mode = str(getattr(interpolation, "value", interpolation))
    lead = img.shape[:-3]
    x = img if img.ndim == 4 else img.reshape(-1, *img.shape[-3:])
    smooth = mode in ("bilinear", "bicubic")
    made = F.interpolate(x, size=size, mode=mode, align_corners=False if smooth else None,
                         **({"antialias": True} if smooth and antialias else {}))
    return made if img.ndim == 4 else made.reshape(*lead, *made.shape[-3:])


@_of_tensors
def pad(img, padding, fill=0, padding_mode="constant"):
    p = [padding] * 4 if isinstance(padding, int) else list(padding) * (4 // len(padding))
    mode = {"edge": "replicate"}.get(padding_mode, padding_mode)
    return F.pad(img, [p[0], p[2], p[1], p[3]], mode=mode, **({"value": fill} if mode == "constant" else {}))


def normalize(tensor, mean, std, inplace=False):
    from torch import tensor as made

    return (tensor - made(list(mean)).reshape(-1, 1, 1)) / made(list(std)).reshape(-1, 1, 1)


@_of_tensors
def hflip(img):
    return _ops.flip(img, [-1])


@_of_tensors
def vflip(img):
    return _ops.flip(img, [-2])


@_of_tensors
def rgb_to_grayscale(img, num_output_channels=1):
    r, g, b = img.unbind(-3)
    made = (0.2989 * r + 0.587 * g + 0.114 * b).unsqueeze(-3)
    return made if num_output_channels == 1 else _ops.cat([made] * num_output_channels, -3)


def to_tensor(pic):
    return pic


def gaussian_blur(img, kernel_size, sigma=None):
    from torch import tensor as made

    sizes = [kernel_size] * 2 if isinstance(kernel_size, int) else list(kernel_size)
    sigmas = [0.3 * ((k - 1) * 0.5 - 1) + 0.8 for k in sizes] if sigma is None else (
        [float(sigma)] * 2 if isinstance(sigma, (int, float)) else list(sigma) * (2 // len(sigma)))
    lines = []
    for k, s in zip(sizes, sigmas):
        line = [math.exp(-0.5 * ((i - (k - 1) * 0.5) / s) ** 2) for i in range(k)]
        lines.append([v / sum(line) for v in line])
    channels = img.shape[-3]
    kernel = made([[[[y * x for x in lines[0]] for y in lines[1]]]] * channels)
    x = F.pad(img, [sizes[0] // 2, sizes[0] // 2, sizes[1] // 2, sizes[1] // 2], mode="reflect")
    return F.conv2d(x, kernel, groups=channels)


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return unknown.make(f"torchvision.transforms.functional.{name}")
