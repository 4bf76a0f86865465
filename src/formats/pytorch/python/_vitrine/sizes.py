"""Symbolic sizes. The arithmetic is asked for; only what cannot be decided is decided here."""

from . import channel, trace, unknown

_known = {}
_bound = {}
_hints = {"N": 8, "T": 16, "S": 16, "L": 64, "H": 224, "W": 224, "D": 32}


def _ask(f, a, b):
    key = (f, a, b)
    found = _known.get(key)
    if found is None:
        answer = channel.ask("dim", f=f, a=a, b=b)
        if "error" in answer:
            raise ZeroDivisionError(answer["error"])
        found = _known[key] = answer["dim"]
    return size(found)


def size(value):
    """A size as Python code sees it: an int, or a SymInt for an expression."""
    return SymInt(value) if isinstance(value, str) else value


def _raw(value):
    return value._expression if isinstance(value, SymInt) else value


class Scalar:
    """A number of a library's own kind, which does not change: what is also a float, or an int."""

    __slots__ = ()


class SymInt:
    """A size that is not a number, e.g. N or N*T."""

    __slots__ = ("_expression",)

    def __init__(self, expression):
        self._expression = expression

    def _with(self, f, other, swapped=False):
        if isinstance(other, bool):
            other = int(other)
        if isinstance(other, float) and other.is_integer() and f in ("add", "sub", "mul"):
            other = int(other)
        if isinstance(other, float) and f in ("add", "sub"):
            # Not a size any more: it is read with an example of it.
            raise trace.SymbolicSize(self._expression)
        if not isinstance(other, (int, SymInt)):
            return NotImplemented
        a, b = (_raw(other), self._expression) if swapped else (self._expression, _raw(other))
        return _ask(f, a, b)

    def __add__(self, other):
        return self._with("add", other)

    __radd__ = __add__

    def __sub__(self, other):
        return self._with("sub", other)

    def __rsub__(self, other):
        return self._with("sub", other, True)

    def __mul__(self, other):
        if isinstance(other, float) and not other.is_integer():
            return SymFloat(self, other)
        return self._with("mul", other)

    __rmul__ = __mul__

    def __floordiv__(self, other):
        if isinstance(other, float):
            other = int(other)
        return self._with("floordiv", other)

    def __rfloordiv__(self, other):
        return self._with("floordiv", other, True)

    def __truediv__(self, other):
        if isinstance(other, float):
            return SymFloat(self, 1, int(other)) if other.is_integer() else SymFloat(self, 1 / other)
        if isinstance(other, (int, SymInt)):
            return SymFloat(self, 1, other)
        return NotImplemented

    def __rtruediv__(self, other):
        return SymFloat(other, 1, self)

    def __mod__(self, other):
        return self - (self // other) * other

    def __rmod__(self, other):
        return other - (other // self) * self

    def __divmod__(self, other):
        return self // other, self % other

    def __neg__(self):
        return self * -1

    def __pos__(self):
        return self

    def __abs__(self):
        return self if self._hint() >= 0 else -self

    def __pow__(self, power):
        result = 1
        for _ in range(power):
            result = self * result
        return result

    def _hint(self):
        """The number that stands for it where a decision is needed."""
        found = _bound.get(self._expression)
        if found is None:
            found = channel.ask("dim", f="bind", a=self._expression, b=0, bindings=_hints)["dim"]
            _bound[self._expression] = found = found if isinstance(found, int) else 64
        return found

    def _compare(self, other, test, sign):
        if unknown.is_unknown(other):
            other = unknown.example(other)
        if not isinstance(other, (int, float, SymInt)):
            return NotImplemented
        difference = self - (other if isinstance(other, (int, SymInt)) else int(other))
        if isinstance(difference, int):
            return test(difference, 0)
        # A bare size is assumed to be within what the code allows and more than one.
        result = test(difference._hint(), 0)
        if isinstance(other, int) and self._expression.isidentifier() and other > 1:
            result = test(-1, 0)
        trace.assume(f"{self} {sign} {other}", result)
        return result

    def __lt__(self, other):
        return self._compare(other, lambda a, b: a < b, "<")

    def __le__(self, other):
        return self._compare(other, lambda a, b: a <= b, "<=")

    def __gt__(self, other):
        return self._compare(other, lambda a, b: a > b, ">")

    def __ge__(self, other):
        return self._compare(other, lambda a, b: a >= b, ">=")

    def __eq__(self, other):
        if not isinstance(other, (int, SymInt)) or isinstance(other, bool):
            return False
        difference = self - other
        if isinstance(difference, int):
            return difference == 0
        if self._expression.isidentifier() and (isinstance(other, int) or other._expression.isidentifier()):
            return False
        result = difference._hint() == 0
        trace.assume(f"{self} == {other}", result)
        return result

    def __ne__(self, other):
        return not self == other

    def __bool__(self):
        return True

    def __hash__(self):
        return hash(self._expression)

    def __repr__(self):
        return self._expression

    __str__ = __repr__

    def __format__(self, spec):
        return self._expression

    def __index__(self):
        if trace.counting:
            trace.say(
                "hint",
                "example-size",
                f"How many rows a batch has decides here what runs: read for {_hints['N']}, with which {self._expression} "
                f"is {self._hint()}. Another number may take another way.",
                trace.here(),
            )
            return self._hint()
        raise trace.SymbolicSize(self._expression)

    __int__ = __index__

    def __float__(self):
        return float(self.__index__())

    def __floor__(self):
        return self

    __ceil__ = __trunc__ = __floor__

    def __round__(self, digits=None):
        return self

    def __deepcopy__(self, memo):
        return self

    __copy__ = __floor__

    def item(self):
        return self


class SymFloat:
    """numerator * factor / denominator, until it is made whole again."""

    def __init__(self, numerator, factor=1, denominator=1):
        self.numerator, self.factor, self.denominator = numerator, factor, denominator

    def _whole(self):
        if isinstance(self.factor, float):
            inverse = 1 / self.factor
            if abs(inverse - round(inverse)) > 1e-12:
                raise trace.SymbolicSize(repr(self))
            return self.numerator // (self.denominator * round(inverse))
        return self.numerator * self.factor // self.denominator

    __floor__ = __trunc__ = _whole

    def __round__(self, digits=None):
        return self._whole()

    def __ceil__(self):
        return -(-self.numerator * self.factor // self.denominator)

    def __int__(self):
        return self._whole().__index__()

    __index__ = __int__

    def __float__(self):
        raise trace.SymbolicSize(repr(self))

    def __mul__(self, other):
        if isinstance(other, (int, float)):
            return SymFloat(self.numerator, self.factor * other, self.denominator)
        return NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other):
        if isinstance(other, (int, SymInt)):
            return SymFloat(self.numerator, self.factor, self.denominator * other)
        return NotImplemented

    def __floordiv__(self, other):
        return self._whole() // other

    def is_integer(self):
        return True

    def __repr__(self):
        return f"{self.numerator}*{self.factor}/{self.denominator}"


class SymRange:
    """Whole numbers up to a size that is not known: nothing goes through them, a tensor of them is made at once."""

    def __init__(self, *bounds):
        self.start, self.stop, self.step = (0, *bounds, 1) if len(bounds) == 1 else (*bounds, 1)[:3]

    def __iter__(self):
        return iter(self._counted())

    def __reversed__(self):
        return reversed(self._counted())

    def __len__(self):
        return len(self._counted())

    def __getitem__(self, index):
        return self._counted()[index]

    def _counted(self):
        bounds = (self.start, self.stop, self.step)
        for bound in bounds:
            if is_symbolic(bound) and not trace.counting:
                raise trace.SymbolicSize(repr(bound))
        return range(*[b.__index__() for b in bounds])


def to_int(*arguments):
    """What `int(…)` means in a model's file."""
    if len(arguments) == 1 and isinstance(arguments[0], (SymInt, SymFloat)):
        return arguments[0].__trunc__()
    return int(*arguments)


def to_len(*arguments):
    """What `len(…)` means in a model's file: how many rows a tensor has may not be known."""
    if len(arguments) == 1 and hasattr(arguments[0], "_shape"):
        shape = arguments[0]._shape
        if shape and is_symbolic(shape[0]):
            return shape[0]
    if len(arguments) == 1 and unknown.is_unknown(arguments[0]):
        # A vocabulary that is made of a file: an example where it becomes the size of a layer.
        return unknown.make(f"len({arguments[0]._vitrine_unknown})")
    return len(*arguments)


def bound(value, by):
    """The number that a size has for one of some choices of its letters, none of them small or equal to another."""
    if not isinstance(value, SymInt):
        return value
    bindings = {letter: (96 + 32 * i) * (by + 1) for i, letter in enumerate(_hints)}
    answer = channel.ask("dim", f="bind", a=value._expression, b=0, bindings=bindings)["dim"]
    return answer if isinstance(answer, int) else value


def is_symbolic(value):
    return isinstance(value, (SymInt, SymFloat))
