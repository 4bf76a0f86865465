"""Models that a file registers are its own functions."""


def register_model(function):
    return function
