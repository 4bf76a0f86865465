import type { OpDefinition } from '../op';
import { elements, input, mulDims } from './_infer';
import { kernelSource, launch } from './_launch';
import { gateGrid, stepKernel } from './_recurrent';

/**
 * Inputs dL/dh and dL/dc of the step's results, the cell state before and after it, and the gates. Outputs dL/dz of
 * the gates before their functions [N, 4H] and dL/dc of the cell state before the step.
 */
export const op: OpDefinition = {
  name: 'LSTMStepGrad',
  internal: true,
  summary: 'Gradient of one step of an LSTM',
  infer: inputs => [input(inputs, 4, 'LSTMStepGrad'), input(inputs, 2, 'LSTMStepGrad')],
  flops: inputs => mulDims(24, elements(inputs[2])),
  lower(l) {
    const [dh, dc, before, cell, gates] = l.inputs;
    const [dz, dbefore] = l.outputs;
    const { grid, row, column, width } = gateGrid(gates!.shape, 4);
    if (l.fast) {
      l.kernel(stepKernel('lstmStepGrad', [dh!, dc!, before!, cell!, gates!], [dz!, dbefore!], width));
      return;
    }
    const small = launch(before!.shape);
    const [n, m] = small.at;
    const total = l.scratch(before!.shape);
    l.kernel({
      name: 'LSTM cell gradient',
      source: kernelSource(
        ['dh', 'dc', 'c', 'g'],
        `int q = ${n} * ${width} + ${m}; const t = Math.tanh(c[q]);
        return dc[q] + dh[q] * g[${n} * ${4 * width} + ${width} + ${m}] * (1 - t * t);`,
      ),
      inputs: [dh!, dc!, cell!, gates!],
      output: total,
      grid: small.grid,
    });
    l.kernel({
      name: 'LSTM gate gradient',
      source: kernelSource(
        ['dh', 'd', 'b', 'c', 'g'],
        `int gate = Math.floor((${column} + 0.5) / ${width}); int m = ${column} - gate * ${width};
        int p = ${row} * ${4 * width} + m; int q = ${row} * ${width} + m;
        const own = g[p + gate * ${width}]; let v = 0;
        if (gate === 0) { v = d[q] * g[p + ${3 * width}] * own * (1 - own); }
        if (gate === 1) { v = dh[q] * Math.tanh(c[q]) * own * (1 - own); }
        if (gate === 2) { v = d[q] * b[q] * own * (1 - own); }
        if (gate === 3) { v = d[q] * g[p] * (1 - own * own); }
        return v;`,
      ),
      inputs: [dh!, total, before!, cell!, gates!],
      output: dz!,
      grid,
    });
    l.kernel({
      name: 'LSTM state gradient',
      source: kernelSource(
        ['d', 'g'],
        `return d[${n} * ${width} + ${m}] * g[${n} * ${4 * width} + ${2 * width} + ${m}];`,
      ),
      inputs: [total, gates!],
      output: dbefore!,
      grid: small.grid,
    });
  },
};
