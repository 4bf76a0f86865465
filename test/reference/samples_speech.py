"""Speaks the sounds of media/samples/speech-recognition and speech-synthesis with eSpeak NG.

Pinned: espeak-ng 1.51, Python 3.11, numpy 2.4.6, torch 2.5.1, torchaudio 2.5.1.
Run from the repository's root: python test/reference/samples_speech.py
"""

import csv
import io
import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import torch
import torchaudio

SAMPLES = Path(__file__).resolve().parents[2] / "media" / "samples"
DIGITS = "zero one two three four five six seven eight nine".split()
RATE = 8000


def speak(text, voice, speed, pitch):
    """Samples -1 … 1 at 8 kHz without the silence at both ends."""
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "-a", "120", "--stdout", text]
    out = subprocess.run(command, capture_output=True, check=True).stdout
    # Written to a pipe the header does not know its length.
    with wave.open(io.BytesIO(out)) as w:
        rate = w.getframerate()
    x = np.frombuffer(out[44:], dtype="<i2").astype(np.float32) / 32768
    y = torchaudio.functional.resample(torch.from_numpy(x.copy()), rate, RATE).numpy()
    loud = np.flatnonzero(np.abs(y) > 0.01)
    y = y[max(0, loud[0] - 200) : loud[-1] + 400]
    return 0.8 * y / np.abs(y).max()


def write(path, samples):
    """8 bits are enough for speech, and half of 16."""
    with wave.open(str(path), "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(1)
        w.setframerate(RATE)
        w.writeframes(np.clip(np.round(samples * 127 + 128), 0, 255).astype(np.uint8).tobytes())


def folder(name):
    to = SAMPLES / name / "sounds"
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    return to


def recognition():
    """Numbers of one to three digits by ten voices, fast and slow, high and low."""
    rng = np.random.Generator(np.random.PCG64(5))
    voices = ["en-us", "en-us+m1", "en-us+m3", "en-us+m7", "en-us+f2", "en-us+f4", "en-gb", "en-gb+m2", "en-gb+f1", "en-gb-x-rp"]
    to = folder("speech-recognition")
    rows = []
    for i in range(230):
        words = [DIGITS[d] for d in rng.integers(0, 10, rng.choice([1, 2, 3], p=[0.35, 0.4, 0.25]))]
        voice = voices[rng.integers(len(voices))]
        sound = speak(" ".join(words), voice, int(rng.integers(165, 215)), int(rng.integers(30, 70)))
        sound = sound + rng.normal(0, 0.004, len(sound))
        name = f"{i:03d}.wav"
        write(to / name, sound)
        rows.append([f"sounds/{name}", " ".join(words), voice])
    with open(to.parent / "spoken.csv", "w", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(["file", "said", "voice"])
        writer.writerows(rows)


def synthesis():
    """Three words each, by one voice; some of their letters are silent."""
    rng = np.random.Generator(np.random.PCG64(7))
    counts = "two three four five six seven eight nine ten twelve".split()
    colours = "white black green yellow brown blue".split()
    nouns = "knights ghosts lambs horses whales wolves sheep doves".split()
    texts = [f"{a} {b} {c}" for a in counts for b in colours for c in nouns]
    to = folder("speech-synthesis")
    rows = []
    for i, choice in enumerate(rng.permutation(len(texts))[:140]):
        name = f"{i:03d}.wav"
        write(to / name, speak(texts[choice], "en-gb", 180, 45))
        rows.append([texts[choice], f"sounds/{name}"])
    with open(to.parent / "spoken.csv", "w", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(["text", "sound"])
        writer.writerows(rows)


if __name__ == "__main__":
    torch.set_num_threads(1)
    recognition()
    synthesis()
