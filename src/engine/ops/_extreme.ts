import type { GradientContext, OpDefinition } from '../op';
import { axesOf, input } from './_infer';
import { keepAxes } from './_reduce';

/** PyTorch's refusal of the extreme of no values, where there is a cell for it. */
export function extremeOfNothing(name: 'max' | 'min'): NonNullable<OpDefinition['refuses']> {
  return (inputs, attributes) => {
    const { shape } = input(inputs, 0, name);
    if (!shape.includes(0)) return undefined;
    const given = attributes['axes'];
    if (given === undefined || given === null)
      return `${name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.`;
    const none = axesOf(given, shape.length).find(a => shape[a] === 0);
    return none === undefined
      ? undefined
      : `${name}(): Expected reduction dim ${none} to have non-zero size.`;
  };
}

/** The gradient of amax and amin: shared evenly among the values that are equal to the extreme, as in PyTorch. */
export function extremeGradient(g: GradientContext): string[] {
  const [x] = g.inputs;
  const y = keepAxes(g, g.outputs[0]!);
  const dy = keepAxes(g, g.outputGradients[0]!);
  const [equal] = g.emit('Map', [x!, y], { expression: 'a === b ? 1 : 0' });
  const axes = g.attributes['axes'];
  const [count] = g.emit('ReduceSum', [equal!], { ...(axes !== undefined && { axes }), keepdims: 1 });
  return g.emit('Map', [equal!, dy, count!], { expression: 'a * b / c' });
}
