"""PyTorch's values and gradients of losses, computed in float64 from float32 outputs, on odd sizes and edge cases.

Each case: the loss's name and options, outputs and targets as our loss takes them, the value, and its gradient with
respect to the outputs.

Pinned: Python 3.11, torch 2.5.1.
Run from the repository's root: python test/reference/engine_losses.py
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

torch.manual_seed(11)
cases = []


def flat(t):
    t = t.detach()
    return {"shape": list(t.shape), "data": [float(f"{v:.9g}") if t.is_floating_point() else v for v in t.reshape(-1).tolist()],
            "dtype": "float32" if t.is_floating_point() else "int64"}


def case(label, name, fn, y, t, **options):
    """`fn` takes outputs (double) and targets."""
    x = y.double().requires_grad_(True)
    value = fn(x, t.double() if t.is_floating_point() else t)
    value.backward()
    assert value.isfinite() and x.grad.isfinite().all(), label
    cases.append({"label": label, "name": name, "options": options, "output": flat(y), "targets": flat(t), "value": value.item(),
                  "gradient": flat(x.grad)})


# Connectionist temporal classification: targets filled up with -1.
def ctc(label, y, rows, input_lengths=None, layout="NTC", **options):
    width = max(1, max(len(r) for r in rows))
    targets = torch.tensor([r + [-1] * (width - len(r)) for r in rows])
    lengths = torch.tensor([len(r) for r in rows])
    joined = torch.tensor([k for r in rows for k in r], dtype=torch.long)
    n, t = y.shape[:2] if layout == "NTC" else (y.shape[1], y.shape[0])
    steps = torch.tensor(input_lengths or [t] * n)

    def fn(x, _):
        logs = F.log_softmax(x.transpose(0, 1) if layout == "NTC" else x, 2)
        return F.ctc_loss(logs, joined, steps, lengths, blank=options.get("blank", 0), reduction=options.get("reduction", "mean"),
                          zero_infinity=options.get("zero_infinity", False))

    given = targets if input_lengths is None else torch.cat([steps[:, None], targets], 1)
    more = {} if input_lengths is None else {"input_lengths": "first"}
    if layout != "NTC":
        more["layout"] = layout
    case(label, "ctc", fn, y, given, **more, **options)


ctc("plain", torch.randn(3, 9, 5) * 2, [[1, 2, 3], [4], [2, 1]])
ctc("symbols that repeat", torch.randn(3, 11, 4) * 2, [[1, 1, 2, 2, 2], [3, 3], [1, 2, 1, 2, 1, 2]])
ctc("just long enough", torch.randn(2, 5, 3), [[1, 1, 2, 1], [2, 1, 2, 1, 2]])
ctc("empty targets", torch.randn(3, 4, 3), [[], [1], []])
ctc("one of everything", torch.randn(1, 1, 2), [[1]])
ctc("one step, nothing said", torch.randn(1, 1, 2), [[]])
ctc("another blank", torch.randn(2, 7, 4) * 2, [[0, 1, 0], [2, 2]], blank=3)
ctc("sum", torch.randn(2, 7, 4), [[1, 3], [2, 2, 1]], reduction="sum")
ctc("inputs of different lengths", torch.randn(3, 8, 4), [[1, 2], [3, 3, 1], []], input_lengths=[8, 5, 3])
ctc("too long for their input, left out", torch.randn(3, 3, 4), [[1, 1, 2], [3], [1, 2, 3, 1]], zero_infinity=True)
ctc("steps first", torch.randn(6, 2, 5), [[1, 2], [4, 3, 3]], layout="TNC")
ctc("long", torch.randn(2, 40, 7) * 3, [torch.randint(1, 7, (13,)).tolist(), torch.randint(1, 7, (21,)).tolist()])
ctc("far apart scores", torch.randn(2, 10, 4) * 30, [[1, 2, 3], [3, 3]])

Path(__file__).with_name("engine_losses.json").write_text(
    "[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
print(len(cases), "cases")
