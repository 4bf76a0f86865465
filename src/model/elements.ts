/** How many numbers a parameter is, as PyTorch counts them: a complex one is one. */
import type { Model, Parameter } from './graph';

export function elementsOf({ shape, complex }: Pick<Parameter, 'shape' | 'complex'>): number {
  const stored = shape.reduce((a, b) => a * b, 1);
  return complex ? stored / 2 : stored;
}

/** Numbers that are learned, over all of a model's parameters, trainable or frozen. Buffers and constants do not count. */
export function parameterCount(model: Pick<Model, 'parameters'>): number {
  return model.parameters.filter(p => p.kind === 'parameter').reduce((n, p) => n + elementsOf(p), 0);
}
