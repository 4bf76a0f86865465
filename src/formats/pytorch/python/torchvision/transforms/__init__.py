"""
torchvision.transforms for scripts: what is done to one picture is done to all of them at once. A transform that draws
by chance, or that only knows single pictures, is refused where data go through it.
"""

from _vitrine import trace, unknown

from . import functional  # noqa: F401
from .._folder import Plan, shortened
from .functional import InterpolationMode  # noqa: F401


class Pictures:
    """All pictures of a data set: bytes [rows, channels, height, width], or what became of them."""

    def __init__(self, tensor):
        self.tensor = tensor

    @property
    def size(self):
        return self.tensor.shape[-2:]


def refuse(what, why):
    from _vitrine.script import NotSeen

    raise NotSeen(f"transforms.{what} {why}", trace.here())


class _Transform:
    def __init__(self, *arguments, **options):
        self._arguments, self._options = arguments, options

    def __call__(self, picture):
        if isinstance(picture, Pictures):
            return self._all(picture)
        if isinstance(picture, Plan):
            return self._plan(picture)
        return unknown.make(f"torchvision.transforms.{type(self).__name__}(…)")

    def _plan(self, plan):
        """The same to pictures that stay in their folder."""
        refuse(type(self).__name__, "is not read: leave it out, or do it in the model's forward.")

    def _all(self, pictures):
        refuse(type(self).__name__, "is not read: write the pictures as they should be, or name the data in an experiment "
                                    "file with \"kind\": \"images\".")


class Compose(_Transform):
    def __init__(self, transforms=()):
        self.transforms = list(transforms)

    def __call__(self, picture):
        for t in self.transforms:
            picture = t(picture)
        return picture


class ToTensor(_Transform):
    def _all(self, pictures):
        return Pictures(pictures.tensor.float() / 255)

    def _plan(self, plan):
        plan.sized()
        plan.numbers = True
        return plan


class _Scaled(ToTensor):
    def __init__(self, dtype=None, scale=True, **_):
        self._scale = scale

    def _all(self, pictures):
        if pictures.tensor.dtype.is_floating_point:
            return pictures
        return ToTensor._all(self, pictures) if self._scale else Pictures(pictures.tensor.float())

    def _plan(self, plan):
        # ToImage's bytes become 0 to 1 only where that is said; what ToTensor made stays.
        return ToTensor._plan(self, plan) if self._scale or plan.numbers else _Transform._plan(self, plan)


class _Same(_Transform):
    def _all(self, pictures):
        return pictures

    def _plan(self, plan):
        return plan


class ToPILImage(_Same):
    pass


ToImage = PILToTensor = ToPILImage
ConvertImageDtype = ToDtype = _Scaled


class Normalize(_Transform):
    def __init__(self, mean, std, inplace=False):
        self.mean, self.std = mean, std

    def _all(self, pictures):
        from torch import _make

        channels = pictures.tensor.shape[1]

        def each(values):
            return _make.tensor(_each(values, channels)).reshape(-1, 1, 1)

        return Pictures((pictures.tensor - each(self.mean)) / each(self.std))

    def _plan(self, plan):
        if not plan.numbers:
            refuse("Normalize", "takes a tensor: say ToTensor() before it.")
        plan.scale = {"mean": _each(self.mean, plan.channels), "std": _each(self.std, plan.channels)}
        return plan

    def __call__(self, picture):
        return _Transform.__call__(self, picture) if isinstance(picture, (Pictures, Plan)) else picture


class Resize(_Transform):
    def __init__(self, size, interpolation=None, max_size=None, antialias=True):
        self.size = size

    def _plan(self, plan):
        size = _sizes(self.size)
        if plan.size is not None and (plan.augment or plan.fit == "crop"):
            refuse("Resize", "after the picture was cut is not read: say the size where it is cut.")
        plan.size, plan.short = (None, size[0]) if len(size) == 1 else (size, None)
        plan.fit = "stretch"
        return plan

    def _all(self, pictures):
        height, width = pictures.size
        size = self.size
        if isinstance(size, int):
            size = shortened(height, width, size)
        if list(size) != [height, width]:
            refuse("Resize", f"from {height} x {width} to {size[0]} x {size[1]} is not read.")
        return pictures


class CenterCrop(_Transform):
    def __init__(self, size):
        self.size = _square(size)

    def _plan(self, plan):
        if plan.size is not None and list(plan.size) == self.size:
            return plan
        if plan.size is not None or plan.short is None or plan.short < max(self.size):
            refuse("CenterCrop", "is read after Resize of one number that is at least as large, e.g. Resize(256).")
        plan.size, plan.fit = self.size, "crop"
        return plan

    def _all(self, pictures):
        (height, width), (h, w) = pictures.size, self.size
        if h > height or w > width:
            refuse("CenterCrop", "to more than the picture is not read.")
        top, left = round((height - h) / 2), round((width - w) / 2)
        return Pictures(pictures.tensor[:, :, top : top + h, left : left + w])


class Pad(_Transform):
    def __init__(self, padding, fill=0, padding_mode="constant"):
        self.padding, self.fill = padding, fill

    def _all(self, pictures):
        import torch.nn.functional as F

        p = [self.padding] * 4 if isinstance(self.padding, int) else list(self.padding) * (4 // len(self.padding))
        # Left, top, right, bottom; F.pad takes left, right, top, bottom.
        made = F.pad(pictures.tensor.float(), (p[0], p[2], p[1], p[3]), value=self.fill)
        return Pictures(made if pictures.tensor.dtype.is_floating_point else made.to(pictures.tensor.dtype))


class Grayscale(_Transform):
    def __init__(self, num_output_channels=1):
        self.channels = num_output_channels

    def _plan(self, plan):
        if self.channels != 1:
            refuse("Grayscale", "with three channels is not read: say Grayscale() and let the model take one.")
        plan.channels = 1
        return plan

    def _all(self, pictures):
        if pictures.tensor.shape[1] == self.channels:
            return pictures
        if pictures.tensor.shape[1] == 1:
            return Pictures(pictures.tensor.repeat(1, self.channels, 1, 1))
        return refuse("Grayscale", "of coloured pictures is not read.")


class _Chance(_Transform):
    def _all(self, pictures):
        refuse(type(self).__name__, "alters pictures by chance, which a script's data cannot: an experiment file with "
                                    "\"kind\": \"images\" says it as data.augment. Or leave it out.")


class _Flip(_Chance):
    def __init__(self, p=0.5):
        self.p = p

    def _plan(self, plan):
        return plan.alter(type(self).__name__, p=float(self.p))


class RandomHorizontalFlip(_Flip):
    pass


class RandomVerticalFlip(_Flip):
    pass


class RandomRotation(_Chance):
    def __init__(self, degrees, *_, **options):
        self.degrees, self.options = degrees, options

    def _plan(self, plan):
        low, high = (-self.degrees, self.degrees) if isinstance(self.degrees, (int, float)) else self.degrees
        if low != -high or self.options.get("expand") or self.options.get("fill"):
            refuse("RandomRotation", "is read of so many degrees to either side, without expand and fill.")
        return plan.alter("RandomRotation", degrees=float(high))


class ColorJitter(_Chance):
    def __init__(self, brightness=0, contrast=0, saturation=0, hue=0):
        self.parts, self.hue = {"brightness": brightness, "contrast": contrast, "saturation": saturation}, hue

    def _plan(self, plan):
        if self.hue or not all(isinstance(v, (int, float)) for v in self.parts.values()):
            refuse("ColorJitter", "is read with brightness, contrast and saturation as numbers, without hue.")
        return plan.alter("ColorJitter", **{k: float(v) for k, v in self.parts.items()})


class RandomErasing(_Chance):
    def __init__(self, p=0.5, *_, **options):
        self.p, self.options = p, options

    def _plan(self, plan):
        if self.options:
            refuse("RandomErasing", "is read with p alone.")
        return plan.alter("RandomErasing", p=float(self.p))


class RandomCrop(_Chance):
    def __init__(self, size, padding=None, *_, **options):
        self.size, self.padding, self.options = _square(size), padding, options

    def _plan(self, plan):
        if list(plan.sized()) != self.size or self.options.get("fill") or self.options.get("padding_mode", "constant") != "constant":
            refuse("RandomCrop", "is read of the picture's own size with black padding: say Resize before it, or RandomResizedCrop.")
        if not self.padding:
            return plan
        if not isinstance(self.padding, int):
            refuse("RandomCrop", "is read with one number as padding.")
        return plan.alter("RandomCrop", padding=self.padding)


class RandomResizedCrop(_Chance):
    def __init__(self, size, scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3), *_, **__):
        self.size, self.scale, self.ratio = _square(size), tuple(scale), tuple(ratio)

    def _plan(self, plan):
        if self.scale[1] != 1 or any(abs(a - b) > 0.01 for a, b in zip(self.ratio, (3 / 4, 4 / 3))):
            refuse("RandomResizedCrop", "is read with a scale up to 1 and its usual ratio.")
        plan.size, plan.short, plan.fit = self.size, None, "crop"
        return plan.alter("RandomResizedCrop", smallest=float(self.scale[0]))


def _each(values, channels):
    """A number a channel."""
    values = [float(v) for v in (values if hasattr(values, "__iter__") else [values])]
    return values * channels if len(values) == 1 else values


def _sizes(size):
    return [int(size)] if isinstance(size, (int, float)) else [int(s) for s in size]


def _square(size):
    size = _sizes(size)
    return size * 2 if len(size) == 1 else size


class Lambda(_Transform):
    def __init__(self, function):
        self._function = function

    def _all(self, pictures):
        refuse("Lambda", "is not read: it knows single pictures. Do it in the model's forward.")


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    if name in ("v2", "transforms"):
        import sys

        return sys.modules[__name__]
    if name.startswith("Random") or name in ("ColorJitter", "AutoAugment", "TrivialAugmentWide", "GaussianBlur", "RandAugment"):
        return type(name, (_Chance,), {})
    if name[:1].isupper():
        return type(name, (_Transform,), {})
    return unknown.make(f"torchvision.transforms.{name}")
