"""Makes media/samples/translation/pairs.csv, byte for byte the same each time.

English sentences of a small grammar, and the same in Talo, a language invented here:
- the verb stands at the end, and what is seen, carried, … before it; "not" is "ne" right before the verb;
- adjectives stand behind their noun and take its ending: -a or -o by the noun's class, and -n for many;
- "the" is "li" before the noun; "a" is nothing; "yesterday" (hena, at the beginning) puts -ti on the verb.

Pinned: Python 3.11, numpy 2.4.6.
Run from the repository's root: python test/reference/samples_translation.py
"""

import csv
from pathlib import Path

import numpy as np

SAMPLE = Path(__file__).resolve().parents[2] / "media" / "samples" / "translation"
NOUNS = {
    "dog": "keva", "cat": "milo", "bird": "suna", "horse": "rako", "child": "pela", "farmer": "domo",
    "boat": "vira", "tree": "talo", "house": "nema", "book": "sefo", "lamp": "lusa", "stone": "karo",
}
ADJECTIVES = {"small": "tin", "big": "gran", "red": "rus", "old": "vet", "quiet": "mol", "green": "zel", "young": "nov"}
VERBS = {
    "see": ("sees", "saw", "vide"), "carry": ("carries", "carried", "porte"), "find": ("finds", "found", "trove"),
    "follow": ("follows", "followed", "sekve"), "draw": ("draws", "drew", "pente"), "like": ("likes", "liked", "ame"),
}
ACTORS = ["dog", "cat", "bird", "horse", "child", "farmer"]


def phrase(rng, noun):
    """English and Talo of a noun with what belongs to it, and whether it is many."""
    many = rng.random() < 0.35
    adjective = rng.choice(list(ADJECTIVES)) if rng.random() < 0.6 else None
    talo = NOUNS[noun]
    english, out = [], []
    if many:
        english.append(rng.choice(["the", "two"]))
    else:
        english.append(rng.choice(["the", "a"]))
    if english[0] == "the":
        out.append("li")
    if english[0] == "two":
        out.append("du")
    if adjective:
        english.append(adjective)
    english.append({"child": "children"}.get(noun, noun + "s") if many else noun)
    out.append(talo + ("n" if many else ""))
    if adjective:
        out.append(ADJECTIVES[adjective] + talo[-1] + ("n" if many else ""))
    return english, out, many


def sentence(rng):
    actor = rng.choice(ACTORS)
    other = rng.choice([n for n in NOUNS if n != actor])
    e1, t1, many = phrase(rng, actor)
    e2, t2, _ = phrase(rng, other)
    verb = rng.choice(list(VERBS))
    single, past, talo = VERBS[verb]
    yesterday = rng.random() < 0.35
    negated = rng.random() < 0.25
    if negated:
        middle = ["did" if yesterday else "do" if many else "does", "not", verb]
    else:
        middle = [past if yesterday else verb if many else single]
    english = [*e1, *middle, *e2, *(["yesterday"] if yesterday else [])]
    other = [*(["hena"] if yesterday else []), *t1, *t2, *(["ne"] if negated else []), talo + ("ti" if yesterday else "")]
    return " ".join(english), " ".join(other)


def main():
    rng = np.random.Generator(np.random.PCG64(7))
    found = {}
    while len(found) < 2400:
        english, talo = sentence(rng)
        found.setdefault(english, talo)
    with open(SAMPLE / "pairs.csv", "w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(["english", "talo"])
        writer.writerows(found.items())


if __name__ == "__main__":
    main()
