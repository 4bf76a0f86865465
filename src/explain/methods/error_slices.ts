/** Slices: groups of rows, said in a few words, in which the model errs more than in the rest. */
import { Type } from '@sinclair/typebox';
import { throwIfCancelled } from '../../model/errors';
import { type Labelled, labelled } from '../answers/labelled';
import { formatNumber } from '../answers/predict';
import type { ExplanationMethod } from '../method';
import { falseDiscovery, momentsOf, welch } from '../numerics/significance';
import { readOptions } from '../options';
import { oneInput } from '../suits';
import { wordsFor } from '../words/words';

const options = Type.Object(
  {
    rows: Type.Integer({ minimum: 20, default: 5000, description: 'At most this many rows, evenly spaced.' }),
    split: Type.Union(
      (['test', 'valid', 'train'] as const).map(s => Type.Literal(s)),
      { default: 'test', description: 'Which rows.' },
    ),
    least: Type.Integer({ minimum: 5, default: 10, description: 'Rows that a slice has at least.' }),
    parts: Type.Integer({
      minimum: 2,
      maximum: 20,
      default: 4,
      description: 'Parts that a column of numbers is divided into, with as many rows each.',
    }),
    level: Type.Number({
      exclusiveMinimum: 0,
      maximum: 0.5,
      default: 0.05,
      description: 'Share of the slices told that may be chance.',
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'error_slices',
  title: 'Slices with most errors',
  paper: {
    authors: 'Chung, Kraska, Polyzotis, Tae and Whang',
    year: 2019,
    title: 'Slice Finder: Automated Data Slicing for Model Validation',
    url: 'https://arxiv.org/abs/1807.06068',
  },
  summary: 'In which groups of rows the model errs more than in the rest.',
  scope: 'model',
  needs: ['targets'],
  options,
  judgedBy: ['slices_hold'],
  suits: oneInput,
  async explain(request, given) {
    const { rows, split, least, parts, level } = readOptions(options, given, 'error_slices');
    const data = await labelled(request, { split, most: rows, least: 20 });
    throwIfCancelled(request.signal);
    const slices = findSlices(data.losses, predicatesOf(data, parts), least);
    const chosen = slices.filter(s => s.q <= level && s.effect > 0).slice(0, 12);
    const { figures, model: told, percent } = wordsFor(request.language);
    const errorOf = (s: { rows: Int32Array }) =>
      data.classes
        ? s.rows.reduce((n, r) => n + Number(data.wrong[r]), 0) / s.rows.length
        : s.rows.reduce((n, r) => n + data.losses[r]!, 0) / s.rows.length;
    const whole = errorOf({ rows: Int32Array.from(data.losses.keys()) });
    const shown = (x: number) => (data.classes ? percent(x) : formatNumber(x));
    return {
      values: { shape: [chosen.length], data: Float32Array.from(chosen, s => s.effect) },
      names: chosen.map(s => s.name),
      figures: [
        {
          kind: 'table',
          columns: [
            { title: figures.slice },
            { title: data.classes ? figures.errors : figures.squaredError, align: 'right' },
            { title: figures.rest, align: 'right' },
            { title: figures.effect, align: 'right' },
            { title: 'q', align: 'right' },
            { title: figures.rows, align: 'right' },
          ],
          rows: chosen.map(s => {
            const inside = new Set(s.rows);
            const others = Int32Array.from(Array.from(data.losses.keys()).filter(r => !inside.has(r)));
            return [
              s.name,
              shown(errorOf(s)),
              shown(errorOf({ rows: others })),
              s.effect,
              s.q,
              s.rows.length,
            ];
          }),
        },
      ],
      facts: {
        rows: data.losses.length,
        slices: chosen.length,
        tried: slices.length,
        holding: holding(data.losses, chosen),
      },
      told: [
        chosen[0]
          ? told.slices(chosen[0].name, shown(errorOf(chosen[0])), shown(whole), chosen.length)
          : told.noSlices(slices.length, shown(whole)),
      ],
    };
  },
};

interface Predicate {
  name: string;
  /** Predicates of one column are not joined. */
  column: string;
  rows: Int32Array;
}

export interface Slice {
  name: string;
  rows: Int32Array;
  /** √2 (mean in - mean out) / √(variance in + variance out). */
  effect: number;
  /** Of Welch's t-test that the losses inside are not larger. */
  p: number;
  /** After Benjamini and Hochberg. */
  q: number;
}

/** Values of categories, parts of numbers, and the true class. */
function predicatesOf({ dataset, rows, truth, classes }: Labelled, parts: number): Predicate[] {
  const out: Predicate[] = [];
  const put = (column: string, of: (r: number) => string | undefined) => {
    const groups = new Map<string, number[]>();
    for (let r = 0; r < rows.length; r++) {
      const name = of(r);
      if (name !== undefined) groups.set(name, [...(groups.get(name) ?? []), r]);
    }
    if (groups.size < 2) return;
    for (const [name, list] of groups) out.push({ name, column, rows: Int32Array.from(list) });
  };
  if (dataset.modality === 'table' || dataset.modality === 'mixed') {
    const raw = Array.from(rows, r => dataset.raw(r).values);
    for (const { name, kind } of dataset.features) {
      if (kind === 'category') {
        put(name, r => `${name} = ${raw[r]![name] ?? '–'}`);
        continue;
      }
      const numbers = raw.map(v => (v[name] === null || v[name] === '' ? Number.NaN : Number(v[name])));
      const sorted = numbers.filter(Number.isFinite).sort((a, b) => a - b);
      if (sorted.length < 2) continue;
      const edges = [
        ...new Set(
          Array.from({ length: parts - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / parts)]!),
        ),
      ];
      put(name, r => {
        const v = numbers[r]!;
        if (!Number.isFinite(v)) return `${name} = –`;
        const above = edges.filter(e => v >= e);
        const [low, high] = [above.at(-1), edges[above.length]];
        if (low === undefined) return high === undefined ? undefined : `${name} < ${formatNumber(high)}`;
        return high === undefined
          ? `${name} ≥ ${formatNumber(low)}`
          : `${formatNumber(low)} ≤ ${name} < ${formatNumber(high)}`;
      });
    }
  }
  if (classes) put(dataset.target.name, r => `${dataset.target.name} = ${classes[truth[r]!]}`);
  return out;
}

/** All single predicates and pairs of them with enough rows, the largest effects first. */
export function findSlices(losses: Float64Array, predicates: readonly Predicate[], least: number): Slice[] {
  const found: Omit<Slice, 'q'>[] = [];
  const add = (name: string, rows: Int32Array) => {
    if (rows.length < least || losses.length - rows.length < least) return undefined;
    const { effect, p } = compare(losses, rows);
    const slice = { name, rows, effect, p };
    found.push(slice);
    return slice;
  };
  const singles = predicates.map(p => ({ ...p, slice: add(p.name, p.rows) }));
  // Pairs of what is itself worse than the rest: those that are better cannot be told as the cause.
  const worse = singles
    .filter(s => (s.slice?.effect ?? 0) > 0)
    .sort((a, b) => b.slice!.effect - a.slice!.effect)
    .slice(0, 30);
  for (const [i, a] of worse.entries()) {
    const inside = new Set(a.rows);
    for (const b of worse.slice(i + 1)) {
      if (a.column === b.column) continue;
      add(
        `${a.name}, ${b.name}`,
        b.rows.filter(r => inside.has(r)),
      );
    }
  }
  const q = falseDiscovery(found.map(s => s.p));
  return found.map((s, i) => ({ ...s, q: q[i]! })).sort((a, b) => b.effect - a.effect);
}

/** The effect size of Slice Finder and Welch's test that a slice's losses are larger than the rest's. */
export function compare(losses: Float64Array, rows: Int32Array): { effect: number; p: number } {
  const inside = new Set(rows);
  const a = momentsOf(rows.length > 0 ? Float64Array.from(rows, r => losses[r]!) : []);
  const b = momentsOf(losses.filter((_, r) => !inside.has(r)));
  const spread = Math.sqrt(a.variance + b.variance);
  return {
    effect: spread > 0 ? (Math.SQRT2 * (a.mean - b.mean)) / spread : 0,
    p: welch(a, b, 'greater').p,
  };
}

/** Share of the slices that are worse than the rest in both halves of the rows. */
function holding(losses: Float64Array, slices: readonly Slice[]): number {
  if (slices.length === 0) return 1;
  const half = (s: Slice, odd: number) => {
    const own = s.rows.filter(r => r % 2 === odd);
    const inside = new Set(s.rows);
    const rest = Array.from(losses.keys()).filter(r => r % 2 === odd && !inside.has(r));
    const mean = (list: ArrayLike<number>) => momentsOf(Array.from(list, r => losses[r]!)).mean;
    return own.length > 0 && rest.length > 0 && mean(own) > mean(rest);
  };
  return slices.filter(s => half(s, 0) && half(s, 1)).length / slices.length;
}
