"""Where the model of media/samples/speech-synthesis looks in its text, and how far each frame moves without each letter.

Pinned: Python 3.11, torch 2.5.1 (CPU).
Run from the repository's root: python test/reference/explain_spoken.py
"""

import importlib.util
import json
from pathlib import Path

import torch
import torch.nn.functional as F

HERE = Path(__file__).resolve().parent
SIZES = {"letters": 7, "frames": 12, "mels": 3, "width": 6}
TEXT = [2, 3, 6, 4, 0, 0]


def main():
    spec = importlib.util.spec_from_file_location("voice", HERE.parents[1] / "media/samples/speech-synthesis/voice.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    net = module.Voice(**SIZES).eval()
    with torch.no_grad():
        for k, p in enumerate(net.parameters()):
            p.copy_((torch.sin(1.7 * torch.arange(p.numel()).double() + k) * 0.6).float().view_as(p))
    seen = []
    softmax = F.softmax
    module.F.softmax = lambda *a, **b: seen.append(softmax(*a, **b)) or seen[-1]
    text = torch.tensor([TEXT])
    kept = [i for i, t in enumerate(TEXT) if t != 0]
    with torch.no_grad():
        whole = net(text)[0]
        alignment = seen[0][0].T[kept]
        removal = []
        for i in kept:
            other = text.clone()
            other[0, i] = 1
            removal.append((net(other)[0] - whole).abs().mean(-1).tolist())
    seconds = 0.02
    out = {
        "sizes": SIZES,
        "text": TEXT,
        "secondsPerFrame": seconds,
        "alignment": alignment.tolist(),
        "milliseconds": (1000 * seconds * alignment.double().sum(-1)).tolist(),
        "removal": removal,
    }
    (HERE / "explain_spoken.json").write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
