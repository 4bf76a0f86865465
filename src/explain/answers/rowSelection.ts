/** Rows that a person names: by a condition on a column, by their numbers, or as a file of examples. */

import { evenly } from '../../data/evenly';
import { VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { listed, nearest } from '../../model/suggest';
import type { ExplanationRequest } from '../method';

const condition = /^\s*(.+?)\s*(<=|>=|=|<|>)\s*(.*?)\s*$/;

/**
 * Prepared rows.
 *
 * @throws bad-request when nothing is meant, with what there is; bad-data, file-not-found for files.
 */
export async function selectRows(request: ExplanationRequest, what: string, most: number): Promise<Tensor> {
  const { dataset } = request;
  const meant = matchingRows(request, what);
  if (meant) return dataset!.batch(evenly(Int32Array.from(meant), most)).input;
  if (request.examples) {
    const found = await request.examples(what);
    const size = found.data.length / Math.max(1, found.shape[0]!);
    const rows = Math.min(most, found.shape[0]!);
    return { shape: [rows, ...found.shape.slice(1)], data: found.data.slice(0, rows * size) };
  }
  const names = namesOf(request);
  const near = nearest(condition.exec(what)?.[1] ?? what, names);
  throw new VitrineError(
    'bad-request',
    `"${what}" names no rows.${near ? ` Did you mean "${near}"?` : ''} Columns are ${listed(names, 12)}.`,
  );
}

function namesOf({ dataset }: ExplanationRequest): string[] {
  return [...dataset!.features.map(f => f.name), dataset!.target.name];
}

/**
 * All rows that a list of numbers or a condition names; undefined where it is neither.
 *
 * @throws bad-request when it names none.
 */
export function matchingRows(request: ExplanationRequest, what: string): number[] | undefined {
  const { dataset } = request;
  const all = [...dataset!.splits.train, ...dataset!.splits.valid, ...dataset!.splits.test].sort(
    (a, b) => a - b,
  );
  if (/^[\d\s,]+$/.test(what)) {
    const wanted = what
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number);
    const missing = wanted.find(r => !all.includes(r));
    if (missing !== undefined)
      throw new VitrineError('bad-request', `${dataset!.name} has no row ${missing}.`);
    return wanted;
  }
  const parts = condition.exec(what);
  if (parts && namesOf(request).includes(parts[1]!)) {
    const [, column, sign, value] = parts as unknown as [string, string, string, string];
    const limit = Number(value);
    if (sign !== '=' && !Number.isFinite(limit))
      throw new VitrineError('bad-request', `"${what}": found "${value}", expected a number.`);
    const holds = (v: string | number | null | undefined) => {
      if (sign === '=') return String(v ?? '') === value || (v !== null && v !== '' && Number(v) === limit);
      if (v === null || v === undefined || v === '') return false;
      const x = Number(v);
      return sign === '<' ? x < limit : sign === '<=' ? x <= limit : sign === '>' ? x > limit : x >= limit;
    };
    const rows = all.filter(r => {
      const raw = dataset!.raw(r);
      return holds(column === dataset!.target.name ? raw.target : raw.values[column]);
    });
    if (rows.length === 0)
      throw new VitrineError('bad-request', `"${what}" holds for no row of ${dataset!.name}.`);
    return rows;
  }
  return undefined;
}
