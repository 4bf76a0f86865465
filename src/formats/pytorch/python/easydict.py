from _vitrine.configs import Config as EasyDict  # noqa: F401

edict = EasyDict
