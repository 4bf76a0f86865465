import type { OpDefinition } from '../op';
import { elements, input, mulDims } from './_infer';
import { kernelSource, launch } from './_launch';
import { gateGrid, stepKernel } from './_recurrent';

/**
 * One step of a GRU whose reset gate comes after the product with the recurrent weights (PyTorch's): inputs x W + b and
 * h R + b, both [N, 3H] with the gates in ONNX's order (update, reset, hidden), and the hidden state [N, H]. Outputs
 * the new hidden state, and the gates after their functions.
 */
export const op: OpDefinition = {
  name: 'GRUStep',
  internal: true,
  summary: 'Gates and state of one step of a GRU',
  infer: inputs => [input(inputs, 2, 'GRUStep'), input(inputs, 0, 'GRUStep')],
  flops: inputs => mulDims(8, elements(inputs[2])),
  gradient(g) {
    const dh = g.outputGradients[0];
    if (!dh) return [null, null, null];
    return g.emit('GRUStepGrad', [dh, g.inputs[1]!, g.inputs[2]!, g.outputs[1]!]);
  },
  lower(l) {
    const [x, z, h] = l.inputs;
    const [y, gates] = l.outputs;
    const { grid, row, column, width } = gateGrid(gates!.shape, 3);
    if (l.fast) {
      l.kernel(stepKernel('gruStep', [x!, z!, h!], [y!, gates!], width));
      return;
    }
    l.kernel({
      name: 'GRU gates',
      source: kernelSource(
        ['x', 'z'],
        `int at = ${row} * ${3 * width} + ${column}; let y = 0;
        if (${column} < ${2 * width}) { y = 1 / (1 + Math.exp(-(x[at] + z[at]))); }
        else {
          const r = 1 / (1 + Math.exp(-(x[at - ${width}] + z[at - ${width}])));
          y = Math.tanh(x[at] + r * z[at]);
        }
        return y;`,
      ),
      inputs: [x!, z!],
      output: gates!,
      grid,
    });
    const small = launch(h!.shape);
    const [n, m] = small.at;
    l.kernel({
      name: 'GRU hidden',
      source: kernelSource(
        ['g', 'h'],
        `int p = ${n} * ${3 * width} + ${m}; return (1 - g[p]) * g[p + ${2 * width}] + g[p] * h[${n} * ${width} + ${m}];`,
      ),
      inputs: [gates!, h!],
      output: y!,
      grid: small.grid,
    });
  },
};
