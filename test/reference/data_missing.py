"""Which spellings of nothing pandas' read_csv takes for a missing value, and which for a text.

Pinned: Python 3.11, pandas 3.1.1.
Run from the repository's root: python test/reference/data_missing.py
"""

import io
import json
from pathlib import Path

import pandas as pd

spellings = [
    "", "NA", "na", "Na", "nA", "N/A", "n/a", "N/a", "n.a.", "NaN", "nan", "NAN", "Nan", "-NaN", "-nan", "NULL", "null",
    "Null", "None", "none", "NONE", "<NA>", "<na>", "#N/A", "#n/a", "#N/A N/A", "#NA", "#na", "1.#IND", "-1.#IND",
    "1.#QNAN", "-1.#QNAN", "nil", "-", ".", "unknown", "missing", "nothing",
]
table = pd.read_csv(io.StringIO("a,b\n" + "".join(f"{s},text\n" for s in spellings)))
found = {s: bool(missing) for s, missing in zip(spellings, table["a"].isna())}
Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
