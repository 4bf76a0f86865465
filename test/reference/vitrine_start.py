"""What a training begins from besides its rows: the first weights, and the order of the rows in each epoch.

`starts` gives PyTorch's own of some seeds, and last Vitrine's of seed 0: trained from there, PyTorch has to reach what Vitrine
reaches, whatever luck the seed has. Vitrine's first weights are those of a run whose learning rate is next to nothing
(`npm run build` makes dist/cli.js), its order is src/train/loop/loop.ts's.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file

from vitrine_split import Random

ROOT = Path(__file__).resolve().parents[2]


def starts(file, seeds):
    """For the experiment `file`: a Start for each of the seeds 0 … seeds - 1, then Vitrine's."""
    return [Start(seed) for seed in range(seeds)] + [Start(0, Path(file))]


class Start:
    def __init__(self, seed, file=None):
        self.seed = seed
        self.file = file
        self.epoch = 0

    def net(self, make):
        """The model that `make()` gives, with the first weights."""
        torch.manual_seed(self.seed)
        net = make()
        if self.file:
            net.load_state_dict(first_weights(self.file, self.seed))
            for module in net.modules():
                # The one run has moved them.
                if hasattr(module, "reset_running_stats"):
                    module.reset_running_stats()
        return net

    def batches(self, rows, size):
        """The batches of the next epoch, as tensors of rows."""
        rows = torch.as_tensor(rows)
        if self.file:
            order = torch.tensor(Random(self.seed, f"shuffle:{self.epoch}").shuffle(rows.tolist()))
        else:
            order = rows[torch.randperm(len(rows))]
        self.epoch += 1
        return order.split(size)


def first_weights(file, seed):
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(file.parent, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("trained", ".vitrine"))
        still = ["--seed", str(seed), "--set", "epochs=1", "--set", "optimizer.lr=1e-30", "--json"]
        subprocess.run(
            ["node", ROOT / "dist" / "cli.js", "train", Path(copy) / file.name, *still], check=True, capture_output=True
        )
        (weights,) = Path(copy).glob(".vitrine/runs/*/weights.safetensors")
        return load_file(weights)


def summary(figures):
    """Of each figure the lowest, mean and highest of PyTorch's seeds, and what it reaches from Vitrine's start."""
    *seeds, same = figures
    return {
        k: {"min": min(v), "mean": sum(v) / len(v), "max": max(v), "same_start": same[k]}
        for k in same
        for v in [[f[k] for f in seeds]]
    }
