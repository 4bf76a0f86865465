import type { OpDefinition } from '../op';
import { divisor } from './_average';
import { elements, input } from './_infer';
import { kernelSource, launch } from './_launch';
import { nested, overCovering, poolWindow } from './_pool';

/** Input dL/dy; attributes of the AveragePool and `shape`, that of its input. */
export const op: OpDefinition = {
  name: 'AveragePoolGrad',
  internal: true,
  summary: 'Gradient of an AveragePool',
  infer: (inputs, attributes) => [
    { dtype: input(inputs, 0, 'AveragePoolGrad').dtype, shape: attributes['shape'] as readonly number[] },
  ],
  flops: inputs => elements(inputs[0]),
  lower(l) {
    const [dy] = l.inputs;
    const [dx] = l.outputs;
    const w = poolWindow(l.attributes);
    const spatial = dx!.shape.slice(2);
    const out = dy!.shape.slice(2);
    const { grid, prologue, at } = launch([dx!.shape[0]! * dx!.shape[1]!, ...spatial]);
    const [plane, ...i] = at;
    const o = out.map((_, a) => `o${a}`);
    const cell = nested(['plane', ...o], [0, ...out]);
    l.kernel({
      name: 'AveragePoolGrad',
      source: kernelSource(
        ['dy'],
        `${prologue} int plane = ${plane}; let s = 0;
        ${overCovering(w, out, i, `int count = ${divisor(l.attributes, w, spatial, o)}; s += dy[${cell}] / count;`)}
        return s;`,
      ),
      inputs: [dy!],
      output: dx!,
      grid,
    });
  },
};
