/** The first experiment file for a model: what the data say by a look, what was chosen, and sensible values for the rest. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { TSchema } from '@sinclair/typebox';
import { type ColumnHead, type DatasetKind, mostCounted } from '../../data/dataset';
import type { FolderLook } from '../../data/files/look';
import { dateOrders } from '../../data/table/dates';
import type { ReadModel } from '../../formats/_format';
import { VitrineError } from '../../model/errors';

export interface Choices {
  model: { file: string; class: string };
  /** `target` is absent for folders, whose names are the classes. */
  data: { kind: string; file: string; target?: string };
  loss: string;
  /** Rows, or files, that it is trained on, as far as that is known: fewer are gone through more often. */
  rows?: number;
  /** The column that is predicted, by a look. */
  head?: Pick<ColumnHead, 'rows' | 'missing' | 'rarest' | 'distinct'>;
  /** The column of dates that the rows are in the order of. */
  time?: string;
  /** How fast AdamW takes from weights that no row needs; its own value if absent. */
  weightDecay?: number;
  /** More that the file is to say of its data, and why. */
  options?: readonly DataOption[];
}

/** An option of `data`, with a comment above it where it is not plain why. */
export interface DataOption {
  name: string;
  value: unknown;
  why?: string;
}

/** The text of a new `*.vitrine.json`; paths are relative to its folder, with slashes. */
export function newExperimentText(choices: Choices): string {
  const { options = [] } = choices;
  // Files are fewer and larger than rows.
  const files = choices.data.target === undefined;
  const rare = rareClass(choices);
  const experiment = {
    model: choices.model,
    data: {
      ...choices.data,
      ...Object.fromEntries(options.map(o => [o.name, o.value])),
      split: { test: 0.2, valid: 0.1, ...(choices.time !== undefined && { time: choices.time }) },
    },
    loss: choices.loss,
    ...(rare && { metrics: rare.metrics }),
    // Without it numbers far from 0 and 1 are hardly learned.
    ...(choices.loss === 'mse' && { targetScale: 'standard' }),
    optimizer: {
      name: 'AdamW',
      lr: files ? 0.002 : 0.005,
      ...(choices.weightDecay !== undefined && { weight_decay: choices.weightDecay }),
    },
    ...pace(files, choices.rows),
    keep: 'best',
    seed: 0,
  };
  let text = JSON.stringify(experiment, null, 2);
  // A name in a table may hold a line end.
  for (const { name, why } of options)
    if (why)
      text = text.replace(
        `\n    ${JSON.stringify(name)}:`,
        line => `\n    // ${why.replace(/\s+/g, ' ')}${line}`,
      );
  if (choices.time !== undefined)
    text = text.replace(
      '\n    "split":',
      line => `\n    // The oldest rows train and the newest test, as it will be in use.${line}`,
    );
  if (rare) text = text.replace('\n  "metrics":', line => `\n  // ${rare.why}${line}`);
  return `${text}\n`;
}

/** What to measure beside accuracy, which a model that never says the rare class would do well by. */
function rareClass({ loss, head }: Choices): { metrics: string[]; why: string } | undefined {
  const classes = loss === 'cross_entropy' || loss === 'bce_with_logits';
  if (!classes || !head?.rarest) return undefined;
  const rows = head.rows - head.missing;
  const { value, rows: few } = head.rarest;
  // As much as a fair share, four times over, is common enough.
  if (few * head.distinct * 4 > rows) return undefined;
  return {
    metrics: ['accuracy', 'balanced_accuracy', ...(head.distinct === 2 ? ['roc_auc'] : [])],
    why: `Only ${few} of ${rows} rows are ${JSON.stringify(value)}: a model that never says so would have an accuracy of ${(100 * (1 - few / rows)).toFixed(1)} %.`,
  };
}

/** Steps in which a small network has learned what it can of a first try. */
const enoughSteps = { files: 400, rows: 6000 };

function pace(files: boolean, rows: number | undefined): { epochs: number; batchSize: number } {
  if (rows === undefined) return { epochs: files ? 20 : 60, batchSize: 32 };
  const batchSize = files && rows < 200 ? 16 : rows > 100_000 ? 256 : 32;
  const wanted = enoughSteps[files ? 'files' : 'rows'] / Math.max(1, rows / batchSize);
  const [least, most] = files ? [10, 60] : [5, 60];
  return { epochs: Math.min(most, Math.max(least, Math.ceil(wanted))), batchSize };
}

export type TargetColumn = Pick<ColumnHead, 'name' | 'kind' | 'integers' | 'distinct' | 'rows'>;

/** More whole numbers than these count something, unless the model has a score for each. */
const mostCodes = 20;

/** Whole numbers that are more or less of something: taken for classes, 4 stars would be as far from 5 as 1 is. */
const amounts = /(^|[^a-z])(rating|stars|score)$/i;

/** Which loss suits the column, and the size of the model's output if that is known. */
export function guessLoss(column: TargetColumn, outputs?: number): string {
  const few = outputs === undefined || outputs === 1 ? mostCodes : Math.max(mostCodes, outputs);
  const amount = column.distinct > 2 && (outputs ?? 1) === 1 && amounts.test(column.name);
  const classes = column.kind === 'category' || (column.integers && column.distinct <= few && !amount);
  // One output can tell two classes apart by its sign; more classes than that need one output each.
  if (outputs === 1) return classes && column.distinct === 2 ? 'bce_with_logits' : 'mse';
  if (outputs !== undefined && outputs > 1 && classes) return 'cross_entropy';
  return classes ? 'cross_entropy' : 'mse';
}

/** The columns in the order in which a target is likely: named like one, then the last, then the others from the end. */
export function likelyTargets<T extends { name: string }>(columns: readonly T[]): T[] {
  const named = /^(target|label|class|species|y|outcome|diagnosis|digit|survived|rating|stars)$/i;
  const fromEnd = [...columns].reverse();
  // With an x before it and more behind it, y is a place in the plane.
  const at = columns.findIndex(c => /^y$/i.test(c.name));
  const place = at > 0 && at < columns.length - 1 && /^x$/i.test(columns[at - 1]!.name);
  const target = (c: T) => named.test(c.name) && !(place && c === columns[at]);
  return [...fromEnd.filter(target), ...fromEnd.filter(c => !target(c))];
}

/** Rows of a table that a first look is taken at: gaps stand at the end too. */
export const lookedRows = 20_000;

/** Fewer rows than these tell nothing about which values come again. */
const enoughRows = 20;

/** What a table needs to be learned from at all: columns that name the row are left out, gaps are filled. */
export function tableOptions(heads: readonly ColumnHead[], target: string): DataOption[] {
  const others = heads.filter(h => h.name !== target);
  const exclude = others.filter(namesRow).map(h => h.name);
  const mixed = others.filter(h => isMixed(h) && !exclude.includes(h.name)).map(h => h.name);
  const coded = others.filter(h => h.codes && !exclude.includes(h.name) && !mixed.includes(h.name));
  const gaps = heads
    .filter(h => (h.missing > 0 || coded.includes(h)) && !exclude.includes(h.name))
    .map(h => h.name);
  // What was not looked at may have gaps as well.
  const more = (heads[0]?.rows ?? 0) >= lookedRows;
  return [
    ...(exclude.length > 0 && exclude.length < others.length
      ? [
          {
            name: 'exclude',
            value: exclude,
            why: 'Another value in (almost) every row: names the row, and tells nothing about others.',
          },
        ]
      : []),
    ...(mixed.length > 0
      ? [
          {
            name: 'categories',
            value: mixed,
            why: 'Texts stand among the numbers: each value is a category.',
          },
        ]
      : []),
    ...(coded.length > 0
      ? [
          {
            name: 'columns',
            value: Object.fromEntries(coded.map(h => [h.name, { missingValues: h.codes }])),
            why: `Apart from all other values of their column, as if ${coded.flatMap(h => h.codes!).length === 1 ? 'it' : 'they'} stood for "not known". Remove what is a value like others.`,
          },
        ]
      : []),
    ...(gaps.length > 0 || more
      ? [
          {
            name: 'missing',
            value: 'median',
            why:
              gaps.length === 0
                ? "Where a value is missing, the training rows' median stands in, for categories the most frequent one."
                : `Values are missing (${gaps.slice(0, 5).join(', ')}${gaps.length > 5 ? ', …' : ''}): the training rows' median stands in, for categories the most frequent one.`,
          },
        ]
      : []),
  ];
}

/** "3", "4", "rotary": what is no number among few values is one of them. */
export function isMixed({ texts = 0, distinct }: ColumnHead): boolean {
  return texts > 0 && distinct <= enoughRows;
}

/** The column of dates or times that a log's rows are in the order of: rows drawn by chance would stand between known ones. */
export function timed(heads: readonly ColumnHead[], target: string): Pick<Choices, 'time'> {
  const time = heads.find(h => h.rising && h.name !== target && dateOrders(h.examples).length > 0);
  return time ? { time: time.name } : {};
}

/** Texts that hardly ever come again, or a number that counts the rows. */
export function namesRow(head: ColumnHead): boolean {
  const there = head.rows - head.missing;
  if (there < enoughRows) return false;
  if (head.kind === 'number')
    return (
      head.integers &&
      head.distinct === Math.min(there, mostCounted) &&
      /^$|^column \d+$|^unnamed|(^|[^a-z])(id|index|row)$|Id$/i.test(head.name)
    );
  // Dates differ in every row too, and tell a lot.
  return head.distinct > there / 2 && dateOrders(head.examples).length === 0;
}

/** The column of sentences of a table that has nothing else to predict from. */
export function textColumn(heads: readonly ColumnHead[], target: string): ColumnHead | undefined {
  const others = heads.filter(h => h.name !== target && !(h.kind === 'number' && namesRow(h)));
  const [only] = others;
  if (others.length !== 1 || only!.kind === 'number' || dateOrders(only!.examples).length > 0)
    return undefined;
  const words = only!.examples.map(e => e.trim().split(/\s+/).length);
  const sentences = words.reduce((a, b) => a + b, 0) / Math.max(1, words.length) >= 3;
  // Sentences that come again and again are still sentences; a handful are answers of a form.
  return sentences && only!.distinct > Math.min(50, (only!.rows - only!.missing) / 4) ? only : undefined;
}

/** What data are by a look: columns of a table, or a folder of files by class. */
export interface LookedAt {
  kind: DatasetKind;
  /** Path of a table, or of one text. */
  file?: string;
  heads?: readonly ColumnHead[];
  folder?: FolderLook;
}

/** Which of all kinds a table is, by its name. */
export function tableKind(data: string, kinds: readonly DatasetKind[]): DatasetKind | undefined {
  return kinds.find(k => k.columns && k.extensions.some(e => data.toLowerCase().endsWith(e)));
}

/**
 * @param kinds all that there are.
 * @throws bad-data for a file or folder that is none of them.
 */
export async function lookAt(data: string, kinds: readonly DatasetKind[]): Promise<LookedAt> {
  const info = await stat(data).catch(() => undefined);
  if (info?.isDirectory()) {
    // A folder of frames is a clip before it is pictures.
    for (const kind of [...kinds].sort((a, b) => Number(b.id === 'video') - Number(a.id === 'video'))) {
      const folder = await kind.look?.(data);
      if (folder) return { kind, folder };
    }
    throw new VitrineError(
      'bad-data',
      `The folder "${path.basename(data)}" has no sub-folders, one for each class and at least two, with files that are read: ${[...new Set(kinds.flatMap(k => k.holds ?? []))].join(', ')}.`,
      { at: { file: data } },
    );
  }
  const kind = tableKind(data, kinds);
  if (!kind)
    throw new VitrineError(
      'bad-data',
      `${path.basename(data)} is no data that is read. Expected one of ${[...new Set(kinds.filter(k => k.columns).flatMap(k => k.extensions))].join(', ')}, or a folder with a sub-folder for each class.`,
      { at: { file: data } },
    );
  // The editor has this file from its start on, and needs no schemas until data are looked at.
  const { Value } = await import('@sinclair/typebox/value');
  const options = Value.Default(kind.schema as TSchema, { kind: kind.id, file: data });
  return {
    kind,
    file: data,
    heads: await kind.columns!(options as object, { folder: path.dirname(data), rows: lookedRows }),
  };
}

/**
 * What the data need; pictures in the size that the model takes.
 *
 * @param target the column that is predicted, where they are a table.
 * @param read the model, for samples of this shape, without the batch.
 */
export async function dataOptions(
  { kind, file, heads, folder }: LookedAt,
  target: string | undefined,
  read: (input: readonly number[]) => Promise<ReadModel | undefined>,
): Promise<DataOption[]> {
  if (heads && kind.id === 'text') return textOptions(file, read);
  if (heads) return tableOptions(heads, target!);
  return folderOptions(kind.id, folder!, async shape => takes(await read(shape)));
}

/** How one text becomes tokens for a model that continues it: in its alphabet if it has a score for each character alone. */
async function textOptions(
  file: string | undefined,
  read: (input: readonly number[]) => Promise<ReadModel | undefined>,
): Promise<DataOption[]> {
  for (const length of [usualLength, 32, 16, 8]) {
    const model = await read([length]);
    if (!takes(model)) continue;
    const scores = outputSize(model);
    const { charactersIn } = await import('../../data/kinds/text');
    const counted = file !== undefined && scores !== undefined && scores === (await charactersIn(file));
    return [
      ...(counted
        ? [
            {
              name: 'tokenizer',
              value: 'alphabet',
              why: 'The model has a token for each character of the text, and none besides.',
            },
          ]
        : []),
      ...(length === usualLength
        ? []
        : [
            {
              name: 'length',
              value: length,
              why: `The model has no places for ${usualLength} tokens.`,
            },
          ]),
    ];
  }
  return [];
}

/** Tokens at once, where nothing else is said. */
const usualLength = 64;

/** Whether a model was read whole, so that it takes the shape that it was read with. */
function takes(read: ReadModel | undefined): boolean {
  return read?.model !== undefined && !read.diagnostics.some(d => d.severity === 'error');
}

/** How many numbers a model gives for one sample, if that can be seen. */
export function outputSize(read: Pick<ReadModel, 'model'> | undefined): number | undefined {
  const model = read?.model;
  const size = model?.values[model.outputs[0] ?? '']?.shape.at(-1);
  return typeof size === 'number' ? size : undefined;
}

/** Of one sample of pictures or clips with these options; undefined for other data. */
export function pictureShape(kind: string, options: readonly DataOption[]): number[] | undefined {
  const of = (name: string) => Number(options.find(o => o.name === name)?.value);
  const shape = [...(kind === 'video' ? ['frames'] : []), 'height', 'width'].map(of);
  const all = [of('channels'), ...shape];
  return all.every(Number.isFinite) ? all : undefined;
}

/** Sizes that models of pictures are made for. */
const usualSizes = [28, 32, 64, 96, 128, 224, 227, 256, 299];

/**
 * What a folder's look says, in the size that the model takes.
 *
 * @param fits whether the model takes a sample of this shape, without the batch.
 */
export async function folderOptions(
  kind: string,
  { options }: FolderLook,
  fits?: (shape: readonly number[]) => Promise<boolean>,
): Promise<DataOption[]> {
  const { channels, height, width, frames } = options as Record<string, number | undefined>;
  const as = (more: Readonly<Record<string, unknown>>) =>
    Object.entries({ ...options, ...more }).map(([name, value]) => ({ name, value }));
  if (!fits || channels === undefined || height === undefined || width === undefined) return as({});
  for (const [h, w] of [[height, width], ...usualSizes.map(s => [s, s])] as [number, number][])
    for (const c of channels === 1 ? [1, 3] : [3, 1])
      if (await fits(kind === 'video' ? [c, frames!, h, w] : [c, h, w]))
        return as({ channels: c, height: h, width: w });
  return as({});
}
