"""Layers of images, norms and embeddings. Each class takes one tensor of the shape that it names."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Conv1(nn.Module):
    shape = (2, 4, 11)

    def __init__(self):
        super().__init__()
        self.f = nn.Conv1d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2)

    def forward(self, x):
        return self.f(x)


class ConvSame1(nn.Module):
    shape = (2, 4, 11)

    def __init__(self):
        super().__init__()
        self.f = nn.Conv1d(4, 3, 4, padding="same", bias=False)

    def forward(self, x):
        return self.f(x)


class ConvReflect1(nn.Module):
    shape = (2, 4, 11)

    def __init__(self):
        super().__init__()
        self.f = nn.Conv1d(4, 3, 3, padding=1, padding_mode="reflect")

    def forward(self, x):
        return self.f(x)


class ConvTranspose1(nn.Module):
    shape = (2, 4, 11)

    def __init__(self):
        super().__init__()
        self.f = nn.ConvTranspose1d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2, dilation=1)

    def forward(self, x):
        return self.f(x)


class MaxPool1(nn.Module):
    shape = (2, 4, 11)

    def __init__(self):
        super().__init__()
        self.f = nn.MaxPool1d(3, stride=2, padding=1, ceil_mode=True)

    def forward(self, x):
        return self.f(x)


class MaxPoolDilated1(nn.Module):
    shape = (2, 4, 11)

    def __init__(self):
        super().__init__()
        self.f = nn.MaxPool1d(2, stride=1, dilation=2)

    def forward(self, x):
        return self.f(x)


class AvgPool1(nn.Module):
    shape = (2, 4, 11)

    def __init__(self):
        super().__init__()
        self.f = nn.AvgPool1d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)

    def forward(self, x):
        return self.f(x)


class AvgPoolPadded1(nn.Module):
    shape = (2, 4, 11)

    def __init__(self):
        super().__init__()
        self.f = nn.AvgPool1d(2, stride=2, padding=1)

    def forward(self, x):
        return self.f(x)


class AdaptiveAvg1(nn.Module):
    shape = (2, 4, 11)

    def __init__(self):
        super().__init__()
        self.f = nn.AdaptiveAvgPool1d(3)

    def forward(self, x):
        return self.f(x)


class AdaptiveMax1(nn.Module):
    shape = (2, 4, 11)

    def __init__(self):
        super().__init__()
        self.f = nn.AdaptiveMaxPool1d(2)

    def forward(self, x):
        return self.f(x)


class BatchNormEval1(nn.Module):
    shape = (2, 4, 11)

    def __init__(self):
        super().__init__()
        self.f = nn.BatchNorm1d(4)

    def forward(self, x):
        return self.f(x)


class BatchNormTrain1(nn.Module):
    shape = (2, 4, 11)
    training_mode = True

    def __init__(self):
        super().__init__()
        self.f = nn.BatchNorm1d(4, momentum=0.3)

    def forward(self, x):
        return self.f(x)


class InstanceNorm1(nn.Module):
    shape = (2, 4, 11)

    def __init__(self):
        super().__init__()
        self.f = nn.InstanceNorm1d(4, affine=True)

    def forward(self, x):
        return self.f(x)


class Interpolate1(nn.Module):
    shape = (2, 4, 11)

    def forward(self, x):
        return F.interpolate(x, scale_factor=2, mode="nearest")


class InterpolateLinear1(nn.Module):
    shape = (2, 4, 11)

    def forward(self, x):
        return F.interpolate(x, scale_factor=1.5, mode="linear", align_corners=False)


class DropoutEval1(nn.Module):
    shape = (2, 4, 11)

    def __init__(self):
        super().__init__()
        self.f = nn.Dropout(0.4)

    def forward(self, x):
        return self.f(x)


class Conv2(nn.Module):
    shape = (2, 4, 9, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.Conv2d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2)

    def forward(self, x):
        return self.f(x)


class ConvSame2(nn.Module):
    shape = (2, 4, 9, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.Conv2d(4, 3, (3, 4), padding="same", bias=False)

    def forward(self, x):
        return self.f(x)


class ConvReflect2(nn.Module):
    shape = (2, 4, 9, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.Conv2d(4, 3, 3, padding=1, padding_mode="circular")

    def forward(self, x):
        return self.f(x)


class ConvTranspose2(nn.Module):
    shape = (2, 4, 9, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2, dilation=1)

    def forward(self, x):
        return self.f(x)


class MaxPool2(nn.Module):
    shape = (2, 4, 9, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True)

    def forward(self, x):
        return self.f(x)


class MaxPoolDilated2(nn.Module):
    shape = (2, 4, 9, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.MaxPool2d(2, stride=1, dilation=2)

    def forward(self, x):
        return self.f(x)


class AvgPool2(nn.Module):
    shape = (2, 4, 9, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)

    def forward(self, x):
        return self.f(x)


class AvgPoolPadded2(nn.Module):
    shape = (2, 4, 9, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.AvgPool2d(2, stride=2, padding=1)

    def forward(self, x):
        return self.f(x)


class AdaptiveAvg2(nn.Module):
    shape = (2, 4, 9, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.AdaptiveAvgPool2d(3)

    def forward(self, x):
        return self.f(x)


class AdaptiveMax2(nn.Module):
    shape = (2, 4, 9, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.AdaptiveMaxPool2d(2)

    def forward(self, x):
        return self.f(x)


class BatchNormEval2(nn.Module):
    shape = (2, 4, 9, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.BatchNorm2d(4)

    def forward(self, x):
        return self.f(x)


class BatchNormTrain2(nn.Module):
    shape = (2, 4, 9, 8)
    training_mode = True

    def __init__(self):
        super().__init__()
        self.f = nn.BatchNorm2d(4, momentum=0.3)

    def forward(self, x):
        return self.f(x)


class InstanceNorm2(nn.Module):
    shape = (2, 4, 9, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.InstanceNorm2d(4, affine=True)

    def forward(self, x):
        return self.f(x)


class Interpolate2(nn.Module):
    shape = (2, 4, 9, 8)

    def forward(self, x):
        return F.interpolate(x, scale_factor=2, mode="nearest")


class InterpolateLinear2(nn.Module):
    shape = (2, 4, 9, 8)

    def forward(self, x):
        return F.interpolate(x, scale_factor=1.5, mode="bilinear", align_corners=False)


class DropoutEval2(nn.Module):
    shape = (2, 4, 9, 8)

    def __init__(self):
        super().__init__()
        self.f = nn.Dropout2d(0.4)

    def forward(self, x):
        return self.f(x)


class Conv3(nn.Module):
    shape = (2, 4, 5, 6, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.Conv3d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2)

    def forward(self, x):
        return self.f(x)


class ConvSame3(nn.Module):
    shape = (2, 4, 5, 6, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.Conv3d(4, 3, (2, 3, 2), padding="same", bias=False)

    def forward(self, x):
        return self.f(x)


class ConvReflect3(nn.Module):
    shape = (2, 4, 5, 6, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.Conv3d(4, 3, 3, padding=1, padding_mode="replicate")

    def forward(self, x):
        return self.f(x)


class ConvTranspose3(nn.Module):
    shape = (2, 4, 5, 6, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.ConvTranspose3d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2, dilation=1)

    def forward(self, x):
        return self.f(x)


class MaxPool3(nn.Module):
    shape = (2, 4, 5, 6, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.MaxPool3d(3, stride=2, padding=1, ceil_mode=True)

    def forward(self, x):
        return self.f(x)


class MaxPoolDilated3(nn.Module):
    shape = (2, 4, 5, 6, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.MaxPool3d(2, stride=1, dilation=2)

    def forward(self, x):
        return self.f(x)


class AvgPool3(nn.Module):
    shape = (2, 4, 5, 6, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.AvgPool3d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)

    def forward(self, x):
        return self.f(x)


class AvgPoolPadded3(nn.Module):
    shape = (2, 4, 5, 6, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.AvgPool3d(2, stride=2, padding=1)

    def forward(self, x):
        return self.f(x)


class AdaptiveAvg3(nn.Module):
    shape = (2, 4, 5, 6, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.AdaptiveAvgPool3d(3)

    def forward(self, x):
        return self.f(x)


class AdaptiveMax3(nn.Module):
    shape = (2, 4, 5, 6, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.AdaptiveMaxPool3d(2)

    def forward(self, x):
        return self.f(x)


class BatchNormEval3(nn.Module):
    shape = (2, 4, 5, 6, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.BatchNorm3d(4)

    def forward(self, x):
        return self.f(x)


class BatchNormTrain3(nn.Module):
    shape = (2, 4, 5, 6, 5)
    training_mode = True

    def __init__(self):
        super().__init__()
        self.f = nn.BatchNorm3d(4, momentum=0.3)

    def forward(self, x):
        return self.f(x)


class InstanceNorm3(nn.Module):
    shape = (2, 4, 5, 6, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.InstanceNorm3d(4, affine=True)

    def forward(self, x):
        return self.f(x)


class Interpolate3(nn.Module):
    shape = (2, 4, 5, 6, 5)

    def forward(self, x):
        return F.interpolate(x, scale_factor=2, mode="nearest")


class InterpolateLinear3(nn.Module):
    shape = (2, 4, 5, 6, 5)

    def forward(self, x):
        return F.interpolate(x, scale_factor=1.5, mode="trilinear", align_corners=False)


class DropoutEval3(nn.Module):
    shape = (2, 4, 5, 6, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.Dropout3d(0.4)

    def forward(self, x):
        return self.f(x)


class AvgPoolDivisor(nn.Module):
    shape = (2, 3, 6, 6)

    def forward(self, x):
        return F.avg_pool2d(x, 2, divisor_override=3)


class LPPool2(nn.Module):
    shape = (2, 3, 6, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.LPPool2d(2, 3, stride=2)

    def forward(self, x):
        return self.f(x)


class LPPool1(nn.Module):
    shape = (2, 3, 9)

    def __init__(self):
        super().__init__()
        self.f = nn.LPPool1d(2, 2)

    def forward(self, x):
        return self.f(x)


class AdaptiveNone(nn.Module):
    shape = (2, 3, 6, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.AdaptiveAvgPool2d((None, 2))

    def forward(self, x):
        return self.f(x)


class GlobalPools(nn.Module):
    shape = (2, 3, 6, 5)

    def forward(self, x):
        return F.adaptive_avg_pool2d(x, 1).flatten(1) + x.amax((2, 3)) + F.adaptive_max_pool2d(x, (1, 1)).flatten(1)


class LayerNorm(nn.Module):
    shape = (2, 3, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.LayerNorm(5)
        self.g = nn.LayerNorm((3, 5), eps=1e-3, elementwise_affine=False)

    def forward(self, x):
        return self.g(self.f(x))


class LayerNormNoBias(nn.Module):
    shape = (2, 3, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.LayerNorm(5, bias=False)

    def forward(self, x):
        return self.f(x)


class GroupNorm(nn.Module):
    shape = (2, 6, 4, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.GroupNorm(3, 6)

    def forward(self, x):
        return self.f(x)


class RMSNorm(nn.Module):
    shape = (2, 3, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.RMSNorm(6)

    def forward(self, x):
        return self.f(x)


class LocalResponse(nn.Module):
    shape = (2, 6, 4, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.LocalResponseNorm(3)

    def forward(self, x):
        return self.f(x)


class BatchNormNoStats(nn.Module):
    shape = (5, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.BatchNorm1d(4, track_running_stats=False, affine=False)

    def forward(self, x):
        return self.f(x)


class WeightNorm(nn.Module):
    shape = (3, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.utils.parametrizations.weight_norm(nn.Linear(4, 5))

    def forward(self, x):
        return self.f(x)


class Bilinear(nn.Module):
    shape = (3, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.Bilinear(4, 4, 3)

    def forward(self, x):
        return self.f(x, x * 2)


class LinearOfMany(nn.Module):
    shape = (2, 3, 4, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.Linear(5, 2)

    def forward(self, x):
        return self.f(x)


class LinearOneRow(nn.Module):
    shape = (1, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.Linear(4, 1)

    def forward(self, x):
        return self.f(x)


class Embedding(nn.Module):
    shape = (2, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.Embedding(9, 5, padding_idx=4)

    def forward(self, x):
        return self.f((x * 4).round().long() + 4)


class EmbeddingMaxNorm(nn.Module):
    shape = (2, 3)

    def __init__(self):
        super().__init__()
        self.f = nn.Embedding(9, 5)

    def forward(self, x):
        return self.f((x * 4).round().long() + 4)


class EmbeddingBagSum(nn.Module):
    shape = (3, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.EmbeddingBag(9, 5, mode="sum")

    def forward(self, x):
        return self.f((x * 4).round().long() + 4)


class EmbeddingBagMean(nn.Module):
    shape = (3, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.EmbeddingBag(9, 5, mode="mean")

    def forward(self, x):
        return self.f((x * 4).round().long() + 4)


class EmbeddingBagMax(nn.Module):
    shape = (3, 4)

    def __init__(self):
        super().__init__()
        self.f = nn.EmbeddingBag(9, 5, mode="max")

    def forward(self, x):
        return self.f((x * 4).round().long() + 4)


class PixelShuffles(nn.Module):
    shape = (2, 4, 4, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.PixelShuffle(2)
        self.g = nn.PixelUnshuffle(2)

    def forward(self, x):
        return self.g(self.f(x)) + x


class ChannelShuffle(nn.Module):
    shape = (2, 6, 3, 2)

    def __init__(self):
        super().__init__()
        self.f = nn.ChannelShuffle(3)

    def forward(self, x):
        return self.f(x)


class FoldUnfold(nn.Module):
    shape = (2, 3, 5, 6)

    def forward(self, x):
        return F.fold(F.unfold(x, 3, padding=1), (5, 6), 3, padding=1)


class Unfold(nn.Module):
    shape = (2, 3, 5, 6)

    def __init__(self):
        super().__init__()
        self.f = nn.Unfold((2, 3), stride=(1, 2), dilation=(2, 1), padding=(1, 0))

    def forward(self, x):
        return self.f(x)


class UpsampleCorners(nn.Module):
    shape = (2, 3, 4, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.Upsample(size=(7, 9), mode="bilinear", align_corners=True)

    def forward(self, x):
        return self.f(x)


class UpsampleBicubic(nn.Module):
    shape = (2, 3, 4, 5)

    def __init__(self):
        super().__init__()
        self.f = nn.Upsample(scale_factor=2, mode="bicubic")

    def forward(self, x):
        return self.f(x)


class InterpolateArea(nn.Module):
    shape = (2, 3, 6, 9)

    def forward(self, x):
        return F.interpolate(x, size=(3, 4), mode="area")


class GridSample(nn.Module):
    shape = (2, 3, 4, 5)

    def forward(self, x):
        return F.grid_sample(x, F.affine_grid(torch.tensor([[[0.9, 0.1, 0.0], [-0.2, 0.8, 0.1]]]).expand(2, 2, 3), [2, 3, 4, 5], align_corners=False), align_corners=False)
