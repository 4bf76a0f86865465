from _vitrine.configs import Config as Box  # noqa: F401

ConfigBox = Box
