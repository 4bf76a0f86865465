import type { OpDefinition } from '../op';
import { elements, input } from './_infer';
import { kernelSource, launch } from './_launch';
import { nested, overCovering, poolWindow } from './_pool';

/** Inputs dL/dy and the places of the maxima; attributes of the MaxPool and `shape`, that of its input. */
export const op: OpDefinition = {
  name: 'MaxPoolGrad',
  internal: true,
  summary: 'Gradient of a MaxPool',
  infer: (inputs, attributes) => [
    { dtype: input(inputs, 0, 'MaxPoolGrad').dtype, shape: attributes['shape'] as readonly number[] },
  ],
  flops: inputs => elements(inputs[0]),
  lower(l) {
    const [dy, indices] = l.inputs;
    const [dx] = l.outputs;
    const w = poolWindow(l.attributes);
    const spatial = dx!.shape.slice(2);
    const out = dy!.shape.slice(2);
    const { grid, prologue, at } = launch([dx!.shape[0]! * dx!.shape[1]!, ...spatial]);
    const [plane, ...i] = at;
    const cell = nested(['plane', ...out.map((_, a) => `o${a}`)], [0, ...out]);
    l.kernel({
      name: 'MaxPoolGrad',
      source: kernelSource(
        ['dy', 'best'],
        `${prologue} int plane = ${plane}; int place = ${nested(i, spatial)}; let s = 0;
        ${overCovering(w, out, i, `int cell = ${cell}; if (best[cell] === place) { s += dy[cell]; }`)}
        return s;`,
      ),
      inputs: [dy!, indices!],
      output: dx!,
      grid,
      fast: {
        name: 'maxPoolGrad',
        params: {
          planes: dx!.shape[0]! * dx!.shape[1]!,
          size: spatial.reduce((p, d) => p * d, 1),
          count: out.reduce((p, d) => p * d, 1),
        },
      },
    });
  },
};
