"""
torchvision.transforms for scripts: what is done to one picture is done to all of them at once. A transform that draws
by chance, or that only knows single pictures, is refused where data go through it.
"""

from _vitrine import trace, unknown

from . import functional  # noqa: F401
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
        return unknown.make(f"torchvision.transforms.{type(self).__name__}(…)")

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


class _Scaled(ToTensor):
    def __init__(self, dtype=None, scale=True, **_):
        self._scale = scale

    def _all(self, pictures):
        if pictures.tensor.dtype.is_floating_point:
            return pictures
        return ToTensor._all(self, pictures) if self._scale else Pictures(pictures.tensor.float())


class _Same(_Transform):
    def _all(self, pictures):
        return pictures


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
            values = [float(v) for v in (values if hasattr(values, "__iter__") else [values])]
            return _make.tensor(values * channels if len(values) == 1 else values).reshape(-1, 1, 1)

        return Pictures((pictures.tensor - each(self.mean)) / each(self.std))

    def __call__(self, picture):
        return self._all(picture) if isinstance(picture, Pictures) else picture


class Resize(_Transform):
    def __init__(self, size, interpolation=None, max_size=None, antialias=True):
        self.size = size

    def _all(self, pictures):
        height, width = pictures.size
        size = self.size
        if isinstance(size, int):
            size = [size, size * width // height] if height <= width else [size * height // width, size]
        if list(size) != [height, width]:
            refuse("Resize", f"from {height} x {width} to {size[0]} x {size[1]} is not read.")
        return pictures


class CenterCrop(_Transform):
    def __init__(self, size):
        self.size = [size, size] if isinstance(size, int) else list(size)

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
