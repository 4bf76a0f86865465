"""Layers that work on frequencies: filters, spectral convolution, autocorrelation, rotary positions, spectrograms."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class GlobalFilter(nn.Module):
    def __init__(self, width=5, height=6, channels=3):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(height, width // 2 + 1, channels, 2) * 0.02)

    def forward(self, x):
        n, height, width, c = x.shape
        spectrum = torch.fft.rfft2(x, dim=(1, 2), norm="ortho")
        spectrum = spectrum * torch.view_as_complex(self.weight)
        return torch.fft.irfft2(spectrum, s=(height, width), dim=(1, 2), norm="ortho")


class SpectralConvolution(nn.Module):
    def __init__(self, inputs=2, outputs=3, modes=4):
        super().__init__()
        self.outputs, self.modes = outputs, modes
        self.weight = nn.Parameter(torch.rand(inputs, outputs, modes, 2))
        self.skip = nn.Conv1d(inputs, outputs, 1)

    def forward(self, x):
        spectrum = torch.fft.rfft(x)
        out = torch.zeros(x.shape[0], self.outputs, x.shape[-1] // 2 + 1, dtype=torch.cfloat, device=x.device)
        kept = torch.einsum("bix,iox->box", spectrum[:, :, : self.modes], torch.view_as_complex(self.weight))
        out[:, :, : self.modes] = kept
        return F.gelu(torch.fft.irfft(out, n=x.shape[-1]) + self.skip(x))


class AutoCorrelation(nn.Module):
    def forward(self, queries, keys):
        q = torch.fft.rfft(queries.permute(0, 2, 1).contiguous(), dim=-1)
        k = torch.fft.rfft(keys.permute(0, 2, 1).contiguous(), dim=-1)
        found = torch.fft.irfft(q * torch.conj(k), n=queries.shape[1], dim=-1)
        return found.mean(dim=1), abs(q).mean(0).mean(0)


class Rotary(nn.Module):
    def __init__(self, size=8, longest=16):
        super().__init__()
        steps = 1.0 / (100.0 ** (torch.arange(0, size, 2).float() / size))
        angles = torch.outer(torch.arange(longest), steps)
        self.turns = torch.polar(torch.ones_like(angles), angles)
        self.project = nn.Linear(size, size)

    def forward(self, x):
        q = self.project(x)
        turned = torch.view_as_complex(q.float().reshape(*q.shape[:-1], -1, 2)) * self.turns[: x.shape[1]]
        return torch.view_as_real(turned).flatten(2).type_as(x)


class Spectrum(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("window", torch.hann_window(8))
        self.head = nn.Linear(5, 2)

    def forward(self, x):
        frames = torch.stft(x, 8, hop_length=4, window=self.window, return_complex=True)
        loud = (frames.real ** 2 + frames.imag ** 2).mean(-1)
        turned = torch.fft.fftshift(torch.fft.fft(x), dim=-1)
        back = torch.fft.ifft(torch.fft.ifftshift(turned, dim=-1)).real
        return self.head(loud), back + torch.fft.fft(x, n=20).abs()[:, :1] / (2 + 1j * x[:, :1]).abs()
