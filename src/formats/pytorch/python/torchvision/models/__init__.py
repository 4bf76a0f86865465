"""torchvision.models: the networks that others are built on, with the names that its checkpoints have."""

from .alexnet import *  # noqa: F403
from .convnext import *  # noqa: F403
from .densenet import *  # noqa: F403
from .efficientnet import *  # noqa: F403
from .mobilenet import *  # noqa: F403
from .mobilenetv3 import *  # noqa: F403
from .resnet import *  # noqa: F403
from .squeezenet import *  # noqa: F403
from .vgg import *  # noqa: F403
from .vision_transformer import *  # noqa: F403


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.make(f"torchvision.models.{name}")
