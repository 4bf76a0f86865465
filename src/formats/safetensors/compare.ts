/** Does a weights file fit a model? */
import type { Model } from '../../model/graph';
import { nearest } from '../../model/suggest';
import type { Header } from './header';

export interface Comparison {
  /** Parameters and buffers of the model that the file lacks, with a near name in the file that the model lacks. */
  missing: readonly { name: string; shape: readonly number[]; near?: string }[];
  /** Tensors of the file that the model has no use for. */
  extra: readonly { name: string; shape: readonly number[] }[];
  wrongShape: readonly { name: string; found: readonly number[]; expected: readonly number[] }[];
  fits: boolean;
}

/** Holds the file's tensors against the model's state_dict (its parameters and buffers; constants are not stored). */
export function compareWithModel(
  header: Pick<Header, 'tensors'>,
  model: Pick<Model, 'parameters'>,
): Comparison {
  const wanted = new Map(model.parameters.filter(p => p.kind !== 'constant').map(p => [p.name, p.shape]));
  const extra = [...header.tensors.values()]
    .filter(t => !wanted.has(t.name))
    .map(({ name, shape }) => ({ name, shape }));
  const missing: { name: string; shape: readonly number[]; near?: string }[] = [];
  const wrongShape: { name: string; found: readonly number[]; expected: readonly number[] }[] = [];
  for (const [name, expected] of wanted) {
    const found = header.tensors.get(name)?.shape;
    if (!found) {
      const near = nearest(
        name,
        extra.map(e => e.name),
      );
      missing.push(near === undefined ? { name, shape: expected } : { name, shape: expected, near });
    } else if (found.length !== expected.length || found.some((d, i) => d !== expected[i]))
      wrongShape.push({ name, found, expected });
  }
  return {
    missing,
    extra,
    wrongShape,
    fits: missing.length === 0 && extra.length === 0 && wrongShape.length === 0,
  };
}

/** The findings in sentences, at most `limit` of each sort. */
export function describeComparison(c: Comparison, limit = 5): string[] {
  const shape = (s: readonly number[]) => `(${s.join(', ')})`;
  const out = c.wrongShape
    .slice(0, limit)
    .map(w => `"${w.name}" has the shape ${shape(w.found)}; the model expects ${shape(w.expected)}.`);
  for (const m of c.missing.slice(0, limit))
    out.push(`"${m.name}" ${shape(m.shape)} is missing.${m.near ? ` The file has "${m.near}".` : ''}`);
  for (const e of c.extra.slice(0, limit)) out.push(`"${e.name}" ${shape(e.shape)} is not in the model.`);
  const more =
    Math.max(0, c.wrongShape.length - limit) +
    Math.max(0, c.missing.length - limit) +
    Math.max(0, c.extra.length - limit);
  if (more > 0) out.push(`${more} more differences.`);
  return out;
}
