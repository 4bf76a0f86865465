"""The arithmetic that constructors borrow from numpy: functions of numbers and of lists of them."""

import math

pi, e, inf, nan, newaxis = math.pi, math.e, math.inf, math.nan, None
float32 = float64 = float16 = float_ = float
int32 = int64 = int8 = uint8 = int_ = int


def _numbers(values):
    return list(values.tolist() if hasattr(values, "tolist") else values)


def prod(values, *_, **__):
    return math.prod(_numbers(values)) if hasattr(values, "__iter__") or hasattr(values, "tolist") else values


def _over(function):
    def apply(x, *_, **__):
        if hasattr(x, "_init"):
            raise TypeError(f"numpy.{function.__name__} of a tensor is not read yet")
        return [function(v) for v in x] if isinstance(x, (list, tuple)) else function(x)

    return apply


sqrt, exp, log, log2, log10 = _over(math.sqrt), _over(math.exp), _over(math.log), _over(math.log2), _over(math.log10)
sin, cos, tan, tanh = _over(math.sin), _over(math.cos), _over(math.tan), _over(math.tanh)
floor = _over(lambda x: float(math.floor(x)))
ceil = _over(lambda x: float(math.ceil(x)))
abs = _over(abs)
round = _over(round)


def power(a, b):
    return a**b


def maximum(a, b):
    return max(a, b)


def minimum(a, b):
    return min(a, b)


def sum(values, *_, **__):
    import builtins

    return builtins.sum(_numbers(values))


def mean(values, *_, **__):
    numbers = _numbers(values)
    return sum(numbers) / len(numbers)


def cumsum(values):
    total, out = 0, []
    for v in _numbers(values):
        total += v
        out.append(total)
    return out


def array(values, *_, **__):
    return list(values) if isinstance(values, (tuple, range)) else values


asarray = array


def arange(*arguments, **_):
    if all(isinstance(a, int) for a in arguments):
        return list(range(*arguments))
    start, end, step = (0, arguments[0], 1) if len(arguments) == 1 else (*arguments, 1)[:3]
    return [start + i * step for i in range(max(0, math.ceil((end - start) / step)))]


def linspace(start, stop, num=50, **_):
    return [start + (stop - start) * i / (num - 1) for i in range(num)] if num > 1 else [start]


class ndarray:
    pass


class _Random:
    @staticmethod
    def seed(*_):
        return None

    def __getattr__(self, name):
        from _vitrine import unknown

        return unknown.make(f"numpy.random.{name}")


random = _Random()


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.make(f"numpy.{name}")
