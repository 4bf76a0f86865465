"""What scipy reads from WAV files, and what torchaudio makes of sounds: resampling, spectrograms, mel filters, cepstral
coefficients, Griffin-Lim.

Pinned: Python 3.11, numpy 2.4.6, scipy 1.17, torch 2.5.1, torchaudio 2.5.1.
Run from the repository's root: python test/reference/data_audio.py
"""

import base64
import gzip
import io
import json
import struct
from pathlib import Path

import numpy as np
import torch
import torchaudio
from scipy.io import wavfile

torch.set_num_threads(1)
rng = np.random.Generator(np.random.PCG64(3))


def wav(samples, rate, tag, bits, channels=1, extensible=False):
    """RIFF with one format and one data chunk, and an odd chunk before the data that readers must step over."""
    width = bits // 8
    if tag == 3:
        body = samples.astype("<f4" if bits == 32 else "<f8").tobytes()
    elif bits == 8:
        body = samples.astype("u1").tobytes()
    elif bits == 24:
        body = b"".join(struct.pack("<i", int(s))[:3] for s in samples)
    else:
        body = samples.astype(f"<i{width}").tobytes()
    fmt = struct.pack(
        "<HHIIHH", 0xFFFE if extensible else tag, channels, rate, rate * channels * width, channels * width, bits
    )
    if extensible:
        guid = struct.pack("<H", tag) + bytes.fromhex("000000001000800000aa00389b71")
        fmt += struct.pack("<HHI", 22, bits, 3) + guid
    chunks = b"fmt " + struct.pack("<I", len(fmt)) + fmt
    chunks += b"LIST" + struct.pack("<I", 5) + b"hello\0"
    chunks += b"data" + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def whole(bits, n):
    low = 0 if bits == 8 else -(2 ** (bits - 1))
    return rng.integers(low, low + 2**bits, n)


files = []
for name, data in {
    "pcm8": wav(whole(8, 9), 8000, 1, 8),
    "pcm16": wav(whole(16, 8), 16000, 1, 16),
    "pcm16 stereo": wav(whole(16, 12), 44100, 1, 16, channels=2),
    "pcm24": wav(whole(24, 7), 48000, 1, 24),
    "pcm32": wav(whole(32, 8), 22050, 1, 32),
    "float32": wav(rng.uniform(-1, 1, 8), 16000, 3, 32),
    "float64": wav(rng.uniform(-1, 1, 8), 16000, 3, 64),
    "extensible stereo": wav(whole(16, 12), 44100, 1, 16, channels=2, extensible=True),
}.items():
    rate, samples = wavfile.read(io.BytesIO(data))
    x = samples.astype(np.float64)
    if samples.dtype == np.uint8:
        x = (x - 128) / 128
    elif samples.dtype.kind == "i":
        # 24 bits come in the upper bytes of 32.
        x = x / 2 ** (8 * samples.dtype.itemsize - 1)
    files.append(
        {
            "name": name,
            "bytes": base64.b64encode(data).decode(),
            "rate": rate,
            "samples": (x.mean(axis=1) if x.ndim == 2 else x).tolist(),
        }
    )

# A tone that rises, with noise.
n = 1500
t = np.arange(n) / 8000
signal = torch.tensor(0.5 * np.sin(2 * np.pi * (300 + 900 * t) * t) + 0.05 * rng.normal(size=n)).float()

resampled = [
    {"from": a, "to": b, "samples": torchaudio.functional.resample(signal[:300].double(), a, b).tolist()}
    for a, b in [(8000, 16000), (16000, 8000), (44100, 16000), (8000, 11025)]
]

frames = dict(n_fft=256, win_length=200, hop_length=80)
spec = torchaudio.transforms.Spectrogram(**frames)(signal)
db = torchaudio.transforms.AmplitudeToDB("power", top_db=80)
mel = torchaudio.transforms.MelSpectrogram(8000, n_mels=20, **frames)(signal)
slaney = torchaudio.transforms.MelSpectrogram(8000, n_mels=20, mel_scale="slaney", norm="slaney", **frames)(signal)
mfcc = torchaudio.transforms.MFCC(8000, n_mfcc=8, melkwargs={"n_mels": 20, **frames})(signal)


def griffin_lim(momentum):
    return torchaudio.functional.griffinlim(
        spec.double().sqrt(),
        window=torch.hann_window(200, dtype=torch.float64),
        n_fft=256,
        hop_length=80,
        win_length=200,
        power=1.0,
        n_iter=8,
        momentum=momentum,
        length=None,
        rand_init=False,
    ).tolist()


def r(x, digits=6):
    return [float(f"{v:.{digits}g}") for v in np.ravel(x)]


out = {
    "files": files,
    "signal": r(signal, 9),
    "resampled": [{**x, "samples": r(x["samples"], 7)} for x in resampled],
    "frames": {"nFft": 256, "window": 200, "hop": 80},
    "shape": list(spec.shape),
    "spectrogram": r(db(spec)),
    "mel": r(db(mel)),
    "slaney": r(db(slaney)),
    "mfcc": r(mfcc),
    "griffin_lim": {"plain": r(griffin_lim(0)), "fast": r(griffin_lim(0.99))},
}
path = Path(__file__).with_suffix(".json.gz")
path.write_bytes(gzip.compress(json.dumps(out).encode(), mtime=0))
