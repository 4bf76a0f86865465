"""torchaudio.transforms: spectrograms as modules, with torchaudio's buffers by their names."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Spectrogram(nn.Module):
    """[…, samples] -> […, n_fft / 2 + 1, frames]."""

    def __init__(self, n_fft=400, win_length=None, hop_length=None, pad=0, window_fn=torch.hann_window, power=2.0,
                 normalized=False, wkwargs=None, center=True, pad_mode="reflect", onesided=True, return_complex=None):
        super().__init__()
        self.n_fft = n_fft
        self.win_length = win_length if win_length is not None else n_fft
        self.hop_length = hop_length if hop_length is not None else self.win_length // 2
        self.register_buffer("window", window_fn(self.win_length, **(wkwargs or {})))
        self.pad, self.power, self.normalized = pad, power, normalized
        self.center, self.pad_mode, self.onesided = center, pad_mode, onesided

    def forward(self, waveform):
        if self.pad > 0:
            waveform = F.pad(waveform, (self.pad, self.pad), "constant")
        before = tuple(waveform.shape[:-1])
        flat = waveform if waveform.ndim == 2 else waveform.reshape(-1, waveform.shape[-1])
        made = torch.stft(flat, self.n_fft, hop_length=self.hop_length, win_length=self.win_length, window=self.window,
                          center=self.center, pad_mode=self.pad_mode, normalized=self.normalized == "frame_length",
                          onesided=self.onesided, return_complex=True)
        if waveform.ndim != 2:
            made = made.reshape(*before, *made.shape[-2:])
        if self.normalized in (True, "window"):
            made = made / self.window.pow(2.0).sum().sqrt()
        if self.power is None:
            return made
        return made.abs() if self.power == 1.0 else made.abs().pow(self.power)


class MelScale(nn.Module):
    """[…, frequencies, frames] -> […, n_mels, frames]: triangles over the scale of HTK or Slaney."""

    def __init__(self, n_mels=128, sample_rate=16000, f_min=0.0, f_max=None, n_stft=201, norm=None, mel_scale="htk"):
        super().__init__()
        self.n_mels, self.sample_rate = n_mels, sample_rate
        self.f_min, self.f_max = f_min, f_max if f_max is not None else float(sample_rate // 2)
        if f_min > self.f_max:
            raise ValueError(f"Require f_min: {f_min} <= f_max: {self.f_max}")
        self.register_buffer("fb", torch.tensor(_triangles(n_stft, f_min, self.f_max, n_mels, sample_rate, norm, mel_scale)))

    def forward(self, specgram):
        return torch.matmul(specgram.transpose(-1, -2), self.fb).transpose(-1, -2)


class MelSpectrogram(nn.Module):
    """[…, samples] -> […, n_mels, frames]."""

    def __init__(self, sample_rate=16000, n_fft=400, win_length=None, hop_length=None, f_min=0.0, f_max=None, pad=0,
                 n_mels=128, window_fn=torch.hann_window, power=2.0, normalized=False, wkwargs=None, center=True,
                 pad_mode="reflect", onesided=None, norm=None, mel_scale="htk"):
        super().__init__()
        self.sample_rate, self.n_fft, self.n_mels = sample_rate, n_fft, n_mels
        self.spectrogram = Spectrogram(n_fft, win_length, hop_length, pad, window_fn, power, normalized, wkwargs, center,
                                       pad_mode)
        self.win_length, self.hop_length = self.spectrogram.win_length, self.spectrogram.hop_length
        self.mel_scale = MelScale(n_mels, sample_rate, f_min, f_max, n_fft // 2 + 1, norm, mel_scale)

    def forward(self, waveform):
        return self.mel_scale(self.spectrogram(waveform))


class AmplitudeToDB(nn.Module):
    """Decibels of powers or magnitudes, none more than `top_db` below the loudest of a picture."""

    def __init__(self, stype="power", top_db=None):
        super().__init__()
        self.multiplier = 10.0 if stype == "power" else 20.0
        self.top_db = top_db

    def forward(self, x):
        made = self.multiplier * torch.log10(torch.clamp(x, min=1e-10))
        if self.top_db is None:
            return made
        loudest = made.amax(dim=tuple(range(-min(3, made.ndim), 0)), keepdim=True)
        return torch.maximum(made, loudest - self.top_db)


class MFCC(nn.Module):
    """[…, samples] -> […, n_mfcc, frames]: cosine transform of the mels in decibels, or of their logarithms."""

    def __init__(self, sample_rate=16000, n_mfcc=40, dct_type=2, norm="ortho", log_mels=False, melkwargs=None):
        super().__init__()
        if dct_type != 2:
            raise ValueError(f"DCT type not supported: {dct_type}")
        self.log_mels = log_mels
        self.amplitude_to_DB = AmplitudeToDB("power", 80.0)
        self.MelSpectrogram = MelSpectrogram(sample_rate=sample_rate, **(melkwargs or {}))
        if n_mfcc > self.MelSpectrogram.n_mels:
            raise ValueError("Cannot select more MFCC coefficients than # mel bins")
        self.register_buffer("dct_mat", torch.tensor(_cosines(n_mfcc, self.MelSpectrogram.n_mels, norm)))

    def forward(self, waveform):
        mels = self.MelSpectrogram(waveform)
        mels = torch.log(mels + 1e-6) if self.log_mels else self.amplitude_to_DB(mels)
        return torch.matmul(mels.transpose(-1, -2), self.dct_mat).transpose(-1, -2)


def _mel(hz, scale):
    if scale == "htk":
        return 2595.0 * math.log10(1.0 + hz / 700.0)
    return 15.0 + math.log(hz / 1000.0) / (math.log(6.4) / 27.0) if hz >= 1000.0 else hz / (200.0 / 3)


def _hz(mel, scale):
    if scale == "htk":
        return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    return 1000.0 * math.exp(math.log(6.4) / 27.0 * (mel - 15.0)) if mel >= 15.0 else 200.0 / 3 * mel


def _triangles(n_freqs, f_min, f_max, n_mels, sample_rate, norm, scale):
    """[frequencies][mels], as torchaudio.functional.melscale_fbanks."""
    if scale not in ("htk", "slaney"):
        raise ValueError('mel_scale should be one of "htk" or "slaney".')
    low, high = _mel(f_min, scale), _mel(f_max, scale)
    points = [_hz(low + (high - low) * i / (n_mels + 1), scale) for i in range(n_mels + 2)]
    rows = []
    for k in range(n_freqs):
        hz = (sample_rate // 2) * k / (n_freqs - 1)
        row = []
        for i in range(n_mels):
            a, b, c = points[i : i + 3]
            height = max(0.0, min((hz - a) / (b - a), (c - hz) / (c - b)))
            row.append(height * 2.0 / (c - a) if norm == "slaney" else height)
        rows.append(row)
    return rows


def _cosines(n_mfcc, n_mels, norm):
    """[mels][coefficients], as torchaudio.functional.create_dct."""
    rows = []
    for n in range(n_mels):
        row = [math.cos(math.pi / n_mels * (n + 0.5) * k) for k in range(n_mfcc)]
        if norm == "ortho":
            row = [v * math.sqrt(2.0 / n_mels) * (math.sqrt(0.5) if k == 0 else 1.0) for k, v in enumerate(row)]
        else:
            row = [2.0 * v for v in row]
        rows.append(row)
    return rows


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.make(f"torchaudio.transforms.{name}")
