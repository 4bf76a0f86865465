"""
Modules of Lightning, as far as a model is read from them: their settings, and what they log, which goes nowhere. Trainers
and callbacks are not here.
"""

import functools
import sys

from _vitrine import unknown
from _vitrine.configs import Config
from torch import nn
from torch._tensor import CPU, float32

__version__ = "2.5.0"


class _Settings:
    """`hparams`, and the call that fills it from the constructor's arguments."""

    @functools.cached_property
    def hparams(self):
        return Config()

    @property
    def hparams_initial(self):
        return self.hparams

    def save_hyperparameters(self, *names, ignore=None, frame=None, logger=True):
        frame = frame or sys._getframe(1)
        code, held = frame.f_code, frame.f_locals
        own = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
        found = {name: held[name] for name in own if name in held}
        if code.co_flags & 8:
            found.update(held.get(code.co_varnames[code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4)], {}))
        left_out = [ignore] if isinstance(ignore, str) else list(ignore or ())
        if names and not all(isinstance(n, str) for n in names):
            found = {}
            for given in names:
                found.update(given if isinstance(given, dict) else vars(given))
        elif names:
            found = {n: v for n, v in found.items() if n in names}
        self.hparams.update({n: v for n, v in found.items() if n not in left_out and n != "__class__"})


def _nothing(*_, **__):
    return None


class LightningModule(_Settings, nn.Module):
    current_epoch = global_step = global_rank = local_rank = 0
    on_gpu = False
    automatic_optimization = True
    example_input_array = None
    device = CPU
    dtype = float32

    def __init__(self, *_, **__):
        super().__init__()

    log = log_dict = print = manual_backward = clip_gradients = toggle_optimizer = untoggle_optimizer = _nothing
    prepare_data = setup = configure_model = _nothing

    trainer, logger = unknown.make("trainer"), unknown.make("logger")

    def optimizers(self, *_, **__):
        return unknown.make("optimizers()")

    lr_schedulers = optimizers

    def all_gather(self, data, *_, **__):
        return data

    def freeze(self):
        self.requires_grad_(False)
        self.eval()

    def unfreeze(self):
        self.requires_grad_(True)
        self.train()

    @classmethod
    def load_from_checkpoint(cls, path, *_, **options):
        return unknown.make(f"{cls.__name__}.load_from_checkpoint({path!r})")


class LightningDataModule(_Settings):
    def __init__(self, *_, **__):
        pass

    prepare_data = setup = teardown = _nothing


def seed_everything(seed=None, *_, **__):
    return seed


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return unknown.make(f"{__name__}.{name}")
