import type { OpDefinition } from '../op';
import { elements, input, mulDims } from './_infer';
import { kernelSource, launch } from './_launch';
import { gateGrid, stepKernel } from './_recurrent';

/**
 * Inputs dL/dh of the step's result, h R + b [N, 3H], the hidden state before the step, and the gates. Outputs dL/d of
 * x W + b, of h R + b, and of the hidden state before (without what goes through the products).
 */
export const op: OpDefinition = {
  name: 'GRUStepGrad',
  internal: true,
  summary: 'Gradient of one step of a GRU',
  infer(inputs) {
    const z = input(inputs, 1, 'GRUStepGrad');
    return [z, z, input(inputs, 2, 'GRUStepGrad')];
  },
  flops: inputs => mulDims(20, elements(inputs[2])),
  lower(l) {
    const [dh, z, h, gates] = l.inputs;
    const [dx, dz, dbefore] = l.outputs;
    const { grid, row, column, width } = gateGrid(gates!.shape, 3);
    if (l.fast) {
      l.kernel(stepKernel('gruStepGrad', [dh!, z!, h!, gates!], [dx!, dz!, dbefore!], width));
      return;
    }
    const cell = `int gate = Math.floor((${column} + 0.5) / ${width}); int m = ${column} - gate * ${width};
      int p = ${row} * ${3 * width} + m; int q = ${row} * ${width} + m;`;
    l.kernel({
      name: 'GRU gate gradient',
      source: kernelSource(
        ['d', 'z', 'h', 'g'],
        `${cell} const u = g[p]; const r = g[p + ${width}]; const n = g[p + ${2 * width}];
        const dn = d[q] * (1 - u) * (1 - n * n); let v = dn;
        if (gate === 0) { v = d[q] * (h[q] - n) * u * (1 - u); }
        if (gate === 1) { v = dn * z[p + ${2 * width}] * r * (1 - r); }
        return v;`,
      ),
      inputs: [dh!, z!, h!, gates!],
      output: dx!,
      grid,
    });
    l.kernel({
      name: 'GRU recurrent gradient',
      source: kernelSource(
        ['dx', 'g'],
        `${cell} let v = dx[p + gate * ${width}]; if (gate === 2) { v = v * g[p + ${width}]; } return v;`,
      ),
      inputs: [dx!, gates!],
      output: dz!,
      grid,
    });
    const small = launch(h!.shape);
    const [n, m] = small.at;
    l.kernel({
      name: 'GRU state gradient',
      source: kernelSource(['d', 'g'], `return d[${n} * ${width} + ${m}] * g[${n} * ${3 * width} + ${m}];`),
      inputs: [dh!, gates!],
      output: dbefore!,
      grid: small.grid,
    });
  },
};
