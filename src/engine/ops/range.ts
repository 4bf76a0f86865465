import { addDims, floorDivDims, subDims } from '../../model/dim';
import type { Dim, DType } from '../../model/graph';
import type { OpDefinition } from '../op';
import { text } from './_infer';
import { kernelSource, launch } from './_launch';

/** Attributes `start` (0), `limit`, `delta` (1) and `dtype` ("int64"). */
export const op: OpDefinition = {
  name: 'Range',
  summary: 'Evenly spaced numbers',
  formula: 'yᵢ = start + i · delta',
  torch: ['torch.arange'],
  infer(_, attributes) {
    const start = (attributes['start'] ?? 0) as Dim;
    const delta = Number(attributes['delta'] ?? 1);
    const span = subDims(attributes['limit'] as Dim, start);
    const length =
      typeof span === 'number'
        ? Math.max(0, Math.ceil(span / delta))
        : floorDivDims(addDims(span, delta - 1), delta);
    return [{ dtype: text(attributes, 'dtype', 'int64') as DType, shape: [length] }];
  },
  flops: () => 0,
  gradient: () => [],
  lower(l) {
    const { grid, at } = launch(l.outputs[0]!.shape);
    const { start = 0, delta = 1 } = l.attributes;
    l.kernel({
      name: 'Range',
      source: kernelSource([], `return ${Number(start)} + ${at[0]} * ${Number(delta)};`),
      inputs: [],
      output: l.outputs[0]!,
      grid,
    });
  },
};
