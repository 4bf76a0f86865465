import registered from 'registry:engine/ops#op';
import type { OpDefinition } from '../../engine/op';
import type { Command } from '../command';
import { tableLines } from '../table';

export const command: Command = {
  name: 'ops',
  usage: '[--json]',
  summary: 'List the operators that models may use, by their ONNX names, and how PyTorch spells them.',
  arguments: [0, 0],
  options: {},
  async run({ terminal }) {
    const ops = (registered as readonly OpDefinition[])
      .filter(op => !op.internal)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    if (terminal.json) {
      terminal.result({
        ops: ops.map(op => ({
          name: op.name,
          summary: op.summary,
          ...(op.formula && { formula: op.formula }),
          torch: op.torch ?? [],
          differentiable: op.gradient !== undefined,
        })),
      });
      return true;
    }
    terminal.print(
      ...tableLines(
        [
          { title: 'Op' },
          { title: 'PyTorch', most: 44 },
          { title: 'Gradient' },
          { title: 'What it computes', most: 70 },
        ],
        ops.map(op => [op.name, (op.torch ?? []).join(', '), op.gradient ? 'yes' : 'no', op.summary]),
        t => terminal.bold(t),
      ),
    );
    return true;
  },
};
