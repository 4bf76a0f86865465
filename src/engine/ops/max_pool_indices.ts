import type { OpDefinition } from '../op';
import { elements } from './_infer';
import { kernelSource, launch } from './_launch';
import { inferPool, nested, overWindow, planarParams, poolWindow } from './_pool';

/** Where each maximum of a MaxPool stands in its plane, row-major; the first of equal ones. */
export const op: OpDefinition = {
  name: 'MaxPoolIndices',
  internal: true,
  summary: 'Places of the maxima of a MaxPool',
  torch: ['nn.MaxPool2d(return_indices=True)'],
  infer: (inputs, attributes) => [{ ...inferPool('max_pool', inputs, attributes), dtype: 'int64' }],
  gradient: () => [null],
  flops: (_, outputs) => elements(outputs[0]),
  lower(l) {
    const [x] = l.inputs;
    const [y] = l.outputs;
    const w = poolWindow(l.attributes);
    const spatial = x!.shape.slice(2);
    const { grid, prologue, at } = launch([x!.shape[0]! * x!.shape[1]!, ...y!.shape.slice(2)]);
    const [plane, ...o] = at;
    const within = nested(
      spatial.map((_, i) => `i${i}`),
      spatial,
    );
    const size = spatial.reduce((p, d) => p * d, 1);
    const params = planarParams(w, x!.shape[0]! * x!.shape[1]!, spatial, y!.shape.slice(2));
    l.kernel({
      name: 'MaxPoolIndices',
      source: kernelSource(
        ['x'],
        `${prologue} int base = ${plane} * ${size}; let s = -3.4e38; int best = -1;
        ${overWindow(w, spatial, o, `int place = ${within}; const v = x[base + place]; if (best < 0 || v > s || v !== v) { s = v; best = place; }`)}
        return best;`,
      ),
      inputs: [x!],
      output: y!,
      grid,
      ...(params && { fast: { name: 'maxPoolIndices', params } }),
    });
  },
};
