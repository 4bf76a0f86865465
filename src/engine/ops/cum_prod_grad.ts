import type { OpDefinition } from '../op';
import { axisOf, elements, input, mulDims, number } from './_infer';
import { dot, kernelSource, launch, stridesOf } from './_launch';
import { productGradient } from './cum_prod';

/** Inputs dL/dy and x; attribute `axis`. */
export const op: OpDefinition = {
  name: 'CumProdGrad',
  internal: true,
  summary: 'Gradient of CumProd',
  infer: inputs => [input(inputs, 1, 'CumProdGrad')],
  flops: (_, outputs) => mulDims(3, elements(outputs[0])),
  lower(l) {
    const [dy, x] = l.inputs;
    const axis = axisOf(number(l.attributes, 'axis', 0), x!.shape.length);
    const { grid, prologue, at } = launch(x!.shape);
    const cell = dot(
      at.map((a, i) => (i === axis ? 't' : a)),
      stridesOf(x!.shape),
    );
    l.kernel({
      name: 'CumProdGrad',
      source: kernelSource(
        ['dy', 'x'],
        `${prologue} ${productGradient(x!.shape[axis] ?? 1, at[axis] ?? '0', cell)}`,
      ),
      inputs: [dy!, x!],
      output: l.outputs[0]!,
      grid,
    });
  },
};
