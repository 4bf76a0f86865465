/** What preparation learns from the training rows: scaling, categories, and what stands in for missing values. */
import type { TargetInfo } from '../dataset';
import type { Missing } from '../options';
import type { PreparationColumn, PreparationState } from '../preparation';
import type { ColumnPlan } from './columnPlan';
import { type DatePart, datePart, dateParts } from './dates';
import type { TableOptions } from './options';
import { type Summary, scaling, summarise } from './scaling';
import { bad, type Column, numberAt, type Table, textAt } from './table';
import { clip, names } from './words';

export const maxCategories = 1000;

/** What is known of one column's training rows, however it was gathered. */
export interface Gathered {
  name: string;
  file: string;
  decimal: '.' | ',';
  /** In all rows. */
  missing: number;
  rows: number;
  /** Of a number column. */
  summary?: Summary;
  /** Of a category column: rows of each. */
  counts?: ReadonlyMap<string, number>;
  /** Of a date column: the training rows' parts. */
  parts?: ReadonlyMap<DatePart, Summary>;
  /** Where the first text stands, for messages. */
  first?: { text: string; line: number };
}

/** One column of the source as the columns that the model sees. */
export function learnColumn(g: Gathered, plan: ColumnPlan): PreparationColumn[] {
  const codes = plan.missingValues && { missingValues: [...plan.missingValues] };
  const base = { name: g.name, decimal: g.decimal, missing: g.missing, ...codes };
  const indicator: PreparationColumn[] =
    plan.indicator && g.missing > 0
      ? [
          {
            name: `${g.name} is missing`,
            decimal: '.',
            kind: 'number',
            from: g.name,
            part: 'missing',
            ...codes,
            shift: 0,
            scale: 1,
            min: 0,
            max: 1,
            missing: 0,
          },
        ]
      : [];
  if (plan.kind === 'date') return [...dateColumns(g, plan), ...indicator];
  if (plan.kind === 'number') {
    const { summary } = g;
    if (!summary || summary.count === 0) throw noValue(g);
    const fill = fillNumber(plan, summary);
    return [
      {
        ...base,
        kind: 'number',
        ...scaling(plan.scale, summary),
        ...(fill !== undefined && { fill }),
        ...described(summary),
      },
      ...indicator,
    ];
  }
  const { counts } = g;
  if (!counts || counts.size === 0) throw noValue(g);
  const categories = plan.order ? ordered(g, plan.order) : byFrequency(counts);
  if (plan.kind !== 'index') checkCount(g, counts.size);
  const fill = fillCategory(plan, byFrequency(counts), categories);
  return [
    {
      ...base,
      kind: 'category',
      shift: 0,
      scale: 1,
      categories: fill !== undefined && !categories.includes(fill) ? [...categories, fill] : categories,
      ...(plan.kind === 'index' && { encoding: 'index' as const }),
      ...(plan.kind === 'ordinal' && {
        encoding: 'ordinal' as const,
        ...ordinalScaling(g, plan, categories),
      }),
      ...(plan.unknown === 'ignore' && { unknown: 'ignore' as const }),
      ...(fill !== undefined && { fill }),
    },
    ...indicator,
  ];
}

function described({ mean, std, min, max }: Summary) {
  return { mean, std, min, max };
}

function dateColumns(g: Gathered, plan: ColumnPlan): PreparationColumn[] {
  const all = [...(g.parts ?? [])].map(([part, summary]): PreparationColumn & { constant: boolean } => {
    if (summary.count === 0) throw noValue(g);
    const fill = plan.missing === 'constant' ? Number(plan.fill ?? 0) : fillNumber(plan, summary);
    return {
      name: `${g.name}.${part}`,
      decimal: '.',
      kind: 'number',
      from: g.name,
      part,
      ...(plan.missingValues && { missingValues: [...plan.missingValues] }),
      order: plan.dateOrder!,
      ...scaling(plan.scale, summary),
      ...(fill !== undefined && Number.isFinite(fill) && { fill }),
      ...described(summary),
      missing: g.missing,
      constant: summary.constant,
    };
  });
  // Dates without times all have the hour 0, and those of one month the same month: no input is wasted on that.
  const telling = all.filter(c => !c.constant);
  return (telling.length > 0 ? telling : all.slice(0, 1)).map(({ constant: _, ...column }) => column);
}

function fillNumber(plan: ColumnPlan, s: Summary): number | undefined {
  const ways: Record<Missing, () => number | undefined> = {
    error: () => undefined,
    drop: () => undefined,
    mean: () => s.mean,
    median: () => s.quantiles([0.5])[0]!,
    mode: () => s.mode(),
    constant: () => {
      const x = Number(plan.fill ?? 0);
      return Number.isFinite(x) ? x : 0;
    },
  };
  return ways[plan.missing]();
}

function fillCategory(
  plan: ColumnPlan,
  frequent: readonly string[],
  categories: readonly string[],
): string | undefined {
  if (plan.missing === 'error' || plan.missing === 'drop') return undefined;
  if (plan.missing === 'constant') return plan.fill === undefined ? 'missing' : String(plan.fill);
  return frequent.find(c => categories.includes(c)) ?? categories[0]!;
}

function byFrequency(counts: ReadonlyMap<string, number>): string[] {
  return [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || (a < b ? -1 : 1));
}

/** @throws bad-data for a category of the training rows that the order lacks. */
function ordered(g: Gathered, order: readonly string[]): string[] {
  const strange = [...g.counts!.keys()].find(c => !order.includes(c));
  if (strange !== undefined)
    throw bad(
      g.file,
      1,
      `The column "${g.name}" holds "${clip(strange)}", which is not in data.columns.${g.name}.order. Add it where it belongs.`,
    );
  return [...order];
}

function ordinalScaling(g: Gathered, plan: ColumnPlan, categories: readonly string[]) {
  const places = Float64Array.from(
    [...g.counts!].flatMap(([c, n]) => new Array<number>(n).fill(categories.indexOf(c))),
  );
  const { shift, scale } = scaling(
    plan.scale === 'minmax' || plan.scale === 'none' ? plan.scale : 'standard',
    {
      ...summarise(places),
      min: 0,
      max: categories.length - 1,
    },
  );
  return { shift, scale };
}

function checkCount(g: Gathered, distinct: number): void {
  if (distinct <= maxCategories && !(distinct > 50 && distinct > g.rows * 0.9)) return;
  throw bad(
    g.file,
    g.first?.line,
    `The column "${g.name}" holds ${distinct} different texts in ${g.rows} training rows${g.first ? ` (the first is "${clip(g.first.text)}")` : ''}, too many for categories. Put it into data.exclude.`,
  );
}

function noValue(g: Gathered) {
  return bad(
    g.file,
    1,
    `The column "${g.name}" has no value in the training rows. Put it into data.exclude.`,
  );
}

/** Learns scaling and categories from the training rows. */
export function learn(
  name: string,
  table: Table,
  columns: readonly Column[],
  plans: readonly ColumnPlan[],
  train: Int32Array,
  options: TableOptions,
  target: TargetInfo,
  notes: string[],
): PreparationState {
  const { image } = options;
  const constant: Column[] = [];
  const close: Column[] = [];
  const learned = columns.flatMap((column, i): PreparationColumn[] => {
    const plan = plans[i]!;
    const gathered = gather(table, column, plan, train);
    const { summary } = gathered;
    if (summary?.constant) (summary.min === summary.max ? constant : close).push(column);
    const found = learnColumn(gathered, plan);
    return image ? found.map(c => ({ ...c, shift: 0, scale: image.max })) : found;
  });
  if (image) {
    const brightest = learned.reduce((most, c) => Math.max(most, c.max ?? 0), 0);
    if (brightest > image.max || brightest < image.max / 8)
      notes.push(
        `The brightest pixel of the training rows is ${brightest}, but data.image.max is ${image.max}: is it right?`,
      );
  }
  const scale = options.scale ?? 'none';
  if (image && scale !== 'none') {
    // One mean and deviation a channel, as is usual for images: pixels keep their relation to each other.
    const size = image.height * image.width;
    for (let c = 0; c < image.channels; c++) {
      const range = [c * size, (c + 1) * size] as const;
      const s = scaling(scale, summarise(valuesOf(columns.slice(...range), train)));
      for (const column of learned.slice(...range)) Object.assign(column, s);
    }
  } else if (constant.length > 0 && !image) {
    notes.push(
      `${names(constant)} ${constant.length === 1 ? 'has' : 'have'} the same value in all training rows.`,
    );
  }
  if (close.length > 0 && !image)
    notes.push(
      `${names(close)}: the training rows differ by too little for numbers of their size, and count as equal. An identifier belongs into data.exclude.`,
    );
  return stateOf(name, learned, target, image);
}

export function stateOf(
  name: string,
  columns: PreparationColumn[],
  target: TargetInfo,
  image?: TableOptions['image'],
): PreparationState {
  const width = columns.reduce((n, c) => n + (c.encoding ? 1 : (c.categories?.length ?? 1)), 0);
  return {
    format: 'vitrine-preparation',
    version: 1,
    name,
    modality: image ? 'image' : 'table',
    sampleShape: image ? [image.channels, image.height, image.width] : [width],
    columns,
    target: {
      name: target.name,
      kind: target.kind,
      ...(target.classes && { classes: [...target.classes] }),
      ...(target.classWeights && { classWeights: [...target.classWeights] }),
    },
  };
}

function gather(table: Table, column: Column, plan: ColumnPlan, train: Int32Array): Gathered {
  const { name, decimal, missing } = column;
  const g: Gathered = { name, file: table.file, decimal, missing, rows: train.length };
  if (plan.kind === 'number') return { ...g, summary: summarise(valuesOf([column], train)) };
  if (plan.kind === 'date') {
    const at = column.dates!;
    const there = Array.from(train, row => at[row]!).filter(x => !Number.isNaN(x));
    const parts = dateParts.map(p => [p, summarise(Float64Array.from(there, x => datePart(x, p)))] as const);
    return { ...g, parts: new Map(parts) };
  }
  const counts = new Map<string, number>();
  for (const row of train) {
    const text = textAt(column, row);
    if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const row = column.texts?.findIndex(t => t !== undefined) ?? -1;
  return {
    ...g,
    counts,
    ...(row >= 0 && { first: { text: column.texts![row]!, line: table.lines[row]! } }),
  };
}

function valuesOf(columns: readonly Column[], rows: Int32Array): Float64Array {
  const out = new Float64Array(columns.length * rows.length);
  let n = 0;
  for (const column of columns)
    for (const row of rows) {
      const x = numberAt(column, row);
      if (!Number.isNaN(x)) out[n++] = x;
    }
  return out.subarray(0, n);
}
