/** What preparation learns from the training rows: scaling, categories, and what stands in for missing values. */
import type { TargetInfo } from '../dataset';
import type { Scale } from '../options';
import type { PreparationColumn, PreparationState } from '../preparation';
import type { TableOptions } from './options';
import { bad, type Column, numberAt, type Table, textAt } from './table';
import { clip, names } from './words';

const maxCategories = 1000;

/** Learns scaling and categories from the training rows. */
export function learn(
  name: string,
  table: Table,
  columns: readonly Column[],
  numeric: readonly boolean[],
  train: Int32Array,
  options: TableOptions,
  target: TargetInfo,
  notes: string[],
): PreparationState {
  const { image } = options;
  const scale: Scale = options.scale ?? (image ? 'none' : 'standard');
  const constant: Column[] = [];
  const learned = columns.map((column, i): PreparationColumn => {
    const base = { name: column.name, decimal: column.decimal, missing: column.missing };
    if (!numeric[i])
      return {
        ...base,
        kind: 'category',
        shift: 0,
        scale: 1,
        ...learnCategories(table, column, train, options),
      };
    const statistics = describe([column], train);
    if (statistics.count === 0)
      throw bad(
        table.file,
        1,
        `The column "${column.name}" has no value in the training rows. Put it into data.exclude.`,
      );
    if (statistics.constant) constant.push(column);
    return {
      ...base,
      kind: 'number',
      ...(image ? { shift: 0, scale: image.max } : scaling(scale, statistics)),
      ...(options.missing === 'mean' ? { fill: statistics.mean } : {}),
      mean: statistics.mean,
      std: statistics.std,
      min: statistics.min,
      max: statistics.max,
    };
  });
  if (image) {
    const brightest = Math.max(...learned.map(c => c.max!));
    if (brightest > image.max || brightest < image.max / 8)
      notes.push(
        `The brightest pixel of the training rows is ${brightest}, but data.image.max is ${image.max}: is it right?`,
      );
  }
  if (image && scale !== 'none') {
    // One mean and deviation a channel, as is usual for images: pixels keep their relation to each other.
    const size = image.height * image.width;
    for (let c = 0; c < image.channels; c++) {
      const range = [c * size, (c + 1) * size] as const;
      const s = scaling(scale, describe(columns.slice(...range), train));
      for (const column of learned.slice(...range)) Object.assign(column, s);
    }
  } else if (constant.length > 0 && !image) {
    notes.push(
      `${names(constant)} ${constant.length === 1 ? 'has' : 'have'} the same value in all training rows.`,
    );
  }
  const width = learned.reduce((n, c) => n + (c.categories?.length ?? 1), 0);
  return {
    format: 'vitrine-preparation',
    version: 1,
    name,
    modality: image ? 'image' : 'table',
    sampleShape: image ? [image.channels, image.height, image.width] : [width],
    columns: learned,
    target: {
      name: target.name,
      kind: target.kind,
      ...(target.classes ? { classes: [...target.classes] } : {}),
    },
  };
}

interface Statistics {
  count: number;
  mean: number;
  /** Population standard deviation. */
  std: number;
  min: number;
  max: number;
  constant: boolean;
}

function describe(columns: readonly Column[], rows: Int32Array): Statistics {
  let count = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  const each = (visit: (x: number) => void) => {
    columns.forEach(column => {
      for (const row of rows) {
        const x = numberAt(column, row);
        if (!Number.isNaN(x)) visit(x);
      }
    });
  };
  each(x => {
    count++;
    sum += x;
    min = Math.min(min, x);
    max = Math.max(max, x);
  });
  const mean = sum / count;
  let squares = 0;
  each(x => {
    squares += (x - mean) ** 2;
  });
  const variance = squares / count;
  // scikit-learn's rule (_is_constant_feature): what is left of a constant after rounding is no deviation.
  const constant = variance <= count * Number.EPSILON * variance + (count * mean * Number.EPSILON) ** 2;
  return { count, mean, std: Math.sqrt(variance), min, max, constant: constant || min === max };
}

/** scikit-learn's StandardScaler and MinMaxScaler; a constant column is only shifted. */
function scaling(scale: Scale, s: Statistics): { shift: number; scale: number } {
  if (scale === 'none') return { shift: 0, scale: 1 };
  if (scale === 'standard') return { shift: s.mean, scale: s.constant ? 1 : s.std };
  return { shift: s.min, scale: s.max > s.min ? s.max - s.min : 1 };
}

function learnCategories(
  table: Table,
  column: Column,
  train: Int32Array,
  options: TableOptions,
): { categories: string[]; fill?: string } {
  const counts = new Map<string, number>();
  for (const row of train) {
    const text = textAt(column, row);
    if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  if (counts.size === 0)
    throw bad(
      table.file,
      1,
      `The column "${column.name}" has no value in the training rows. Put it into data.exclude.`,
    );
  if (counts.size > maxCategories || (counts.size > 50 && counts.size > train.length * 0.9)) {
    const row = column.texts!.findIndex(t => t !== undefined);
    throw bad(
      table.file,
      table.lines[row]!,
      `The column "${column.name}" holds ${counts.size} different texts in ${train.length} training rows (the first is "${clip(column.texts![row]!)}"), too many for categories. Put it into data.exclude.`,
    );
  }
  const categories = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || (a < b ? -1 : 1));
  return options.missing === 'mean' ? { categories, fill: categories[0]! } : { categories };
}
