"""
NumPy's RandomState, number for number, where a script says the seed (Matsumoto & Nishimura 1998, Mersenne Twister):
what it draws and how it divides rows is then what it would be anywhere.
"""

import math
import random


class Twister:
    def __init__(self, seed):
        words = [seed & 0xFFFFFFFF]
        for i in range(1, 624):
            last = words[-1]
            words.append((1812433253 * (last ^ (last >> 30)) + i) & 0xFFFFFFFF)
        self._source = random.Random()
        self._source.setstate((3, (*words, 624), None))
        self._spare = None

    def uniform(self):
        """53 bits in [0, 1)."""
        return self._source.random()

    def normal(self):
        """Marsaglia's polar method, which makes two at once."""
        if self._spare is not None:
            made, self._spare = self._spare, None
            return made
        while True:
            a, b = 2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0
            r = a * a + b * b
            if 0.0 < r < 1.0:
                break
        f = math.sqrt(-2.0 * math.log(r) / r)
        self._spare = f * a
        return f * b

    def below(self, most):
        """A whole number from 0 to `most`, by masked rejection."""
        if most <= 0:
            return 0
        mask = (1 << most.bit_length()) - 1
        while True:
            value = self._source.getrandbits(32) & mask
            if value <= most:
                return value

    def shuffle(self, values):
        for i in range(len(values) - 1, 0, -1):
            j = self.below(i)
            values[i], values[j] = values[j], values[i]
        return values

    def permutation(self, n):
        return self.shuffle(list(range(n)))

    def many(self, count, draw):
        return [draw() for _ in range(count)]


def twister(state):
    """Of a seed, or what draws already; None where chance has no seed."""
    if isinstance(state, Twister):
        return state
    inner = getattr(state, "_twister", None)
    if inner is not None:
        return inner
    return Twister(int(state)) if isinstance(state, int) and not isinstance(state, bool) else None
