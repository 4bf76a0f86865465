/** Does a weights file fit a model? */
import type { Model } from '../../model/graph';
import { nearest } from '../../model/suggest';

/** What a file says of its tensors: a safetensors header, or another kind of checkpoint. */
export interface NamedShapes {
  tensors: ReadonlyMap<string, { name: string; shape: readonly number[] }>;
}

export interface Comparison {
  /** Parameters and buffers of the model that the file lacks, with a near name in the file that the model lacks. */
  missing: readonly { name: string; shape: readonly number[]; near?: string }[];
  /** Tensors of the file that the model has no use for. */
  extra: readonly { name: string; shape: readonly number[] }[];
  wrongShape: readonly { name: string; found: readonly number[]; expected: readonly number[] }[];
  fits: boolean;
}

/** Holds the file's tensors against the model's state_dict (its parameters and buffers; constants are not stored). */
export function compareWithModel(header: NamedShapes, model: Pick<Model, 'parameters'>): Comparison {
  const stored = model.parameters.filter(p => p.kind !== 'constant');
  // Tied weights stand in a file under each of their names, or under one of them.
  const known = new Set(stored.flatMap(p => [p.name, ...(p.aliases ?? [])]));
  const extra = [...header.tensors.values()]
    .filter(t => !known.has(t.name))
    .map(({ name, shape }) => ({ name, shape }));
  const missing: { name: string; shape: readonly number[]; near?: string }[] = [];
  const wrongShape: { name: string; found: readonly number[]; expected: readonly number[] }[] = [];
  for (const { name, shape: expected, aliases } of stored) {
    const found = [name, ...(aliases ?? [])].map(n => header.tensors.get(n)?.shape).find(s => s);
    if (!found) {
      // A count of batches, which only files since PyTorch 0.4.1 have: nothing depends on it.
      if (name.endsWith('num_batches_tracked')) continue;
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
