import type { GradientContext } from '../op';
import { keepAxes } from './_reduce';

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
