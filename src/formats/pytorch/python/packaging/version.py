"""Versions as numbers that compare."""

import re


class Version:
    def __init__(self, text):
        self.text = str(text)
        self.release = tuple(int(n) for n in re.findall(r"\d+", self.text.split("+")[0])[:3])
        self.major, self.minor, self.micro = (*self.release, 0, 0, 0)[:3]
        self.base_version = ".".join(map(str, self.release))

    def __str__(self):
        return self.text

    def _key(self, other):
        other = other if isinstance(other, Version) else Version(other)
        length = max(len(self.release), len(other.release))
        return tuple((*v.release, *[0] * (length - len(v.release))) for v in (self, other))

    def __lt__(self, other):
        a, b = self._key(other)
        return a < b

    def __le__(self, other):
        a, b = self._key(other)
        return a <= b

    def __gt__(self, other):
        return not self <= other

    def __ge__(self, other):
        return not self < other

    def __eq__(self, other):
        a, b = self._key(other)
        return a == b

    def __hash__(self):
        return hash(self.release)


LooseVersion = StrictVersion = LegacyVersion = Version
InvalidVersion = ValueError


def parse(text):
    return Version(text)
