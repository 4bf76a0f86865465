/** What translations of several families need. */
import type { DType } from '../../../model/graph';
import { elementTypes } from '../schema';
import { type Translate, type TranslationContext, Unsupported } from '../translation';

/** Stands for infinity in attributes: the largest float32. */
export const huge = 3.4028234663852886e38;
export const finite = (x: number): number => (Number.isNaN(x) ? 0 : Math.min(Math.max(x, -huge), huge));

/** An input as a tensor, or "" where it is left out. */
export const optional = (c: TranslationContext, i: number): string => (c.has(i) ? c.tensor(i) : '');
export const all = (c: TranslationContext): string[] => c.inputs.map((_, i) => optional(c, i));
export const rankOf = (c: TranslationContext, i = 0): number => c.type(i).shape.length;

/** Axes from 0, as ONNX counts negative ones from the end. */
export function axisOf(axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(at) || at < 0 || at > rank) throw new Unsupported(`axis ${axis} of ${rank}`);
  return at;
}

/** The op of the same name, with these floats as attributes. */
export const same =
  (defaults: Readonly<Record<string, number>> = {}): Translate =>
  c => {
    const attributes: Record<string, number> = {};
    for (const [key, value] of Object.entries(defaults)) attributes[key] = finite(c.float(key, value));
    c.finish(c.op, all(c), attributes);
  };

/** The value of a scalar input if it is known; NaN if not. */
export function scalarInput(c: TranslationContext, i: number, otherwise: number): number {
  if (!c.has(i)) return otherwise;
  const value = c.known(i)?.values[0];
  return typeof value === 'number' ? value : Number.NaN;
}

export function dtypeOf(number: number): DType {
  const type = elementTypes[number];
  if (!type || type.name === 'STRING') throw new Unsupported(`the element type ${type?.name ?? number}`);
  return type.dtype;
}

/** The node's last step: x times the sigmoid of alpha x. */
export function finishSwish(c: TranslationContext, alpha: number): undefined {
  const x = c.tensor(0);
  const scaled = c.emit('Mul', [x, c.constant('float32', [], [alpha])]);
  return c.finish('Mul', [x, c.emit('Sigmoid', scaled)[0]!]);
}

/** Casts where the type is another. */
export function cast(c: TranslationContext, x: string, to: DType): string {
  return c.typeOf(x).dtype === to ? x : c.emit('Cast', [x], { to })[0]!;
}
