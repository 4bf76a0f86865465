/** Pairs of texts: one is read, the other is written (translation, summaries, answers). */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { readWhole } from '../bytes';
import type {
  Dataset,
  DatasetKind,
  FeatureInfo,
  InputPart,
  LoadContext,
  SavedPreparation,
  Split,
  TargetInfo,
} from '../dataset';
import { divideRows, splitsByRow } from '../divide';
import { plainSplit } from '../options';
import { savedAs, savedState, stateSchemaOf } from '../savedState';
import { headsOf } from '../table/head';
import { rawRowsOf, readTableFile } from '../table/rawRows';
import { bad, columnNamed, textAt } from '../table/table';
import { rowsOf } from '../table/words';
import { learnedTokenizers, learnTokenizer, Tokenizer, tokenizerSchema } from '../text/tokenizer';

const length = (what: string) =>
  Type.Integer({ minimum: 1, maximum: 65_536, default: 32, description: what });

export const pairsSchema = Type.Object(
  {
    kind: Type.Literal('pairs', {
      description: 'Pairs of texts: from the one, the model writes the other (translation).',
    }),
    file: Type.String({
      minLength: 1,
      description: 'A table with the pairs (CSV, TSV, JSON Lines, Parquet), relative to this file.',
    }),
    source: Type.String({ minLength: 1, description: 'The column with the texts that are read.' }),
    target: Type.String({ minLength: 1, description: 'The column with the texts that are written.' }),
    tokenizer: Type.Optional(learnedTokenizers),
    lower: Type.Boolean({ default: false, description: 'Read capital letters as small ones.' }),
    vocabulary: Type.Integer({
      minimum: 5,
      maximum: 1_000_000,
      default: 10_000,
      description: 'The most tokens of each column to know, learned from the training pairs.',
    }),
    sourceLength: length('Tokens that are read; longer texts are cut, shorter ones filled up with 0.'),
    targetLength: length('Tokens that are written, the one that ends it included.'),
    split: plainSplit('How the pairs are divided into training, validation and test.'),
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

type PairsOptions = Static<typeof pairsSchema>;

const stateSchema = stateSchemaOf('pairs', {
  source: Type.Object({
    column: Type.String(),
    length: Type.Integer({ minimum: 1, maximum: 65_536 }),
    tokenizer: tokenizerSchema,
  }),
  target: Type.Object({
    column: Type.String(),
    length: Type.Integer({ minimum: 1, maximum: 65_536 }),
    tokenizer: tokenizerSchema,
  }),
});

type PairsState = Static<typeof stateSchema>;

export const kind: DatasetKind = {
  id: 'pairs',
  title: 'Pairs of texts (translation)',
  extensions: [],
  schema: pairsSchema,

  async load(options, context) {
    return loadPairs(options as PairsOptions, context);
  },

  async columns(options, context) {
    const { file, source, target } = options as PairsOptions;
    const table = await readTableFile(path.resolve(context.folder, file), new Set([source, target]));
    columnNamed(table, source, 'data.source');
    return headsOf(table);
  },

  restore(state) {
    return new PairsPreparation(savedState(stateSchema, state, 'pairs of texts'));
  },
};

/** Ids of the tokens that begin and end what is written. */
const begin = 2;
const end = 3;
const marks = ['[BEGIN]', '[END]'];

export class PairsPreparation implements SavedPreparation {
  readonly source: Tokenizer;
  readonly written: Tokenizer;
  readonly sampleShape: readonly number[];
  readonly parts: readonly InputPart[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;

  constructor(readonly state: PairsState) {
    this.source = new Tokenizer(state.source.tokenizer);
    this.written = new Tokenizer(state.target.tokenizer);
    const [s, t] = [state.source.length, state.target.length];
    this.sampleShape = [s + t];
    this.parts = [
      { name: 'source', shape: [s], dtype: 'int64', modality: 'text' },
      { name: 'target', shape: [t], dtype: 'int64', modality: 'text' },
    ];
    this.features = Array.from({ length: s + t }, (_, i) => ({
      name: i < s ? `${state.source.column} ${i + 1}` : `${state.target.column} ${i - s + 1}`,
      kind: 'number' as const,
      min: 0,
      max: (i < s ? this.source : this.written).vocabulary.length - 1,
      span: [i, i + 1] as const,
      missing: 0,
    }));
    this.target = {
      name: state.target.column,
      kind: 'classes',
      classes: this.written.vocabulary,
      perPosition: true,
      positions: t,
      ignore: 0,
      writes: {
        part: 1,
        begin,
        end,
        tokens: state.target.tokenizer.kind,
      },
    };
  }

  /** Source tokens filled up with 0, and [BEGIN] with what is known of the target behind it. */
  write(source: string, target: string | undefined, into: Int32Array, at: number): void {
    const { length: s } = this.state.source;
    const { length: t } = this.state.target;
    into.fill(0, at, at + s + t);
    into.set(this.source.encode(source).slice(0, s), at);
    into[at + s] = begin;
    if (target !== undefined) into.set(this.tokens(target).slice(0, t - 1), at + s + 1);
  }

  /** What is to be written at each position: the text's tokens and [END], filled up with 0. */
  goal(target: string, into: Int32Array, at: number): void {
    const { length: t } = this.state.target;
    into.fill(0, at, at + t);
    into.set([...this.tokens(target), end].slice(0, t), at);
  }

  prepare(rows: readonly Readonly<Record<string, string | number | null>>[]): Tensor {
    const width = this.sampleShape[0]!;
    const data = new Int32Array(rows.length * width);
    const { column } = this.state.source;
    rows.forEach((row, i) => {
      const value = row[column];
      if (value === undefined || value === null || String(value).trim() === '')
        throw new VitrineError('bad-data', `Row ${i + 1} has no text in "${column}".`);
      this.write(String(value), undefined, data, i * width);
    });
    return { shape: [rows.length, width], data };
  }

  /** The rows of a table; for .txt files each line is a text to read. */
  async readRows(file: string, signal?: AbortSignal): Promise<Record<string, string | number | null>[]> {
    const { column } = this.state.source;
    if (!/\.txt$/i.test(file)) return rawRowsOf(await readTableFile(file, new Set([column]), signal));
    return new TextDecoder()
      .decode(await readWhole(file, 'a text file'))
      .split(/\r?\n/)
      .filter(line => line.trim() !== '')
      .map(line => ({ [column]: line }));
  }

  private tokens(text: string): number[] {
    // A text may hold "[END]": as a word it is unknown like others.
    return this.written.encode(text).map(id => (id === begin || id === end ? 1 : id));
  }
}

async function loadPairs(options: PairsOptions, context: LoadContext): Promise<Dataset> {
  const file = path.resolve(context.folder, options.file);
  const bytes = await readWhole(file);
  const table = await readTableFile(file, new Set([options.source, options.target]), context.signal);
  const from = columnNamed(table, options.source, 'data.source');
  const to = columnNamed(table, options.target, 'the target');
  const notes = [...table.notes];
  const kept: number[] = [];
  for (let row = 0; row < table.rows; row++)
    if (textAt(from, row) !== undefined && textAt(to, row) !== undefined) kept.push(row);
  if (kept.length < table.rows)
    notes.push(`${rowsOf(table.rows - kept.length)} without one of the texts left out.`);
  if (kept.length < 2)
    throw bad(file, undefined, `Only ${rowsOf(kept.length)} can be used, too few to train on.`);
  const splits = divideRows(Int32Array.from(kept), { ...options.split, stratify: false }, context.seed);
  throwIfCancelled(context.signal);
  const learned = (column: typeof from, extra: readonly string[]) => {
    const texts = Array.from(splits.train, row => textAt(column, row)!);
    const { state } = learnTokenizer(
      texts,
      options.tokenizer ?? 'words',
      options.vocabulary - extra.length,
      options.lower,
    );
    const [pad, unknown, ...rest] = state.vocabulary;
    return { ...state, vocabulary: [pad!, unknown!, ...extra, ...rest.filter(t => !extra.includes(t))] };
  };
  const plan = new PairsPreparation({
    ...savedAs('pairs'),
    source: { column: from.name, length: options.sourceLength, tokenizer: learned(from, []) },
    target: { column: to.name, length: options.targetLength, tokenizer: learned(to, marks) },
  });
  const cut = (column: typeof from, tokenizer: Tokenizer, most: number, field: string) => {
    const long = splits.train.filter(row => tokenizer.encode(textAt(column, row)!).length > most).length;
    if (long > 0)
      notes.push(
        `${long} of ${splits.train.length} training texts in "${column.name}" are longer than ${most} tokens and were cut (data.${field}).`,
      );
  };
  cut(from, plan.source, options.sourceLength, 'sourceLength');
  cut(to, plan.written, options.targetLength - 1, 'targetLength');
  const texts = (row: number) => [textAt(from, row)!, textAt(to, row)!] as const;
  const hash = createHash('sha256').update(bytes).digest('hex');
  return new PairsDataset(path.basename(file), plan, splits, notes, hash, texts);
}

class PairsDataset implements Dataset {
  readonly modality = 'text';
  readonly sampleShape;
  readonly parts;
  readonly features;
  readonly target;
  private readonly splitOf: Map<number, Split>;

  constructor(
    readonly name: string,
    private readonly plan: PairsPreparation,
    readonly splits: Readonly<Record<Split, Int32Array>>,
    readonly notes: readonly string[],
    readonly hash: string,
    private readonly texts: (row: number) => readonly [string, string],
  ) {
    this.sampleShape = plan.sampleShape;
    this.parts = plan.parts;
    this.features = plan.features;
    this.target = plan.target;
    this.splitOf = splitsByRow(splits);
  }

  batch(rows: ArrayLike<number>) {
    const width = this.sampleShape[0]!;
    const positions = this.target.positions!;
    const data = new Int32Array(rows.length * width);
    const targets = new Int32Array(rows.length * positions);
    for (let i = 0; i < rows.length; i++) {
      this.splitAt(rows[i]!);
      const [source, target] = this.texts(rows[i]!);
      this.plan.write(source, target, data, i * width);
      this.plan.goal(target, targets, i * positions);
    }
    return {
      input: { shape: [rows.length, width], data },
      targets: { shape: [rows.length, positions], data: targets },
    };
  }

  raw(row: number) {
    const split = this.splitAt(row);
    const [source, target] = this.texts(row);
    const written = this.plan.written;
    return {
      row,
      split,
      values: { [this.plan.state.source.column]: source },
      // As the model could write it at best: spaces and what it does not know look alike.
      target: written.decode(written.encode(target)),
    };
  }

  prepare(rows: readonly Record<string, string | number | null>[]): Tensor {
    return this.plan.prepare(rows);
  }

  preparation(): unknown {
    return this.plan.state;
  }

  entryNames(input: Tensor): readonly string[] {
    const s = this.plan.state.source.length;
    return Array.from(input.data, (id, i) =>
      id === 0
        ? ''
        : ((i % input.data.length < s ? this.plan.source : this.plan.written).vocabulary[id] ?? ''),
    );
  }

  private splitAt(row: number): Split {
    const split = this.splitOf.get(row);
    if (split !== undefined) return split;
    throw new VitrineError('bad-request', `"${this.name}" has no row ${row}, or it was left out.`);
  }
}
