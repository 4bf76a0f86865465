import type { OpDefinition } from '../op';
import { divisor } from './_average';
import { elements, mulDims } from './_infer';
import { kernelSource, launch } from './_launch';
import { inferPool, nested, overWindow, poolWindow } from './_pool';

/** Attributes `kernel_shape`, `strides`, `pads`, `ceil_mode`, `count_include_pad` (0), `divisor_override`. */
export const op: OpDefinition = {
  name: 'AveragePool',
  summary: 'Mean over a sliding window',
  formula: 'y = mean x over the window',
  torch: ['nn.AvgPool1d', 'nn.AvgPool2d', 'nn.AvgPool3d', 'F.avg_pool2d'],
  infer: (inputs, attributes) => [inferPool('avg_pool', inputs, attributes)],
  flops: (_, outputs, attributes) =>
    mulDims(
      elements(outputs[0]),
      poolWindow(attributes).kernel.reduce((p, k) => p * k, 1),
    ),
  gradient: g =>
    g.emit('AveragePoolGrad', [g.outputGradients[0]!], {
      ...g.attributes,
      shape: g.type(g.inputs[0]!).shape,
    }),
  lower(l) {
    const [x] = l.inputs;
    const [y] = l.outputs;
    const w = poolWindow(l.attributes);
    const spatial = x!.shape.slice(2);
    const { grid, prologue, at } = launch([x!.shape[0]! * x!.shape[1]!, ...y!.shape.slice(2)]);
    const [plane, ...o] = at;
    const read = `x[${nested(['plane', ...spatial.map((_, i) => `i${i}`)], [0, ...spatial])}]`;
    l.kernel({
      name: 'AveragePool',
      source: kernelSource(
        ['x'],
        `${prologue} int plane = ${plane}; let s = 0;
        ${overWindow(w, spatial, o, `s += ${read};`)}
        int count = ${divisor(l.attributes, w, spatial, o)};
        return s / count;`,
      ),
      inputs: [x!],
      output: y!,
      grid,
    });
  },
};
