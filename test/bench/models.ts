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
  if (w.kind === 'gpt') {
    const source = gpt
      .replace('LENGTHS_VOCABULARY', String(w.vocabulary))
      .replace('LENGTHS_WIDTH', String(w.width))
      .replace('LENGTHS_LAYERS', String(w.layers))
      .replace('LENGTHS_HEADS', String(w.heads))
      .replace('LENGTHS_LENGTH', String(w.length));
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
