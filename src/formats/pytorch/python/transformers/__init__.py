"""
What model files of their own take from Hugging Face's transformers: the bases of models, configurations and outputs,
activations. Its models themselves are not here.
"""

from _vitrine import unknown

from . import activations, configuration_utils, modeling_outputs, modeling_utils, pytorch_utils, utils  # noqa: F401
from .activations import ACT2FN  # noqa: F401
from .configuration_utils import PretrainedConfig  # noqa: F401
from .modeling_utils import PreTrainedModel  # noqa: F401
from .pytorch_utils import Conv1D, apply_chunking_to_forward  # noqa: F401
from .utils import logging  # noqa: F401

__version__ = "4.46.3"
PreTrainedConfig = PretrainedConfig


class GenerationMixin:
    pass


def set_seed(*_, **__):
    pass


def __getattr__(name):
    if name.endswith("Config"):
        made = configuration_utils.named(name)
        globals()[name] = made
        return made
    return utils.absent("transformers", name)
