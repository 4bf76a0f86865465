import type { OpDefinition } from '../op';
import { elements, mulDims } from './_infer';
import { kernelSource, launch } from './_launch';
import { inferPool, nested, overWindow, planarParams, poolWindow } from './_pool';

/** Attributes `kernel_shape`, `strides`, `pads`, `dilations`, `ceil_mode`. NaN wins over all numbers, as in PyTorch. */
export const op: OpDefinition = {
  name: 'MaxPool',
  summary: 'Maximum over a sliding window',
  formula: 'y = max x over the window',
  torch: ['nn.MaxPool1d', 'nn.MaxPool2d', 'nn.MaxPool3d', 'F.max_pool2d'],
  infer: (inputs, attributes) => [inferPool('max_pool', inputs, attributes)],
  flops: (_, outputs, attributes) =>
    mulDims(
      elements(outputs[0]),
      poolWindow(attributes).kernel.reduce((p, k) => p * k, 1),
    ),
  gradient(g) {
    const [at] = g.emit('MaxPoolIndices', [g.inputs[0]!], g.attributes);
    const shape = g.type(g.inputs[0]!).shape;
    return g.emit('MaxPoolGrad', [g.outputGradients[0]!, at!], { ...g.attributes, shape });
  },
  lower(l) {
    const [x] = l.inputs;
    const [y] = l.outputs;
    const w = poolWindow(l.attributes);
    const spatial = x!.shape.slice(2);
    const planes = x!.shape[0]! * x!.shape[1]!;
    const { grid, prologue, at } = launch([planes, ...y!.shape.slice(2)]);
    const [plane, ...o] = at;
    const read = `x[${nested(['plane', ...spatial.map((_, i) => `i${i}`)], [0, ...spatial])}]`;
    const params = planarParams(w, planes, spatial, y!.shape.slice(2));
    l.kernel({
      name: 'MaxPool',
      source: kernelSource(
        ['x'],
        `${prologue} int plane = ${plane}; let s = -3.4e38; let first = 1.5;
        ${overWindow(w, spatial, o, `const v = ${read}; if (first > 1 || v > s || v !== v) { s = v; first = 0.5; }`)}
        return s;`,
      ),
      inputs: [x!],
      output: y!,
      grid,
      ...(params && { fast: { name: 'maxPool', params } }),
    });
  },
};
