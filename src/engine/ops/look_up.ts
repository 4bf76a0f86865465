import type { DType } from '../../model/graph';
import type { OpDefinition } from '../op';
import { input, number, text } from './_infer';
import { kernelSource } from './_launch';

/**
 * Inputs x, keys [K] and values [K]: each cell becomes the value of the key that it equals. Attributes `default`, what
 * others become, `nan` (what a NaN becomes, if a key is one) and `dtype`, the type of the result.
 */
export const op: OpDefinition = {
  name: 'LookUp',
  internal: true,
  summary: 'Replaces values by others from a list',
  infer: (inputs, attributes) => [
    { dtype: text(attributes, 'dtype', 'float32') as DType, shape: input(inputs, 0, 'LookUp').shape },
  ],
  flops: () => 0,
  gradient: g => g.inputs.map(() => null),
  lower(l) {
    const [x, keys, values] = l.inputs;
    const [y] = l.outputs;
    const count = keys!.shape[0] ?? 0;
    const other = number(l.attributes, 'default', 0);
    const nan = l.attributes['nan'];
    const body = `
      const found = x[this.thread.x]; let out = ${other};
      ${typeof nan === 'number' ? `if (found !== found) { out = ${nan}; }` : ''}
      for (int i = 0; i < ${count}; i++) { if (keys[i] === found) { out = values[i]; } }
      return out;`;
    l.kernel({
      name: 'LookUp',
      source: kernelSource(['x', 'keys', 'values'], body),
      inputs: [x!, keys!, values!],
      output: y!,
    });
  },
};
