/** A small model as the reader gives it, for tests: Linear(2, 5), relu, Linear(5, 1). */
import type { Model, SourceRange } from '../../../src/model/graph';

export const file = '/w/net.py';

export function range(line: number, column: number, endColumn: number, endLine = line): SourceRange {
  return { file, line, column, endLine, endColumn };
}

export const source = `import torch.nn as nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 5)
        self.fc2 = nn.Linear(5, 1)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        return self.fc2(x)
`;

const float = { dtype: 'float32' } as const;

export const net: Model = {
  name: 'Net',
  file,
  format: 'pytorch',
  definition: range(4, 1, 26, 12),
  inputs: ['x'],
  outputs: ['y'],
  values: {
    x: { id: 'x', ...float, shape: ['N', 2] },
    h: { id: 'h', ...float, shape: ['N', 5] },
    r: { id: 'r', ...float, shape: ['N', 5] },
    y: { id: 'y', ...float, shape: ['N', 1] },
    'fc1.weight': { id: 'fc1.weight', ...float, shape: [5, 2] },
    'fc1.bias': { id: 'fc1.bias', ...float, shape: [5] },
    'fc2.weight': { id: 'fc2.weight', ...float, shape: [1, 5] },
    'fc2.bias': { id: 'fc2.bias', ...float, shape: [1] },
  },
  nodes: [
    {
      id: 'n1',
      op: 'Gemm',
      module: 'fc1',
      inputs: ['x', 'fc1.weight', 'fc1.bias'],
      outputs: ['h'],
      attributes: { transB: 1 },
      call: range(11, 20, 31),
    },
    {
      id: 'n2',
      op: 'Relu',
      module: '',
      inputs: ['h'],
      outputs: ['r'],
      attributes: {},
      call: range(11, 13, 32),
    },
    {
      id: 'n3',
      op: 'Gemm',
      module: 'fc2',
      inputs: ['r', 'fc2.weight', 'fc2.bias'],
      outputs: ['y'],
      attributes: { transB: 1 },
      call: range(12, 16, 27),
    },
  ],
  parameters: [
    parameter('fc1.weight', [5, 2], 0.70719),
    parameter('fc1.bias', [5], 0.70719),
    parameter('fc2.weight', [1, 5], 0.4472),
    parameter('fc2.bias', [1], 0.4472),
  ],
  modules: [
    { path: '', type: 'Net', arguments: '', parameters: [], inputs: ['x'], outputs: ['y'] },
    {
      path: 'fc1',
      type: 'Linear',
      arguments: 'in_features=2, out_features=5, bias=True',
      definition: range(7, 20, 35),
      parameters: ['fc1.weight', 'fc1.bias'],
      inputs: ['x'],
      outputs: ['h'],
    },
    {
      path: 'fc2',
      type: 'Linear',
      arguments: 'in_features=5, out_features=1, bias=True',
      definition: range(8, 20, 35),
      parameters: ['fc2.weight', 'fc2.bias'],
      inputs: ['r'],
      outputs: ['y'],
    },
  ],
};

function parameter(name: string, shape: number[], bound: number): Model['parameters'][number] {
  return {
    name,
    dtype: 'float32',
    shape,
    kind: 'parameter',
    trainable: true,
    initializer: { kind: 'uniform', low: -bound, high: bound },
  };
}
