"""
What scripts that train print in PyTorch 2.5.1, pandas 3 and scikit-learn 1.9: the loss of each step, before its update. The scripts say everything
themselves, read the files beside them, and draw nothing
at random but by NumPy with a seed.

    python test/reference/training_scripts.py
"""

import contextlib
import io
import json
import os
import pathlib
import runpy

import torch

assert torch.__version__.startswith("2.5.1")
here = pathlib.Path(__file__).resolve().parent
os.chdir(here / "training_scripts")
out = {}
for script in sorted((here / "training_scripts").glob("*.py")):
    with contextlib.redirect_stdout(io.StringIO()):
        names = runpy.run_path(str(script), run_name="__main__")
    out[script.stem] = names["losses"]
(here / "training_scripts.json").write_text(json.dumps(out, indent=1) + "\n")
