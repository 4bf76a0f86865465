import type { OpDefinition } from '../op';
import { elements, input, mulDims } from './_infer';
import { kernelSource, launch } from './_launch';
import { gateGrid, stepKernel } from './_recurrent';

/**
 * One step of an LSTM: inputs x W + b and h R + b, both [N, 4H] with the gates in ONNX's order (input, output, forget,
 * cell), and the cell state [N, H]. Outputs the hidden state, the cell state, and the gates after their functions.
 */
export const op: OpDefinition = {
  name: 'LSTMStep',
  internal: true,
  summary: 'Gates and states of one step of an LSTM',
  infer(inputs) {
    const z = input(inputs, 0, 'LSTMStep');
    const c = input(inputs, 2, 'LSTMStep');
    return [c, c, z];
  },
  flops: inputs => mulDims(8, elements(inputs[2])),
  gradient(g) {
    const [dh, dc] = g.outputGradients;
    const [, cell, gates] = g.outputs;
    const none = () => g.emit('ConstantOfShape', [], { shape: g.type(cell!).shape, value: 0 })[0]!;
    const [dz, before] = g.emit('LSTMStepGrad', [dh ?? none(), dc ?? none(), g.inputs[2]!, cell!, gates!]);
    return [dz!, dz!, before!];
  },
  lower(l) {
    const [x, z, c] = l.inputs;
    const [h, cell, gates] = l.outputs;
    const { grid, row, column, width } = gateGrid(gates!.shape, 4);
    if (l.fast) {
      l.kernel(stepKernel('lstmStep', [x!, z!, c!], [h!, cell!, gates!], width));
      return;
    }
    l.kernel({
      name: 'LSTM gates',
      source: kernelSource(
        ['x', 'z'],
        `int at = ${row} * ${4 * width} + ${column}; const v = x[at] + z[at];
        let y = 0; if (${column} < ${3 * width}) { y = 1 / (1 + Math.exp(-v)); } else { y = Math.tanh(v); } return y;`,
      ),
      inputs: [x!, z!],
      output: gates!,
      grid,
      elementwise: true,
    });
    const [n, m] = launch(c!.shape).at;
    const at = `int p = ${n} * ${4 * width} + ${m}; int q = ${n} * ${width} + ${m};`;
    l.kernel({
      name: 'LSTM cell',
      source: kernelSource(
        ['g', 'c'],
        `${at} return g[p + ${2 * width}] * c[q] + g[p] * g[p + ${3 * width}];`,
      ),
      inputs: [gates!, c!],
      output: cell!,
      grid: launch(c!.shape).grid,
    });
    l.kernel({
      name: 'LSTM hidden',
      source: kernelSource(['g', 'c'], `${at} return g[p + ${width}] * Math.tanh(c[q]);`),
      inputs: [gates!, cell!],
      output: h!,
      grid: launch(c!.shape).grid,
    });
  },
};
