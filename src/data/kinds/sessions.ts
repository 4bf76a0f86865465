/** What people did one after the other: a log of events, from which the next item is predicted. */
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
import { bad, type Column, columnNamed, type Table, textAt } from '../table/table';
import { timesOf } from '../table/times';

export const sessionsSchema = Type.Object(
  {
    kind: Type.Literal('sessions', {
      description:
        'A log of events: what each person, or visit, did one after the other. The next item is predicted.',
    }),
    file: Type.String({
      minLength: 1,
      description: 'A table with a row for each event (CSV, JSON Lines, Parquet), relative to this file.',
    }),
    session: Type.String({
      minLength: 1,
      description: 'The column that says whose event it is, e.g. the visit.',
    }),
    target: Type.String({ minLength: 1, description: 'The column with the items, e.g. what was looked at.' }),
    time: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'The column that orders the events of a session; the order of the file if left out.',
      }),
    ),
    length: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      default: 20,
      description:
        'Events that the model sees: the last ones of longer sessions. Shorter ones are filled up with 0.',
    }),
    split: plainSplit('How the sessions are divided into training, validation and test.'),
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

type SessionsOptions = Static<typeof sessionsSchema>;

const stateSchema = stateSchemaOf('sessions', {
  session: Type.String(),
  item: Type.String(),
  time: Type.Optional(Type.String()),
  length: Type.Integer({ minimum: 1, maximum: 10_000 }),
  items: Type.Array(Type.String(), { minItems: 3, maxItems: 10_000_000 }),
});

type SessionsState = Static<typeof stateSchema>;

/** Names of the ids 0 (filling) and 1 (an item that training did not have). */
const special = ['[PAD]', '[UNK]'];
/** What separates the items of a session in one cell. */
const separator = ' › ';

export const kind: DatasetKind = {
  id: 'sessions',
  title: 'Log of events (next item)',
  extensions: [],
  schema: sessionsSchema,

  async load(options, context) {
    return loadSessions(options as SessionsOptions, context);
  },

  async columns(options, context) {
    const { file, session, target, time } = options as SessionsOptions;
    const table = await readTableFile(path.resolve(context.folder, file), new Set([session, target]));
    columnNamed(table, session, 'data.session');
    if (time !== undefined) columnNamed(table, time, 'data.time');
    return headsOf(table);
  },

  restore(state) {
    return new SessionsPreparation(savedState(stateSchema, state, 'sessions'));
  },
};

export class SessionsPreparation implements SavedPreparation {
  readonly sampleShape: readonly number[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;
  private readonly ids: ReadonlyMap<string, number>;

  constructor(readonly state: SessionsState) {
    const { length, items, item } = state;
    this.sampleShape = [length];
    this.features = Array.from({ length }, (_, i) => ({
      name: `event ${i + 1}`,
      kind: 'number' as const,
      min: 0,
      max: items.length - 1,
      span: [i, i + 1] as const,
      missing: 0,
    }));
    this.target = { name: `next ${item}`, kind: 'classes', classes: items, perPosition: true, ignore: 0 };
    this.ids = new Map(items.map((name, i) => [name, i]));
  }

  id(item: string): number {
    const id = this.ids.get(item);
    return id === undefined || id < special.length ? 1 : id;
  }

  /** @param rows each with the items of a session in one cell, "a › b › c", as `readRows` gives them. */
  prepare(rows: readonly Readonly<Record<string, string | number | null>>[]): Tensor {
    const { length, item } = this.state;
    const data = new Int32Array(rows.length * length);
    rows.forEach((row, i) => {
      const cell = row[item];
      const items = cell === null || cell === undefined ? [] : String(cell).split(separator.trim());
      const ids = items
        .map(s => s.trim())
        .filter(s => s !== '')
        .map(s => this.id(s));
      if (ids.length === 0)
        throw new VitrineError(
          'bad-data',
          `Row ${i + 1} has no events in "${item}". Expected items like "a › b".`,
        );
      data.set(ids.slice(-length), i * length);
    });
    return { shape: [rows.length, length], data };
  }

  /** The sessions of a log, each as one row. */
  async readRows(file: string, signal?: AbortSignal): Promise<Record<string, string | number | null>[]> {
    const { session, item, time } = this.state;
    const table = await readTableFile(file, new Set([session, item]), signal);
    const named = table.columns.map(c => c.name);
    // What has a session in each row already is taken as it is.
    if (!named.includes(session)) return rawRowsOf(table);
    return sessionsOf(table, session, item, time).map(({ name, items }) => ({
      [session]: name,
      [item]: items.join(separator),
    }));
  }
}

interface Session {
  name: string;
  items: string[];
}

/** @throws bad-data for an event without a session, an item or a time */
function sessionsOf(table: Table, session: string, item: string, time: string | undefined): Session[] {
  const whose = columnNamed(table, session, 'data.session');
  const what = columnNamed(table, item, 'the target');
  const when = time === undefined ? undefined : columnNamed(table, time, 'data.time');
  const found = new Map<string, { row: number; at: number; item: string }[]>();
  const times =
    when &&
    timesOf(
      table,
      when,
      Int32Array.from({ length: table.rows }, (_, row) => row),
    );
  for (let row = 0; row < table.rows; row++) {
    const name = cell(table, whose, row);
    const event = {
      row,
      at: times ? times[row]! : row,
      item: cell(table, what, row),
    };
    const list = found.get(name);
    if (list) list.push(event);
    else found.set(name, [event]);
  }
  return [...found].map(([name, events]) => ({
    name,
    items: events.sort((a, b) => a.at - b.at || a.row - b.row).map(e => e.item),
  }));
}

function cell(table: Table, column: Column, row: number): string {
  const text = textAt(column, row);
  if (text !== undefined) return text;
  const line = table.lines[row]!;
  throw bad(
    table.file,
    line,
    `Line ${line}, column "${column.name}": the value is missing. Fill it in, or remove the row.`,
  );
}

async function loadSessions(options: SessionsOptions, context: LoadContext): Promise<Dataset> {
  const file = path.resolve(context.folder, options.file);
  const table = await readTableFile(file, new Set([options.session, options.target]), context.signal);
  throwIfCancelled(context.signal);
  const all = sessionsOf(table, options.session, options.target, options.time);
  const sessions = all.filter(s => s.items.length > 1);
  const notes = [...table.notes];
  if (sessions.length < all.length)
    notes.push(
      `${all.length - sessions.length} of ${all.length} sessions have a single event, and nothing to predict from it; they were left out.`,
    );
  if (sessions.length < 2)
    throw bad(
      file,
      undefined,
      `Only ${sessions.length} sessions have two events or more, too few to train on.`,
    );
  const splits = divideRows(
    Int32Array.from(sessions.keys()),
    { ...options.split, stratify: false },
    context.seed,
  );
  const counts = new Map<string, number>();
  for (const row of splits.train)
    for (const item of sessions[row]!.items) counts.set(item, (counts.get(item) ?? 0) + 1);
  const items = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([name]) => name);
  const long = sessions.filter(s => s.items.length > options.length + 1).length;
  if (long > 0)
    notes.push(
      `${long} of ${sessions.length} sessions have more than ${options.length + 1} events; their last ones were taken (data.length).`,
    );
  const plan = new SessionsPreparation({
    ...savedAs('sessions'),
    session: options.session,
    item: options.target,
    ...(options.time !== undefined && { time: options.time }),
    length: options.length,
    items: [...special, ...items.filter(i => !special.includes(i))],
  });
  const hash = createHash('sha256')
    .update(await readWhole(file))
    .digest('hex');
  return new SessionsDataset(path.basename(file), plan, splits, notes, hash, sessions);
}

class SessionsDataset implements Dataset {
  readonly modality = 'text';
  readonly sampleShape;
  readonly features;
  readonly target;
  private readonly splitOf: Map<number, Split>;

  constructor(
    readonly name: string,
    private readonly plan: SessionsPreparation,
    readonly splits: Readonly<Record<Split, Int32Array>>,
    readonly notes: readonly string[],
    readonly hash: string,
    private readonly sessions: readonly Session[],
  ) {
    this.sampleShape = plan.sampleShape;
    this.features = plan.features;
    this.target = plan.target;
    this.splitOf = splitsByRow(splits);
  }

  batch(rows: ArrayLike<number>) {
    const { length } = this.plan.state;
    const data = new Int32Array(rows.length * length);
    const targets = new Int32Array(rows.length * length);
    for (let i = 0; i < rows.length; i++) {
      const ids = this.seen(rows[i]!).map(item => this.plan.id(item));
      data.set(ids.slice(0, -1), i * length);
      targets.set(ids.slice(1), i * length);
    }
    return {
      input: { shape: [rows.length, length], data },
      targets: { shape: [rows.length, length], data: targets },
    };
  }

  raw(row: number) {
    const items = this.seen(row);
    return {
      row,
      split: this.splitOf.get(row)!,
      values: {
        [this.plan.state.session]: this.sessions[row]!.name,
        [this.plan.state.item]: items.slice(0, -1).join(separator),
      },
      target: items.at(-1)!,
    };
  }

  prepare(rows: readonly Record<string, string | number | null>[]): Tensor {
    return this.plan.prepare(rows);
  }

  preparation(): unknown {
    return this.plan.state;
  }

  entryNames(input: Tensor): readonly string[] {
    return Array.from(input.data, id => (id === 0 ? '' : (this.plan.state.items[id] ?? '')));
  }

  /** The last events that fit, and the one after them. */
  private seen(row: number): readonly string[] {
    if (!this.splitOf.has(row))
      throw new VitrineError('bad-request', `"${this.name}" has no session ${row}, or it was left out.`);
    return this.sessions[row]!.items.slice(-(this.plan.state.length + 1));
  }
}
