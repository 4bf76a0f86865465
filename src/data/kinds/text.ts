/** Text: sentences with a class from a table, or a text whose next token is predicted. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { readWhole } from '../bytes';
import type {
  Dataset,
  DatasetKind,
  FeatureInfo,
  LoadContext,
  SavedPreparation,
  Split,
  TargetInfo,
} from '../dataset';
import { decodeText } from '../decode';
import { divideRows, splitsByRow } from '../divide';
import { labelledSplit } from '../options';
import { savedAs, savedState, stateSchemaOf } from '../savedState';
import { headsOf } from '../table/head';
import { rawRowsOf, readTableFile } from '../table/rawRows';
import { asRows, bad, columnNamed, textAt } from '../table/table';
import { readTarget } from '../table/target';
import { rowsOf } from '../table/words';
import {
  alphabetOf,
  Tokenizer,
  type TokenizerChoice,
  tokenizerFor,
  tokenizerKinds,
  tokenizerSchema,
} from '../text/tokenizer';

export const textSchema = Type.Object(
  {
    kind: Type.Literal('text', { description: 'Texts with a class each, or one text to continue.' }),
    file: Type.String({
      minLength: 1,
      description:
        'A table with the texts (CSV, JSON Lines, Parquet), or a text file, relative to this file.',
    }),
    column: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'The column with the texts. If left out, the file is one text and the next token is predicted.',
      }),
    ),
    target: Type.String({
      minLength: 1,
      default: 'next token',
      description: 'The column with the classes; only a name where the next token is predicted.',
    }),
    tokenizer: Type.Optional(tokenizerKinds),
    lower: Type.Boolean({ default: false, description: 'Read capital letters as small ones.' }),
    vocabulary: Type.Integer({
      minimum: 3,
      maximum: 1_000_000,
      default: 10_000,
      description: 'The most tokens to know, learned from the training texts; the rest are unknown.',
    }),
    length: Type.Integer({
      minimum: 1,
      maximum: 65_536,
      default: 64,
      description:
        'Tokens that the model sees; longer texts are cut, shorter ones filled up with the token 0.',
    }),
    stride: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Where the next token is predicted: tokens from the start of one training sample to that of the next; as `length` if left out.',
      }),
    ),
    split: labelledSplit(
      'How the texts are divided into training, validation and test. One text is cut: its end is the test.',
    ),
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

type TextOptions = Static<typeof textSchema>;

const stateSchema = stateSchemaOf('text', {
  /** The column with the texts; absent where the next token is predicted. */
  column: Type.Optional(Type.String()),
  length: Type.Integer({ minimum: 1, maximum: 65_536 }),
  tokenizer: tokenizerSchema,
  target: Type.Object({
    name: Type.String(),
    classes: Type.Optional(Type.Array(Type.String(), { minItems: 2 })),
  }),
});

type TextState = Static<typeof stateSchema>;

export const kind: DatasetKind = {
  id: 'text',
  title: 'Text (tables with a column of texts, .txt)',
  extensions: ['.txt'],
  schema: textSchema,

  async load(options, context) {
    const given = options as TextOptions;
    const file = path.resolve(context.folder, given.file);
    return given.column === undefined
      ? loadCorpus(given, file, context)
      : loadTexts(given, given.column, file, context);
  },

  async columns(options, context) {
    const { file, column, target } = options as TextOptions;
    const full = path.resolve(context.folder, file);
    if (column === undefined)
      return [
        {
          name: target,
          kind: 'category',
          integers: false,
          distinct: 1000,
          rows: 0,
          missing: 0,
          examples: [],
        },
      ];
    const table = await readTableFile(full, new Set([column, target]));
    columnNamed(table, column, 'data.column');
    return headsOf(table);
  },

  restore(state) {
    return new TextPreparation(savedState(stateSchema, state, 'text'));
  },
};

/** The vocabulary that was learned, and its use on other texts. */
export class TextPreparation implements SavedPreparation {
  readonly tokenizer: Tokenizer;
  readonly sampleShape: readonly number[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;

  constructor(readonly state: TextState) {
    this.tokenizer = new Tokenizer(state.tokenizer);
    this.sampleShape = [state.length];
    const last = state.tokenizer.vocabulary.length - 1;
    this.features = Array.from({ length: state.length }, (_, i) => ({
      name: `token ${i + 1}`,
      kind: 'number' as const,
      min: 0,
      max: last,
      span: [i, i + 1] as const,
      missing: 0,
    }));
    this.target =
      state.target.classes === undefined
        ? {
            name: state.target.name,
            kind: 'classes',
            classes: state.tokenizer.vocabulary,
            perPosition: true,
            fill: this.tokenizer.fill,
          }
        : { name: state.target.name, kind: 'classes', classes: state.target.classes };
  }

  /** The name of the column that `prepare` takes the text from. */
  get column(): string {
    return this.state.column ?? 'text';
  }

  /** A text's tokens, filled up with the tokenizer's filling: its beginning for a class, its end where it is to be continued. */
  tokens(text: string): Int32Array {
    const { length, column } = this.state;
    const ids = this.tokenizer.encode(text);
    const out = new Int32Array(length).fill(this.tokenizer.fill);
    out.set(column === undefined ? ids.slice(-length) : ids.slice(0, length));
    return out;
  }

  prepare(rows: readonly Readonly<Record<string, string | number | null>>[]): Tensor {
    const { length } = this.state;
    const data = new Int32Array(rows.length * length);
    rows.forEach((row, i) => {
      const value = row[this.column];
      if (value === undefined || value === null || String(value).trim() === '')
        throw new VitrineError('bad-data', `Row ${i + 1} has no text in "${this.column}".`);
      data.set(this.tokens(String(value)), i * length);
    });
    return { shape: [rows.length, length], data };
  }

  /** The rows of a table; for .txt files each line is a text. */
  async readRows(file: string, signal?: AbortSignal): Promise<Record<string, string | number | null>[]> {
    if (!/\.txt$/i.test(file)) return rawRowsOf(await readTableFile(file, new Set([this.column]), signal));
    if (!statSync(file).isFile())
      throw new VitrineError('bad-data', 'Expected a file with a text on each line.', { at: { file } });
    return textOf(await readWhole(file, 'a text file'), file)
      .split(/\r?\n/)
      .filter(line => line.trim() !== '')
      .map(line => ({ [this.column]: line }));
  }
}

function textOf(bytes: Uint8Array, file: string): string {
  const decoded = decodeText(bytes);
  if (!decoded) throw bad(file, undefined, 'The file is not text (it contains zero bytes).');
  return decoded.text;
}

/** What both kinds of samples share. */
abstract class TextDataset implements Dataset {
  readonly modality = 'text';
  readonly name: string;
  readonly sampleShape: readonly number[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;
  private readonly splitOf: Map<number, Split>;

  constructor(
    file: string,
    protected readonly plan: TextPreparation,
    readonly splits: Readonly<Record<Split, Int32Array>>,
    readonly notes: readonly string[],
    readonly hash: string,
  ) {
    this.name = path.basename(file);
    this.sampleShape = plan.sampleShape;
    this.features = plan.features;
    this.target = plan.target;
    this.splitOf = splitsByRow(splits);
  }

  abstract batch(rows: ArrayLike<number>): { input: Tensor; targets: Tensor };
  abstract raw(row: number): ReturnType<Dataset['raw']>;

  prepare(rows: readonly Record<string, string | number | null>[]): Tensor {
    return this.plan.prepare(rows);
  }

  preparation(): unknown {
    return this.plan.state;
  }

  entryNames(input: Tensor): readonly string[] {
    const { fill, vocabulary } = this.plan.tokenizer;
    return Array.from(input.data, id => (id === fill ? '' : (vocabulary[id] ?? '')));
  }

  unknownWords(row: Readonly<Record<string, string | number | null>>): readonly string[] {
    const text = this.plan.state.column === undefined ? undefined : row[this.plan.state.column];
    return typeof text === 'string' ? this.plan.tokenizer.unknownIn(text) : [];
  }

  /** Filling; a text that is to be continued keeps its end, so its tokens become unknown ones. */
  neutral(input: Tensor): Int32Array {
    const { fill, neutral } = this.plan.tokenizer;
    return Int32Array.from(input.data, id => (id !== fill && this.target.perPosition ? neutral : fill));
  }

  protected splitAt(row: number): Split {
    const split = this.splitOf.get(row);
    if (split !== undefined) return split;
    throw new VitrineError('bad-request', `"${this.name}" has no row ${row}, or it was left out.`);
  }
}

async function loadTexts(
  options: TextOptions,
  column: string,
  file: string,
  context: LoadContext,
): Promise<Dataset> {
  const bytes = await readWhole(file);
  const table = await readTableFile(file, new Set([column, options.target]), context.signal);
  const texts = columnNamed(table, column, 'data.column');
  const labels = columnNamed(table, options.target, 'the target');
  const notes = [...table.notes];
  const { info, values } = asRows(() => readTarget(table, labels, { targetType: 'classes' }, notes));
  const kept: number[] = [];
  for (let row = 0; row < table.rows; row++)
    if (textAt(texts, row) !== undefined && !Number.isNaN(values[row])) kept.push(row);
  if (kept.length < table.rows)
    notes.push(`${rowsOf(table.rows - kept.length)} without a text or a class left out.`);
  if (kept.length < 2)
    throw bad(file, undefined, `Only ${rowsOf(kept.length)} can be used, too few to train on.`);
  const rows = Int32Array.from(kept);
  const splits = divideRows(
    rows,
    options.split,
    context.seed,
    rows.map(r => values[r]!),
  );
  throwIfCancelled(context.signal);
  const trainTexts = Array.from(splits.train, row => textAt(texts, row)!);
  const tokenizer = await tokenizerFor(options.tokenizer ?? 'words', {
    texts: trainTexts,
    vocabulary: options.vocabulary,
    lower: options.lower,
    resolve: name => path.resolve(context.folder, name),
  });
  const plan = new TextPreparation({
    ...savedAs('text'),
    column,
    length: options.length,
    tokenizer: tokenizer.state,
    target: { name: info.name, classes: [...info.classes!] },
  });
  const long = trainTexts.filter(t => tokenizer.encode(t).length > options.length).length;
  if (long > 0)
    notes.push(
      `${long} of ${trainTexts.length} training texts are longer than ${options.length} tokens and were cut (data.length).`,
    );
  const hash = createHash('sha256').update(bytes).digest('hex');
  return new (class extends TextDataset {
    batch(wanted: ArrayLike<number>) {
      const data = new Int32Array(wanted.length * options.length);
      const targets = new Int32Array(wanted.length);
      for (let i = 0; i < wanted.length; i++) {
        this.splitAt(wanted[i]!);
        data.set(this.plan.tokens(textAt(texts, wanted[i]!)!), i * options.length);
        targets[i] = values[wanted[i]!]!;
      }
      return {
        input: { shape: [wanted.length, options.length], data },
        targets: { shape: [wanted.length], data: targets },
      };
    }

    raw(row: number) {
      return {
        row,
        split: this.splitAt(row),
        values: { [column]: textAt(texts, row)! },
        target: info.classes![values[row]!]!,
      };
    }
  })(file, plan, splits, notes, hash);
}

/** One text goes on and on: nothing begins or ends in it. */
function withoutMarks(choice: TokenizerChoice): TokenizerChoice {
  return typeof choice === 'string' ? choice : { ...choice, marks: false };
}

/** Of the whole text: there is no token for a character that only its end has. */
function alphabet(text: string, lower: boolean, file: string): Tokenizer {
  const vocabulary = alphabetOf(lower ? text.toLowerCase() : text);
  if (vocabulary.length < 2)
    throw bad(file, undefined, 'The text has fewer than two characters to tell apart.');
  return new Tokenizer({ kind: 'alphabet', lower, vocabulary, merges: [] });
}

/**
 * How many tokens the tokenizer "alphabet" has for a text.
 *
 * @throws VitrineError for a file that cannot be read as text
 */
export async function charactersIn(file: string): Promise<number> {
  return alphabetOf(textOf(await readWhole(file, 'a text file'), file)).length;
}

async function loadCorpus(options: TextOptions, file: string, context: LoadContext): Promise<Dataset> {
  const bytes = await readWhole(file, 'a text file');
  const text = textOf(bytes, file);
  const { length, split } = options;
  if (split.test + split.valid >= 1)
    throw new VitrineError(
      'bad-experiment',
      'data.split leaves nothing to train on: its sum must be below 1.',
    );
  // Neighbouring samples share words: only a cut keeps the test unseen.
  const first = Math.round(text.length * (1 - split.test - split.valid));
  const second = Math.round(text.length * (1 - split.test));
  const parts = { train: text.slice(0, first), valid: text.slice(first, second), test: text.slice(second) };
  const choice = withoutMarks(options.tokenizer ?? 'characters');
  const tokenizer =
    choice === 'alphabet'
      ? alphabet(text, options.lower, file)
      : await tokenizerFor(choice, {
          texts: [parts.train],
          vocabulary: options.vocabulary,
          lower: options.lower,
          resolve: name => path.resolve(context.folder, name),
        });
  throwIfCancelled(context.signal);
  const plan = new TextPreparation({
    ...savedAs('text'),
    length,
    tokenizer: tokenizer.state,
    target: { name: options.target },
  });
  const notes: string[] = [];
  const starts: { ids: Int32Array; at: number }[] = [];
  const splits = { train: new Int32Array(0), valid: new Int32Array(0), test: new Int32Array(0) };
  for (const part of ['train', 'valid', 'test'] as const) {
    const ids = Int32Array.from(tokenizer.encode(parts[part]));
    const from = starts.length;
    const stride = part === 'train' ? (options.stride ?? length) : length;
    for (let at = 0; at + length < ids.length; at += stride) starts.push({ ids, at });
    splits[part] = Int32Array.from({ length: starts.length - from }, (_, i) => from + i);
    const strange = ids.reduce((n, id) => n + (id === tokenizer.unknown ? 1 : 0), 0);
    if (strange > 0 && part !== 'train')
      notes.push(
        `${strange} of ${ids.length} tokens of the ${part === 'test' ? 'test' : 'validation'} part do not occur in training.`,
      );
  }
  if (splits.train.length === 0)
    throw bad(
      file,
      undefined,
      `The training part has too few tokens for one sample of ${length} and the token after it. Lower data.length, or use more text.`,
    );
  const window = (row: number, shift: 0 | 1) => {
    const { ids, at } = starts[row]!;
    return ids.subarray(at + shift, at + shift + length);
  };
  const hash = createHash('sha256').update(bytes).digest('hex');
  return new (class extends TextDataset {
    batch(wanted: ArrayLike<number>) {
      const data = new Int32Array(wanted.length * length);
      const targets = new Int32Array(wanted.length * length);
      for (let i = 0; i < wanted.length; i++) {
        this.splitAt(wanted[i]!);
        data.set(window(wanted[i]!, 0), i * length);
        targets.set(window(wanted[i]!, 1), i * length);
      }
      return {
        input: { shape: [wanted.length, length], data },
        targets: { shape: [wanted.length, length], data: targets },
      };
    }

    raw(row: number) {
      return {
        row,
        split: this.splitAt(row),
        values: { text: tokenizer.decode(window(row, 0)) },
        target: tokenizer.vocabulary[window(row, 1).at(-1)!]!,
      };
    }
  })(file, plan, splits, notes, hash);
}
