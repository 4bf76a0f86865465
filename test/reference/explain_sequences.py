"""Cross-attention (by hooks) and what the removal of each word read costs each word written, of a small translator with weights of a
formula, to explain_sequences.json.

Pinned: Python 3.11, torch 2.5.1.
Run from the repository's root: python test/reference/explain_sequences.py
"""

import json
import sys
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "media" / "samples" / "translation"))
import translator  # noqa: E402

SIZES = {"source_words": 11, "target_words": 10, "source_length": 6, "target_length": 5, "size": 8, "heads": 2, "layers": 2}
SOURCE, WRITTEN, BEGIN, END = [4, 7, 2, 9, 0, 0], [5, 8, 4], 2, 3


def main():
    model = translator.Translator(**SIZES).double()
    with torch.no_grad():
        for k, p in enumerate(model.parameters()):
            p.copy_((torch.sin(1.7 * torch.arange(p.numel(), dtype=torch.float64) + k) * 0.6).float().double().view(p.shape))
    model.eval()
    maps = []
    softmax = translator.F.softmax
    cross = {id(b.cross) for b in model.decoder}

    def recording(self, x, memory, hidden):
        def keep(scores, dim):
            weights = softmax(scores, dim=dim)
            if id(self) in cross:
                maps.append(weights)
            return weights

        translator.F.softmax = keep
        try:
            return forward(self, x, memory, hidden)
        finally:
            translator.F.softmax = softmax

    forward = translator.Attention.forward
    translator.Attention.forward = recording
    given = torch.tensor([[BEGIN, *WRITTEN, 0]])
    goal = [*WRITTEN, END]
    read = [i for i, w in enumerate(SOURCE) if w]

    def logs(source):
        with torch.no_grad():
            out = model(torch.tensor([source]), given).log_softmax(-1)[0]
        return torch.stack([out[t, w] for t, w in enumerate(goal)])

    whole = logs(SOURCE)
    attention = [m[0, :, : len(goal), read].tolist() for m in maps]
    removal = torch.stack([whole - logs([1 if i == r else w for i, w in enumerate(SOURCE)]) for r in read], dim=1)
    out = {"sizes": SIZES, "source": SOURCE, "given": given[0].tolist(), "end": END, "attention": attention, "removal": removal.tolist()}
    (Path(__file__).resolve().parent / "explain_sequences.json").write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
