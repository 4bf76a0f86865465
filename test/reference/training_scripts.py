"""
What scripts that train print in PyTorch 2.5.1: the loss of each step, before its update. The scripts say everything
themselves and draw nothing at random.

    python test/reference/training_scripts.py
"""

import contextlib
import io
import json
import pathlib
import runpy

import torch

assert torch.__version__.startswith("2.5.1")
here = pathlib.Path(__file__).parent
out = {}
for script in sorted((here / "training_scripts").glob("*.py")):
    with contextlib.redirect_stdout(io.StringIO()):
        names = runpy.run_path(str(script), run_name="__main__")
    out[script.stem] = names["losses"]
(here / "training_scripts.json").write_text(json.dumps(out, indent=1) + "\n")
