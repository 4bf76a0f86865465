/** How parameters and buffers begin that a constructor computes with NumPy, by their numbers. */
import { strict as assert } from 'node:assert';
import { readText, said } from './_reader';

const head = `
import numpy as np
import torch
from torch import nn
`;

async function startOf(text: string, name: string): Promise<number[]> {
  const { Net } = await readText(head + text);
  const { initializer } = Net?.model?.parameters.find(p => p.name === name) ?? {};
  assert.equal(initializer?.kind, 'values', said(Net).join('\n'));
  return Array.from((initializer as { values: ArrayLike<number> }).values);
}

const near = (found: readonly number[], wanted: readonly number[]) => {
  assert.equal(found.length, wanted.length);
  for (const [i, w] of wanted.entries())
    assert.ok(Math.abs(found[i]! - w) < 1e-6, `${i}: ${found[i]}, not ${w}`);
};

describe('a start that a constructor computes with NumPy', function () {
  this.timeout(60_000);

  it('is known of sines and cosines of a grid, by an einsum', async () => {
    const found = await startOf(
      `
def line(width, at):
    omega = np.arange(width // 2, dtype=np.float64)
    omega /= width / 2.
    omega = 1. / 10000**omega
    out = np.einsum('m,d->md', at.reshape(-1), omega)
    return np.concatenate([np.sin(out), np.cos(out)], axis=1)

def plane(width, size):
    rows = np.arange(size, dtype=np.float32)
    grid = np.stack(np.meshgrid(rows, rows), axis=0).reshape([2, 1, size, size])
    return np.concatenate([line(width // 2, grid[0]), line(width // 2, grid[1])], axis=1)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Linear(5, 8)
        self.pos = nn.Parameter(torch.zeros(1, 9, 8), requires_grad=False)
        self.pos.data.copy_(torch.from_numpy(plane(8, 3)).float().unsqueeze(0))
    def forward(self, x):
        return self.proj(x) + self.pos
`,
      'pos',
    );
    const along = (p: number) => [Math.sin(p), Math.sin(p / 100), Math.cos(p), Math.cos(p / 100)];
    near(
      found,
      [...Array(9).keys()].flatMap(i => [...along(i % 3), ...along(Math.floor(i / 3))]),
    );
  });

  it('is known of repeated coordinates and of products of batches of matrices', async () => {
    const text = `
class Net(nn.Module):
    def __init__(self, rows=2, height=2, width=3):
        super().__init__()
        grid = np.stack(np.meshgrid(range(width), range(height), indexing='xy'), axis=0).astype(np.float32)
        at = torch.from_numpy(grid)
        at = torch.unsqueeze(torch.stack([at[0].view(-1), at[1].view(-1)], 0), 0).repeat(rows, 1, 1)
        self.at = nn.Parameter(torch.cat([at, torch.ones(rows, 1, height * width)], 1), requires_grad=False)
        self.register_buffer("twice", torch.tensor([[[2., 0., 1.]], [[0., 1., 0.]]]) @ self.at)
    def forward(self, x):
        return x + self.at + self.twice
`;
    const one = [0, 1, 2, 0, 1, 2, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1];
    near(await startOf(text, 'at'), [...one, ...one]);
    near(await startOf(text, 'twice'), [1, 3, 5, 1, 3, 5, 0, 0, 0, 1, 1, 1]);
  });

  it('is not called random where an operation is not computed', async () => {
    const net = (start: string) =>
      readText(
        `${head}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.w = nn.Parameter(${start})\n    def forward(self, x):\n        return x * self.w\n`,
      );
    const fixed = await net('torch.erf(torch.linspace(0, 1, 4))');
    assert.match(
      said(fixed['Net']).join('\n'),
      /warning unknown-initial-values .* is computed by Erf, which is not read yet/,
    );
    const drawn = await net('torch.erf(torch.randn(4))');
    assert.match(said(drawn['Net']).join('\n'), /unknown-initial-values .* is computed from random numbers/);
  });
});
