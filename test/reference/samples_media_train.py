"""Trains the models of media/samples that hear and see with PyTorch, on the very rows that Vitrine's split of seed 0 gives, for
five seeds of first weights and order and from Vitrine's own (vitrine_start.py). Writes the test figures to samples_media_train.json.

Pinned: Python 3.11, torch 2.5.1 and torchaudio 2.5.1 (CPU, one thread), numpy 2.4.6, pillow 13.0.0.
Run from the repository's root: python test/reference/samples_media_train.py [NAME …]
"""

import csv
import importlib.util
import json
import sys
import wave
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import torchaudio
from PIL import Image, ImageSequence

from data_samples_train import SAMPLES, read_json
from vitrine_split import split_rows
from vitrine_start import starts, summary

HERE = Path(__file__).resolve().parent
SEEDS = 5


def net_of(folder, experiment):
    spec = importlib.util.spec_from_file_location("sample", folder / experiment["model"]["file"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, experiment["model"]["class"])


def wave_of(path):
    with wave.open(str(path)) as w:
        return (np.frombuffer(w.readframes(w.getnframes()), dtype=np.uint8).astype(np.float32) - 128) / 128


def mels(sounds, data, length):
    x = torch.zeros(len(sounds), length)
    for i, s in enumerate(sounds):
        n = min(len(s), length)
        x[i, :n] = torch.from_numpy(s[:n])
    mel = torchaudio.transforms.MelSpectrogram(data["sampleRate"], n_fft=data["nFft"], hop_length=data["hop"], n_mels=data["mels"])(x)
    db = torchaudio.transforms.AmplitudeToDB("power", top_db=80)
    return torch.stack([db(m) for m in mel])[:, None]


def edits(a, b):
    row = list(range(len(b) + 1))
    for i in range(1, len(a) + 1):
        following = [i]
        for j in range(1, len(b) + 1):
            following.append(min(row[j] + 1, following[-1] + 1, row[j - 1] + (a[i - 1] != b[j - 1])))
        row = following
    return row[-1]


def best_path(scores):
    out, before = [], -1
    for c in scores.argmax(-1).tolist():
        if c != 0 and c != before:
            out.append(c)
        before = c
    return out


def train(start, net, x, splits, experiment, loss_of):
    options = dict(experiment["optimizer"])
    optimizer = getattr(torch.optim, options.pop("name"))(net.parameters(), **options)
    schedule = dict(experiment.get("schedule", {"name": "ConstantLR", "factor": 1}))
    schedule = getattr(torch.optim.lr_scheduler, schedule.pop("name"))(optimizer, **schedule)
    for _ in range(experiment["epochs"]):
        net.train()
        for batch in start.batches(splits["train"], experiment["batchSize"]):
            optimizer.zero_grad()
            loss_of(net(x[batch]), batch).backward()
            optimizer.step()
        schedule.step()
    net.eval()


def recognition(file, experiment):
    folder = file.parent
    data = experiment["data"]
    with open(folder / data["file"], newline="") as f:
        rows = list(csv.DictReader(f))
    splits = split_rows(len(rows), data["split"]["test"], data["split"]["valid"], 0)
    sounds = [wave_of(folder / r["file"]) for r in rows]
    x = mels(sounds, data, max(len(sounds[i]) for i in splits["train"]))
    x = (x - x[splits["train"]].mean()) / x[splits["train"]].std(correction=0)
    letters = [""] + sorted({c for i in splits["train"] for c in rows[i]["said"]})
    texts = [[letters.index(c) for c in r["said"] if c in letters] for r in rows]

    def loss_of(scores, batch):
        y = [torch.tensor(texts[i]) for i in batch]
        steps = torch.full((len(batch),), scores.shape[1])
        lengths = torch.tensor([len(t) for t in y])
        return F.ctc_loss(F.log_softmax(scores, -1).transpose(0, 1), torch.cat(y), steps, lengths)

    figures = []
    for start in starts(file, SEEDS):
        net = start.net(net_of(folder, experiment))
        train(start, net, x, splits, experiment, loss_of)
        with torch.no_grad():
            found = [best_path(s) for s in net(x[splits["test"]])]
        truth = [texts[i] for i in splits["test"]]
        wrong = [edits(a, b) for a, b in zip(found, truth)]
        figures.append(
            {
                "symbol_error_rate": sum(wrong) / sum(map(len, truth)),
                "sequence_accuracy": sum(w == 0 for w in wrong) / len(wrong),
            }
        )
    return figures


def synthesis(file, experiment):
    folder = file.parent
    data = experiment["data"]
    with open(folder / data["file"], newline="") as f:
        rows = list(csv.DictReader(f))
    splits = split_rows(len(rows), data["split"]["test"], data["split"]["valid"], 0)
    known = splits["train"]
    sounds = [wave_of(folder / r["sound"]) for r in rows]
    length = max(len(sounds[i]) for i in known)
    x = torch.zeros(len(rows), length)
    for i, s in enumerate(sounds):
        n = min(len(s), length)
        x[i, :n] = torch.from_numpy(s[:n])
    spectrogram = torchaudio.transforms.MelSpectrogram(
        data["sampleRate"], n_fft=data["nFft"], win_length=data["window"], hop_length=data["hop"], n_mels=data["mels"]
    )
    y = 10 * torch.log10(spectrogram(x).clamp(min=1e-10))
    y = y.clamp(min=(y[known].max() - 60).item())
    y = ((y - y[known].mean()) / y[known].std(correction=0)).transpose(1, 2)
    letters = sorted({c for i in known for c in rows[i]["text"]})
    texts = torch.zeros(len(rows), max(len(rows[i]["text"]) for i in known), dtype=torch.long)
    for i, r in enumerate(rows):
        for j, c in enumerate(r["text"][: texts.shape[1]]):
            texts[i, j] = letters.index(c) + 2
    figures = []
    for start in starts(file, SEEDS):
        net = start.net(net_of(folder, experiment))
        train(start, net, texts, splits, experiment, lambda out, batch: F.mse_loss(out, y[batch]))
        with torch.no_grad():
            out, truth = net(texts[splits["test"]]), y[splits["test"]]
        figures.append({"loss": F.mse_loss(out, truth).item(), "mae": F.l1_loss(out, truth).item()})
    return figures


def video(file, experiment):
    folder = file.parent
    data = experiment["data"]
    clips, y = [], []
    for c, name in enumerate(sorted(p.name for p in (folder / data["file"]).iterdir())):
        for path in sorted((folder / data["file"] / name).glob("*.gif")):
            frames = [np.asarray(f.convert("L")) for f in ImageSequence.Iterator(Image.open(path))]
            clips.append(np.stack(frames))
            y.append(c)
    splits = split_rows(len(y), data["split"]["test"], data["split"]["valid"], 0, y)
    x = torch.tensor(np.stack(clips)).float()[:, None] / 255
    x = (x - x[splits["train"]].mean()) / x[splits["train"]].std(correction=0)
    y = torch.tensor(y)
    figures = []
    for start in starts(file, SEEDS):
        net = start.net(net_of(folder, experiment))
        train(start, net, x, splits, experiment, lambda out, batch: F.cross_entropy(out, y[batch]))
        with torch.no_grad():
            out = net(x[splits["test"]])
        figures.append({"accuracy": (out.argmax(1) == y[splits["test"]]).float().mean().item()})
    return figures


SAMPLES_OF = {
    "speech-recognition/speech": recognition,
    "speech-synthesis/voice": synthesis,
    "video-motion/motion": video,
}


def main():
    torch.set_num_threads(1)
    path = HERE / "samples_media_train.json"
    out = json.loads(path.read_text()) if path.exists() else {}
    for name in sys.argv[1:] or SAMPLES_OF:
        file = SAMPLES / f"{name}.vitrine.json"
        out[name] = summary(SAMPLES_OF[name](file, read_json(file)))
        print(name, out[name], flush=True)
    path.write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
