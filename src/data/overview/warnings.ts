/** What makes results look better, or stranger, than they are. */

import type { Dataset, Split } from '../dataset';
import { codesAmong } from '../table/missingCodes';
import { codesIn } from './codes';
import { numbersNameRows, textsNameRows } from './identifiers';
import { givenAway } from './leak';
import type { ColumnOverview, Values } from './overview';
import { kolmogorovSmirnov, pearson, stabilityIndex } from './statistics';

export interface DataWarning {
  /** As in docs/diagnostics.md. */
  code:
    | 'target-leak'
    | 'duplicate-rows'
    | 'identifier-column'
    | 'constant-column'
    | 'data-drift'
    | 'class-imbalance'
    | 'mostly-missing'
    | 'twin-columns'
    | 'category-codes'
    | 'missing-codes';
  message: string;
  column?: string;
}

/** Fewer rows make any two samples look different. */
const leastForDrift = 100;
/** N. Siddiqi's rule of thumb. */
const muchDrift = 0.25;

export function warningsOf(
  dataset: Dataset,
  values: readonly Values[],
  columns: readonly ColumnOverview[],
  splits: readonly Split[],
  rows: Int32Array,
): DataWarning[] {
  const out: DataWarning[] = [];
  const target = values[0]!;
  const features = values.map((v, i) => ({ v, c: columns[i]! })).filter(({ v }) => v.role === 'feature');
  if (dataset.modality === 'table') {
    for (const { v, c } of features) {
      const leak = givenAway(v, target);
      if (leak) out.push({ code: 'target-leak', column: v.name, message: leak });
      else if (isIdentifier(v, rows.length))
        out.push({
          code: 'identifier-column',
          column: v.name,
          message: `"${v.name}" is different in every row, like a number that only names it. A model learns nothing from it that holds for other rows: put it into data.exclude.`,
        });
      const codes = codesIn(v, target);
      if (codes) out.push({ code: 'category-codes', column: v.name, message: codes });
      const unknown = v.numbers ? codesAmong(v.numbers) : [];
      if (unknown.length > 0)
        out.push({ code: 'missing-codes', column: v.name, message: unknownIn(v, unknown) });
      if (c.distinct === 1 && c.missing === 0)
        out.push({
          code: 'constant-column',
          column: v.name,
          message: `"${v.name}" has the same value in every row and tells nothing.`,
        });
      if (c.missing > rows.length / 2)
        out.push({
          code: 'mostly-missing',
          column: v.name,
          message: `"${v.name}" is missing in ${percent(c.missing / rows.length)} of the rows.`,
        });
    }
    out.push(...twins(features.map(f => f.v)));
    const again = duplicates(values, splits);
    for (const part of ['valid', 'test'] as const)
      if (again[part] > 0)
        out.push({
          code: 'duplicate-rows',
          message: copiesIn(part, again[part], splits.filter(s => s === part).length),
        });
  }
  const found = drifts(values, columns, splits);
  out.push(...(dataset.modality === 'series' ? onePerColumn(found, dataset) : found));
  // Of what is said at each place the last one alone is looked at, and letters are rare or common by nature.
  const balance = dataset.target.perPosition ? undefined : imbalance(columns[0]!);
  if (balance) out.push(balance);
  return out;
}

/** Every moment of a window is a feature, and all of a column drift together: the newest one's warning stands for them. */
function onePerColumn(warnings: readonly DataWarning[], { features }: Dataset): DataWarning[] {
  const columnOf = new Map(features.map(f => [f.name, f.from ?? f.name]));
  return [...new Map(warnings.map(w => [columnOf.get(w.column ?? '') ?? w.column, w])).values()];
}

function isIdentifier(v: Values, rows: number): boolean {
  return v.texts ? textsNameRows(v.texts.length, rows) : numbersNameRows(v.numbers!);
}

/** @param codes that look like "not known". */
function unknownIn({ name, numbers }: Values, codes: readonly number[]): string {
  const others = numbers!.filter(x => !Number.isNaN(x) && !codes.includes(x));
  const [least, most] = others.reduce(
    ([a, b], x) => [Math.min(a, x), Math.max(b, x)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  const rows = numbers!.filter(x => codes.includes(x)).length;
  return `"${name}" is ${codes.join(' or ')} in ${rows} rows, apart from all its other values (${least} to ${most}). If that means "not known", set data.columns.${name}.missingValues to [${codes.join(', ')}] and data.missing to "median"; as a number it is learned from like any other.`;
}

function twins(features: readonly Values[]): DataWarning[] {
  const numbers = features.filter(v => v.numbers).slice(0, 200);
  const out: DataWarning[] = [];
  for (let i = 0; i < numbers.length && out.length < 10; i++)
    for (let j = i + 1; j < numbers.length; j++) {
      const a = numbers[i]!;
      const b = numbers[j]!;
      // Different units of the same thing; pixels next to each other are not worth a word.
      if (Math.abs(pearson(a.numbers!, b.numbers!)) > 0.9999)
        out.push({
          code: 'twin-columns',
          column: b.name,
          message: `"${b.name}" says the same as "${a.name}" (correlation above 0.9999): explanations share out between the two by chance. Keep one.`,
        });
    }
  return out.slice(0, 10);
}

function copiesIn(part: 'valid' | 'test', again: number, rows: number): string {
  return part === 'test'
    ? `${again} of the ${rows} test rows looked at also occur among the training rows: what they measure is memory. Remove the copies, or keep them together with data.split.group.`
    : `${again} of the ${rows} validation rows looked at also occur among the training rows: what they measure is memory. Remove the copies, or keep them together with data.split.group.`;
}

function duplicates(values: readonly Values[], splits: readonly Split[]): Record<'valid' | 'test', number> {
  const known = values.filter(v => v.role !== 'other');
  const key = (i: number) => known.map(v => (v.numbers ? v.numbers[i] : v.codes![i])).join('\u0001');
  const trained = new Set<string>();
  splits.forEach((s, i) => {
    if (s === 'train') trained.add(key(i));
  });
  const out = { valid: 0, test: 0 };
  splits.forEach((s, i) => {
    if (s !== 'train' && trained.has(key(i))) out[s]++;
  });
  return out;
}

/** Puts the index into the columns' descriptions on the way. */
function drifts(
  values: readonly Values[],
  columns: readonly ColumnOverview[],
  splits: readonly Split[],
): DataWarning[] {
  const out: DataWarning[] = [];
  values.forEach((v, i) => {
    if (v.role === 'other') return;
    const column = columns[i]!;
    const drift = driftOf(v, splits);
    if (!drift) return;
    column.drift = drift.index;
    if (drift.index > muchDrift && drift.sure)
      out.push({
        code: 'data-drift',
        column: v.name,
        message: `"${v.name}" is distributed otherwise in the test rows than in the training rows (population stability index ${drift.index.toFixed(2)}; above 0.25 is much): what is measured there may not hold for what the model has learned.`,
      });
  });
  return out;
}

function driftOf(v: Values, splits: readonly Split[]): { index: number; sure: boolean } | undefined {
  const rows = (part: Split) => splits.flatMap((s, i) => (s === part ? [i] : []));
  const train = rows('train');
  const test = rows('test');
  if (train.length < leastForDrift || test.length < leastForDrift) return undefined;
  if (v.numbers) {
    const of = (list: readonly number[]) =>
      Float64Array.from(list, i => v.numbers![i]!).filter(x => !Number.isNaN(x));
    const a = of(train).sort();
    const b = of(test);
    if (a.length < leastForDrift || b.length < leastForDrift) return undefined;
    const cuts = [...new Set(Array.from({ length: 9 }, (_, k) => a[Math.floor(((k + 1) * a.length) / 10)]!))];
    const counts = (x: Float64Array) => {
      const out = new Array<number>(cuts.length + 1).fill(0);
      for (const value of x) {
        let bin = 0;
        while (bin < cuts.length && value >= cuts[bin]!) bin++;
        out[bin]!++;
      }
      return out;
    };
    return {
      index: stabilityIndex(counts(a), counts(b)),
      sure: kolmogorovSmirnov(a, b).probability < 0.001,
    };
  }
  const size = v.texts!.length;
  if (size > 50) return undefined;
  const counts = (list: readonly number[]) => {
    const out = new Array<number>(size).fill(0);
    for (const i of list) if (v.codes![i]! >= 0) out[v.codes![i]!]!++;
    return out;
  };
  const index = stabilityIndex(counts(train), counts(test));
  // What chance alone gives on average, three times over.
  const chance = (size - 1) * (1 / train.length + 1 / test.length);
  return { index, sure: index > 3 * chance };
}

function imbalance(target: ColumnOverview): DataWarning | undefined {
  if (!target.categories || target.categories.names.length < 2) return undefined;
  const { names, counts } = target.categories;
  const totals = names.map((_, i) => counts.train[i]! + counts.valid[i]! + counts.test[i]!);
  const most = totals.indexOf(Math.max(...totals));
  const least = totals.indexOf(Math.min(...totals));
  if (totals[most]! < 10 * Math.max(1, totals[least]!)) return undefined;
  return {
    code: 'class-imbalance',
    message: `There are ${totals[most]} rows of the class "${names[most]}", but ${totals[least]} of "${names[least]}": accuracy hides what is wrong with the rare ones. Look at balanced accuracy, and consider data.classWeights.`,
  };
}

function percent(x: number): string {
  return `${Math.round(100 * x)} %`;
}
