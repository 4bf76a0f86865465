"""Vitrine's random numbers and splits (src/model/random.ts, src/data/split.ts), so that an authority trains and tests on
the very rows that Vitrine does. Pure Python.
"""

import struct

MASK = 0xFFFFFFFF


def mix(x):
    h = x & MASK
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & MASK
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & MASK
    return h ^ (h >> 16)


def rotate(x, k):
    return ((x << k) | (x >> (32 - k))) & MASK


class Random:
    def __init__(self, seed, stream=""):
        low, high = struct.unpack("<II", struct.pack("<d", float(seed)))
        h = mix(mix(0x9E3779B9 ^ low) ^ high)
        for c in stream:
            h = mix(h ^ ((ord(c) + 0x85EBCA6B) & MASK))
        second = mix(h ^ len(stream))
        self.s = []
        for _ in range(4):
            h = (h + 0x9E3779B9) & MASK
            second = (second * 0x85EBCA6B + 0xC2B2AE35) & MASK
            self.s.append(mix(h) ^ mix(second))

    def uint32(self):
        s = self.s
        result = (rotate((s[1] * 5) & MASK, 7) * 9) & MASK
        t = (s[1] << 9) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 11)
        return result

    def integer(self, n):
        limit = 4294967296 - (4294967296 % n)
        while True:
            x = self.uint32()
            if x < limit:
                return x % n

    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = self.integer(i + 1)
            items[i], items[j] = items[j], items[i]
        return items


def share(fraction, rows):
    return -int(-(fraction * rows - 1e-9) // 1)


def allot(counts, total):
    whole = sum(counts)
    exact = [c * total / whole if whole else 0 for c in counts]
    out = [int(x) for x in exact]
    left = total - sum(out)
    for i in sorted(range(len(counts)), key=lambda i: (-(exact[i] - int(exact[i])), i)):
        if left == 0:
            break
        if out[i] < counts[i]:
            out[i] += 1
            left -= 1
    return out


def cut_off(rows, count, classes, random):
    shuffled = random.shuffle(list(rows))
    if classes is None:
        return shuffled[count:], shuffled[:count]
    counts = [0] * (max(classes) + 1)
    for r in rows:
        counts[classes[r]] += 1
    left = allot(counts, len(rows) - count)
    stay, taken = [], []
    for r in shuffled:
        left[classes[r]] -= 1
        (stay if left[classes[r]] >= 0 else taken).append(r)
    return stay, taken


def split_rows(rows, test, valid, seed, classes=None):
    """Rows 0 … rows - 1 by part; `classes` of each row keep their proportions."""
    test_rows = share(test, rows)
    valid_rows = min(share(valid, rows), rows - test_rows)
    random = Random(seed, "split")
    rest, test_part = cut_off(range(rows), test_rows, classes, random)
    train, valid_part = cut_off(rest, valid_rows, classes, random)
    return {"train": sorted(train), "valid": sorted(valid_part), "test": sorted(test_part)}
