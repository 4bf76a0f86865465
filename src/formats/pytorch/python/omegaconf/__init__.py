from _vitrine.configs import DictConfig, OmegaConf  # noqa: F401

ListConfig = list
MISSING = "???"


def open_dict(config):
    import contextlib

    return contextlib.nullcontext(config)
