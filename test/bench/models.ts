/** The benchmark's nets as PyTorch source: Vitrine reads them like any user's file. */
import type { Workload } from './peer';

const lenet = `
import torch
from torch import nn
import torch.nn.functional as F

class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)
`;

const gpt = `
import torch
from torch import nn
import torch.nn.functional as F

class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.ln1 = nn.LayerNorm(width)
        self.ln2 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)
        self.heads = heads

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = self.qkv(self.ln1(x)).split(c, 2)
        q = q.view(b, t, self.heads, c // self.heads).transpose(1, 2)
        k = k.view(b, t, self.heads, c // self.heads).transpose(1, 2)
        v = v.view(b, t, self.heads, c // self.heads).transpose(1, 2)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).reshape(b, t, c))
        return x + self.down(F.gelu(self.up(self.ln2(x))))

class Model(nn.Module):
    def __init__(self, vocabulary=LENGTHS_VOCABULARY, width=LENGTHS_WIDTH, layers=LENGTHS_LAYERS, heads=LENGTHS_HEADS, length=LENGTHS_LENGTH):
        super().__init__()
        self.tok = nn.Embedding(vocabulary, width)
        self.pos = nn.Embedding(length, width)
        self.blocks = nn.Sequential(*[Block(width, heads) for _ in range(layers)])
        self.ln = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, x):
        x = self.tok(x) + self.pos(torch.arange(x.shape[1]))
        return self.head(self.ln(self.blocks(x)))
`;

const resnet18 = `
import torch
from torch import nn
import torch.nn.functional as F

class Basic(nn.Module):
    def __init__(self, a, b, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(a, b, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(b)
        self.conv2 = nn.Conv2d(b, b, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(b)
        self.down = None
        if stride != 1 or a != b:
            self.down = nn.Sequential(nn.Conv2d(a, b, 1, stride, bias=False), nn.BatchNorm2d(b))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.down is None else self.down(x)))

class Model(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.pool = nn.MaxPool2d(3, 2, 1)
        blocks, a = [], 64
        for b, stride in ((64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)):
            blocks.append(Basic(a, b, stride))
            a = b
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(512, classes)

    def forward(self, x):
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        return self.fc(F.adaptive_avg_pool2d(self.blocks(x), 1).flatten(1))
`;

const mobile = `
import torch
from torch import nn
import torch.nn.functional as F

class Inverted(nn.Module):
    def __init__(self, a, b, stride, expand=6):
        super().__init__()
        h = a * expand
        self.body = nn.Sequential(
            nn.Conv2d(a, h, 1, bias=False), nn.BatchNorm2d(h), nn.ReLU6(),
            nn.Conv2d(h, h, 3, stride, 1, groups=h, bias=False), nn.BatchNorm2d(h), nn.ReLU6(),
            nn.Conv2d(h, b, 1, bias=False), nn.BatchNorm2d(b))
        self.same = stride == 1 and a == b

    def forward(self, x):
        return x + self.body(x) if self.same else self.body(x)

class Model(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU6())
        self.blocks = nn.Sequential(Inverted(16, 24, 2), Inverted(24, 24, 1), Inverted(24, 32, 2), Inverted(32, 32, 1))
        self.fc = nn.Linear(32, classes)

    def forward(self, x):
        return self.fc(F.adaptive_avg_pool2d(self.blocks(self.stem(x)), 1).flatten(1))
`;

const recurrent = (layer: 'LSTM' | 'GRU'): string => `
import torch
from torch import nn

class Model(nn.Module):
    def __init__(self, vocabulary=64, width=128, classes=10):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.layers = nn.${layer}(width, width, num_layers=2, batch_first=True)
        self.fc = nn.Linear(width, classes)

    def forward(self, x):
        y, _ = self.layers(self.embed(x))
        return self.fc(y[:, -1])
`;

const wide = `
from torch import nn

class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(784, 2048), nn.ReLU(), nn.Linear(2048, 1024), nn.ReLU())
        self.head = nn.Linear(1024, 10)

    def forward(self, x):
        return self.head(self.body(x))
`;

const unet = `
import torch
from torch import nn
import torch.nn.functional as F

def double(a, b):
    return nn.Sequential(
        nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(inplace=True),
        nn.Conv2d(b, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(inplace=True))

class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1, self.down2, self.middle = double(3, 16), double(16, 32), double(32, 64)
        self.rise2, self.rise1 = nn.ConvTranspose2d(64, 32, 2, 2), nn.ConvTranspose2d(32, 16, 2, 2)
        self.up2, self.up1 = double(64, 32), double(32, 16)
        self.out = nn.Conv2d(16, 1, 1)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(F.max_pool2d(a, 2))
        c = self.middle(F.max_pool2d(b, 2))
        y = self.up2(torch.cat([b, self.rise2(c)], 1))
        return self.out(self.up1(torch.cat([a, self.rise1(y)], 1)))
`;

const sized = (vocabulary: number, width: number, layers: number, heads: number, length: number): string =>
  gpt
    .replace('LENGTHS_VOCABULARY', String(vocabulary))
    .replace('LENGTHS_WIDTH', String(width))
    .replace('LENGTHS_LAYERS', String(layers))
    .replace('LENGTHS_HEADS', String(heads))
    .replace('LENGTHS_LENGTH', String(length));

/** Nets of which memory is measured (memory.ts). */
export function sourceOf(name: 'wide' | 'lenet' | 'resnet18' | 'gpt' | 'unet' | 'lstm'): string {
  return { wide, lenet, resnet18, gpt: sized(256, 192, 6, 6, 128), unet, lstm: recurrent('LSTM') }[name];
}

const nets = { resnet18, mobile, lstm: recurrent('LSTM'), gru: recurrent('GRU') };

const gemm = (size: number): string => `
from torch import nn

class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(${size}, ${size}, bias=False)

    def forward(self, x):
        return self.fc(x)
`;

/** Source of the class `Model` and the shape of one sample. */
export function modelOf(w: Workload): { source: string; input: number[] } {
  if (w.kind === 'lenet') return { source: lenet, input: [1, 28, 28] };
  if (w.kind === 'net') {
    const words = w.net === 'lstm' || w.net === 'gru';
    return { source: nets[w.net], input: words ? [32] : [3, w.side ?? 64, w.side ?? 64] };
  }
  if (w.kind === 'gpt') {
    const source = sized(w.vocabulary, w.width, w.layers, w.heads, w.length);
    return { source, input: [w.length] };
  }
  if (w.kind === 'gemm') return { source: gemm(w.size), input: [w.size] };
  const [a, h, o] = w.sizes;
  const source = `
from torch import nn

class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(${a}, ${h})
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(${h}, ${o})

    def forward(self, x):
        return self.fc2(self.relu(self.fc1(x)))
`;
  return { source, input: [a] };
}
