"""Which name was meant by one that does not exist."""

import difflib
import re


def near(word, names):
    """The name that was meant; a different number at the end is another thing, and no slip."""
    letters = re.sub(r"\d", "", word)
    plausible = [n for n in names if n != word and not (n[:1] == "_" != word[:1]) and re.sub(r"\d", "", n) != letters]
    found = difflib.get_close_matches(word, plausible, 1, 0.75)
    return found[0] if found else None
