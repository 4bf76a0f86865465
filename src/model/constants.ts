/** Constants that are added to a model. */
import type { DType, Parameter } from './graph';

/** A vector of numbers that the model itself states. */
export function vector(name: string, dtype: DType, values: readonly number[]): Parameter {
  return {
    name,
    dtype,
    shape: [values.length],
    kind: 'constant',
    trainable: false,
    initializer: { kind: 'values', values },
  };
}
