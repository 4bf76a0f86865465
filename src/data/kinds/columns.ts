/** A table whose columns go to several inputs of a model: images, texts, numbers, categories. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import registered from 'registry:data/columns#encoding';
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { readWhole } from '../bytes';
import type { Encoder, Encoding, RawValues } from '../columns/_encoder';
import type {
  Dataset,
  DatasetKind,
  FeatureInfo,
  InputPart,
  LoadContext,
  Modality,
  SavedPreparation,
  Split,
  TargetInfo,
} from '../dataset';
import { splitsByRow } from '../divide';
import { splitSchema, targetTypeSchema } from '../options';
import { savedAs, savedState, stateSchemaOf } from '../savedState';
import { headsOf } from '../table/head';
import { rawRowsOf, readTableFile } from '../table/rawRows';
import { divide, keepRows } from '../table/rows';
import { asRows, columnNamed, looksNumeric, numberAt, type Table, textAt } from '../table/table';
import { readTarget } from '../table/target';

const encodings = registered as readonly Encoding[];

export const columnsSchema = Type.Object(
  {
    kind: Type.Literal('columns', {
      description:
        'A table whose columns go to several inputs of the model: images, texts, numbers, categories.',
    }),
    file: Type.String({
      minLength: 1,
      description: 'The table (CSV, JSON Lines, Parquet), relative to this file.',
    }),
    target: Type.String({ minLength: 1, description: 'The column to predict.' }),
    targetType: Type.Optional(targetTypeSchema),
    inputs: Type.Array(
      Type.Unsafe<Record<string, unknown> & { as: string; name: string }>(
        Type.Union(encodings.map(e => e.schema as TSchema)),
      ),
      { minItems: 1, description: "What each of forward's arguments is made from, in their order." },
    ),
    rank: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'The column whose rows are ranked against each other, e.g. the user: for the metrics ndcg_10 and hit_rate_10.',
      }),
    ),
    split: splitSchema,
    missing: Type.Union(
      [
        Type.Literal('error', { description: 'A missing value stops loading and is named.' }),
        Type.Literal('drop', {
          description: 'Rows with a missing value are left out, and counted in a note.',
        }),
      ],
      { default: 'error', description: 'What to do with missing values.' },
    ),
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

type ColumnsOptions = Static<typeof columnsSchema>;

const stateSchema = stateSchemaOf('columns', {
  inputs: Type.Array(Type.Object({ as: Type.String(), state: Type.Unknown() }), { minItems: 1 }),
  target: Type.Object({
    name: Type.String(),
    kind: Type.Union([Type.Literal('classes'), Type.Literal('number')]),
    classes: Type.Optional(Type.Array(Type.String(), { minItems: 2 })),
  }),
});

type ColumnsState = Static<typeof stateSchema>;

export const kind: DatasetKind = {
  id: 'columns',
  title: 'Table for several inputs (images, texts, numbers, categories)',
  extensions: [],
  schema: columnsSchema,

  async load(options, context) {
    return loadColumns(options as ColumnsOptions, context);
  },

  async columns(options, context) {
    return headsOf(
      await readTableFile(path.resolve(context.folder, (options as ColumnsOptions).file), new Set()),
    );
  },

  restore(state) {
    return new ColumnsPreparation(savedState(stateSchema, state, 'columns'));
  },
};

export class ColumnsPreparation implements SavedPreparation {
  readonly sampleShape: readonly number[];
  readonly parts: readonly InputPart[];
  readonly features: readonly FeatureInfo[];
  readonly encoders: readonly Encoder[];
  /** Where each part begins in a packed sample. */
  readonly starts: readonly number[];
  readonly width: number;

  constructor(readonly state: ColumnsState) {
    this.encoders = state.inputs.map(i => encodingNamed(i.as).restore(i.state));
    this.parts = this.encoders.map(e => e.part);
    const starts: number[] = [];
    let at = 0;
    for (const part of this.parts) {
      starts.push(at);
      at += part.shape.reduce((a, b) => a * b, 1);
    }
    this.starts = starts;
    this.width = at;
    this.sampleShape = [at];
    this.features = this.encoders.flatMap((e, i) =>
      e.features.map(f => ({ ...f, span: [f.span[0] + starts[i]!, f.span[1] + starts[i]!] as const })),
    );
  }

  get target(): TargetInfo {
    return this.state.target;
  }

  /** Every cell that names a file is read. @param folder that paths are relative to. */
  async fetch(rows: readonly RawValues[], folder: string, signal?: AbortSignal): Promise<void> {
    for (const encoder of this.encoders) {
      if (!encoder.fetch) continue;
      for (const [i, row] of rows.entries()) {
        if (i % 64 === 0) throwIfCancelled(signal);
        await encoder.fetch(row, folder, i + 1);
      }
    }
  }

  prepare(rows: readonly RawValues[]) {
    const whole = this.parts.every(p => p.dtype === 'int64');
    const data = new (whole ? Int32Array : Float32Array)(rows.length * this.width);
    rows.forEach((row, i) => {
      for (const [k, encoder] of this.encoders.entries())
        encoder.write(row, data, i * this.width + this.starts[k]!, i + 1);
    });
    return { shape: [rows.length, this.width], data };
  }

  async readRows(file: string, signal?: AbortSignal): Promise<Record<string, string | number | null>[]> {
    const rows = rawRowsOf(await readTableFile(file, new Set(this.encoders.flatMap(e => e.columns)), signal));
    await this.fetch(rows, path.dirname(path.resolve(file)), signal);
    return rows;
  }

  names(input: ArrayLike<number>): readonly string[] {
    return this.encoders.flatMap((e, k) => {
      const size = e.part.shape.reduce((a, b) => a * b, 1);
      const own = Array.from({ length: size }, (_, i) => input[this.starts[k]! + i]!);
      return (
        e.names?.(own) ??
        e.features.flatMap(f =>
          f.span[1] - f.span[0] === 1 ? [f.name] : new Array<string>(f.span[1] - f.span[0]).fill(''),
        )
      );
    });
  }
}

function encodingNamed(as: string): Encoding {
  const found = encodings.find(e => e.as === as);
  if (found) return found;
  throw new VitrineError('bad-file', `There is no input made "as" ${JSON.stringify(as).slice(0, 40)}.`);
}

async function loadColumns(options: ColumnsOptions, context: LoadContext): Promise<Dataset> {
  const file = path.resolve(context.folder, options.file);
  const named = options.inputs.map(i => (i['columns'] as string[] | undefined) ?? [i['column'] as string]);
  const spelled = new Set(options.inputs.flatMap((input, i) => (input.as === 'numbers' ? [] : named[i]!)));
  const table = await readTableFile(file, spelled, context.signal);
  const used = named.map((names, i) =>
    names.map(n => columnNamed(table, n, `in data.inputs (${options.inputs[i]!.name})`)),
  );
  const target = columnNamed(table, options.target, 'the target');
  if (used.flat().includes(target))
    throw new VitrineError(
      'bad-experiment',
      `The column "${target.name}" is the target and an input at once. Remove it from data.inputs.`,
    );
  const twice = options.inputs.find((a, i) => options.inputs.some((b, j) => j < i && a.name === b.name));
  if (twice) throw new VitrineError('bad-experiment', `data.inputs has two inputs named "${twice.name}".`);
  const notes = [...table.notes];
  const asTable = { ...options, features: undefined };
  const { info, values } = asRows(() => readTarget(table, target, asTable, notes));
  const kept = keepRows(table, used.flat(), target, values, asTable, notes);
  const splits = divide(table, kept, asTable, info, values, context.seed, notes);
  throwIfCancelled(context.signal);
  const inputs: { as: string; state: unknown }[] = [];
  for (const [i, input] of options.inputs.entries()) {
    const state = await encodingNamed(input.as).learn(input, {
      table,
      columns: used[i]!,
      trainRows: splits.train,
      notes,
      folder: context.folder,
    });
    inputs.push({ as: input.as, state });
  }
  const preparation = new ColumnsPreparation({
    ...savedAs('columns'),
    inputs,
    target: { name: info.name, kind: info.kind, ...(info.classes && { classes: [...info.classes] }) },
  });
  const rows = rawRowsOf(table);
  const folder = path.dirname(file);
  await preparation.fetch(
    Array.from(kept, row => rows[row]!),
    folder,
    context.signal,
  );
  const hash = createHash('sha256')
    .update(await readWhole(file))
    .digest('hex');
  return new ColumnsDataset({
    table,
    rows,
    preparation,
    splits,
    notes,
    hash,
    values,
    folder,
    rank: options.rank,
  });
}

interface Loaded {
  table: Table;
  rows: readonly RawValues[];
  preparation: ColumnsPreparation;
  splits: Readonly<Record<Split, Int32Array>>;
  notes: readonly string[];
  hash: string;
  /** Targets by row. */
  values: Float64Array;
  folder: string;
  rank: string | undefined;
}

class ColumnsDataset implements Dataset {
  readonly name: string;
  readonly modality: Modality;
  readonly sampleShape;
  readonly parts;
  readonly features;
  readonly target;
  readonly splits;
  readonly notes;
  readonly hash;
  private readonly splitOf: Map<number, Split>;
  private readonly ranked: Int32Array | undefined;

  constructor(private readonly loaded: Loaded) {
    const { preparation, table, splits, rank } = loaded;
    this.name = path.basename(table.file);
    this.sampleShape = preparation.sampleShape;
    this.parts = preparation.parts;
    this.features = preparation.features;
    this.target = preparation.target;
    this.splits = splits;
    this.notes = loaded.notes;
    this.hash = loaded.hash;
    this.modality = this.parts.every(p => p.dtype === 'float32' && p.modality === 'table')
      ? 'table'
      : 'mixed';
    this.splitOf = splitsByRow(splits);
    if (rank !== undefined) {
      const column = columnNamed(table, rank, 'in data.rank');
      const codes = new Map<string, number>();
      this.ranked = Int32Array.from({ length: table.rows }, (_, row) => {
        const text = textAt(column, row) ?? '';
        if (!codes.has(text)) codes.set(text, codes.size);
        return codes.get(text)!;
      });
    }
  }

  batch(rows: ArrayLike<number>) {
    const { preparation, rows: all, values } = this.loaded;
    const input = preparation.prepare(Array.from(rows, row => this.known(row, all)));
    const wanted = Array.from(rows, row => values[row]!);
    return {
      input,
      targets:
        this.target.kind === 'classes'
          ? { shape: [rows.length], data: Int32Array.from(wanted) }
          : { shape: [rows.length, 1], data: Float32Array.from(wanted) },
    };
  }

  raw(row: number) {
    const { rows, table, preparation, values } = this.loaded;
    const own = this.known(row, rows);
    const shown = preparation.encoders.flatMap(e => e.columns);
    return {
      row,
      split: this.splitOf.get(row)!,
      values: Object.fromEntries(
        shown.map(name => {
          const column = columnNamed(table, name, 'in data.inputs');
          return [name, looksNumeric(column, table.rows) ? numberAt(column, row) : (own[name] ?? null)];
        }),
      ),
      target: this.target.kind === 'classes' ? this.target.classes![values[row]!]! : values[row]!,
    };
  }

  groups(rows: ArrayLike<number>): Int32Array | undefined {
    const { ranked } = this;
    return ranked && Int32Array.from(rows, row => ranked[row]!);
  }

  prepare(rows: readonly RawValues[]) {
    return this.loaded.preparation.prepare(rows);
  }

  preparation(): unknown {
    return this.loaded.preparation.state;
  }

  private known(row: number, all: readonly RawValues[]): RawValues {
    if (this.splitOf.has(row)) return all[row]!;
    throw new VitrineError('bad-request', `"${this.name}" has no row ${row}, or it was left out.`);
  }
}
