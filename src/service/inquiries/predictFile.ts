/** Predictions for rows from anywhere, prepared as the run's training rows were; where asked, with why. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SavedPreparation } from '../../data/dataset';
import { fieldsOf, mostLevels } from '../../data/table/jsonl';
import type { Engine } from '../../engine/engine';
import { EvaluatorPool } from '../../explain/answers/evaluatorPool';
import { explain } from '../../explain/explain';
import type { Language } from '../../explain/words/words';
import { lossSpec } from '../../formats/experiment/write';
import { VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import type { OpenRun } from '../../train/open/openRun';
import { predictRows } from '../../train/predict/predictRows';
import { rawRowBlocks } from '../../train/predict/rawRows';

type Raw = Record<string, string | number | null>;

export interface PredictedRow {
  /** From 0. */
  row: number;
  /** The class's name, or the number, or the numbers. */
  prediction: string | number | readonly number[] | null;
  probability?: number;
  /** Of models that find boxes: left, top, right, bottom as shares of the picture. */
  boxes?: readonly { class: string; score: number; box: readonly number[] }[];
  /** By class. */
  probabilities?: Readonly<Record<string, number>>;
  /** Where asked: what spoke for the prediction, how far that may be trusted, and it all in words. */
  explanation?: {
    method: string;
    attribution?: Readonly<Record<string, number>>;
    trust: number;
    text: string;
  };
  /** Why there is no prediction, where other rows were to go on. */
  error?: string;
}

export interface PredictOptions {
  signal?: AbortSignal;
  /** Id of the method to explain each row with. */
  explain?: string;
  /** Of the sentences; English if absent. */
  language?: Language;
  /** A row that cannot be prepared gets an error of its own instead of ending it all. */
  keepGoing?: boolean;
  /** Of rows that were typed: where the paths in their cells begin. */
  folder?: string;
  /** How many rows there were before these. */
  first?: number;
  /** Has what was compiled to predict the rows before these. */
  pool?: EvaluatorPool;
  onProgress?(done: number): void;
}

type Opened = Pick<OpenRun, 'model' | 'weights' | 'preparation'> &
  Partial<Pick<OpenRun, 'explained' | 'dataset'>> & {
    experiment: Pick<OpenRun['experiment'], 'loss' | 'lossOptions'>;
  };

/** More rows are explained one by one for hours. */
const mostExplained = 1000;

/** All of `predictBlocks` at once. */
export async function predictFile(...request: Parameters<typeof predictBlocks>): Promise<PredictedRow[]> {
  const all: PredictedRow[] = [];
  for await (const rows of predictBlocks(...request)) for (const row of rows) all.push(row);
  return all;
}

/**
 * The rows of a file, some thousand at a time: a table of any size is predicted in bounded memory.
 *
 * @throws bad-data, file-not-found, shape-mismatch, cancelled
 */
export async function* predictBlocks(
  run: Opened,
  file: string,
  engine: Engine,
  options: PredictOptions = {},
): AsyncGenerator<PredictedRow[]> {
  let first = 0;
  // Weights are read and the model is compiled once, however many blocks there are.
  let read: ReturnType<Opened['weights']> | undefined;
  const opened: Opened = {
    ...run,
    weights() {
      read ??= run.weights();
      return read;
    },
  };
  const pool = new EvaluatorPool(engine);
  try {
    for await (const rows of rawRowBlocks(file, run.preparation, options.signal)) {
      try {
        yield await predictRaw(opened, rows, engine, { ...options, first, pool });
      } catch (e) {
        throw withFile(e, file, first);
      }
      first += rows.length;
    }
  } finally {
    await pool.dispose();
  }
}

/** What is wrong with a row is told with the file that it is of. */
function withFile(e: unknown, file: string, first: number): unknown {
  if (!(e instanceof VitrineError) || e.code !== 'bad-data' || e.details.at || !/^Row \d/.test(e.message))
    return e;
  return new VitrineError(e.code, `${path.basename(file)}: ${countedFrom(first, e.message)}`, {
    ...e.details,
    at: { file },
  });
}

/** "Row 3" of rows that come after others. */
function countedFrom(first: number, message: string): string {
  return message.replace(/^Row (\d+)\b/, (_, row) => `Row ${first + Number(row)}`);
}

/**
 * Rows from text as it is typed or selected: JSON (an object, a list of objects, or JSON Lines), a table with its header
 * line, or, for models of text, a text on each line.
 *
 * @throws bad-data
 */
export async function rowsOfText(
  text: string,
  preparation: SavedPreparation,
  signal?: AbortSignal,
): Promise<Raw[]> {
  const trimmed = text.trim();
  if (trimmed === '') throw new VitrineError('bad-data', 'There are no rows: the text is empty.');
  if (trimmed.startsWith('[') || (trimmed.startsWith('{') && isJson(trimmed))) return rowsOfJson(trimmed);
  const named = preparation.features.some(f => firstLine(trimmed).includes(f.from ?? f.name));
  const textual = readsTexts(preparation);
  const ending = trimmed.startsWith('{') ? '.jsonl' : textual && !named ? '.txt' : '.csv';
  // The readers of files find delimiter, quotes and decimal comma by looking.
  const folder = await mkdtemp(path.join(tmpdir(), 'vitrine-rows-'));
  try {
    const file = path.join(folder, `rows${ending}`);
    await writeFile(file, `${text}\n`);
    return await preparation.readRows(file, signal);
  } catch (e) {
    if (!(e instanceof VitrineError)) throw e;
    // Nobody knows the file that it speaks of.
    throw new VitrineError(e.code, e.message);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0]!;
}

/** Models of text know their tokens by place only. */
export function readsTexts({ features }: SavedPreparation): boolean {
  return features.length > 0 && features.every(f => /^token \d+$/.test(f.name));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function rowsOfJson(text: string): Raw[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (e) {
    throw new VitrineError('bad-data', `This is no JSON: ${(e as Error).message}.`);
  }
  const list = Array.isArray(value) ? value : [value];
  return list.map((row, i) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw new VitrineError(
        'bad-data',
        `Row ${i + 1}: found ${JSON.stringify(row)?.slice(0, 40)}, expected an object with a value for each column.`,
      );
    const out: Raw = Object.create(null);
    // Nested fields are columns by their path, as in a file of JSON Lines.
    for (const [name, cell] of fieldsOf(row, (field, what) =>
      what === 'list'
        ? new VitrineError(
            'bad-data',
            `Row ${i + 1}, column "${field}": found a list, expected a number or a text.`,
          )
        : new VitrineError('bad-data', `Row ${i + 1} nests deeper than ${mostLevels} objects.`),
    ))
      out[name] = typeof cell === 'boolean' ? String(cell) : cell;
    return out;
  });
}

/** @throws bad-data by row and column, shape-mismatch, bad-request for a method that there is not, cancelled */
export async function predictRaw(
  run: Opened,
  rows: readonly Raw[],
  engine: Engine,
  options: PredictOptions = {},
): Promise<PredictedRow[]> {
  const { signal, keepGoing, first = 0 } = options;
  const { preparation } = run;
  const { target } = preparation;
  const good: number[] = [];
  const errors = new Map<number, string>();
  const fetch = async (some: readonly Raw[]) => {
    if (options.folder !== undefined) await preparation.fetch?.(some, options.folder, signal);
  };
  let input: Tensor | undefined;
  try {
    await fetch(rows);
    input = preparation.prepare(rows);
    for (const i of rows.keys()) good.push(i);
  } catch (e) {
    if (!keepGoing || !(e instanceof VitrineError) || e.code === 'cancelled') throw e;
    // One by one, to tell those that can be prepared from those that cannot.
    for (const [i, row] of rows.entries())
      try {
        await fetch([row]);
        preparation.prepare([row]);
        good.push(i);
      } catch (e) {
        if (!(e instanceof VitrineError) || e.code === 'cancelled') throw e;
        errors.set(i, countedFrom(first + i, e.message));
      }
  }
  const weights = await run.weights();
  const predictions = await predictRows({
    engine: options.pool ?? engine,
    model: run.model,
    weights,
    input: input ?? preparation.prepare(good.map(i => rows[i]!)),
    target,
    parts: run.preparation.parts,
    loss: run.experiment.loss,
    ...(signal && { signal }),
  });
  const why =
    options.explain === undefined ? undefined : await explaining(run, engine, options, first + good.length);
  const out: PredictedRow[] = rows.map((_, row) => ({
    row: first + row,
    prediction: null,
    ...(errors.has(row) && { error: errors.get(row)! }),
  }));
  for (const [i, { label, probability, probabilities, output, boxes }] of predictions.entries()) {
    const row = good[i]!;
    out[row] = {
      row: first + row,
      prediction: target.kind === 'classes' || boxes ? label : output.length === 1 ? output[0]! : output,
      ...(probability !== undefined && { probability }),
      ...(boxes && {
        boxes: boxes.map(b => ({ class: target.boxes!.classes[b.class]!, score: b.score!, box: b.box })),
      }),
      ...(probabilities &&
        target.classes && {
          probabilities: Object.fromEntries(target.classes.map((name, c) => [name, probabilities[c]!])),
        }),
      ...(why && { explanation: await why(rows[row]!) }),
    };
    options.onProgress?.((i + 1) / predictions.length);
  }
  return out;
}

async function explaining(
  run: Opened,
  engine: Engine,
  { explain: method, signal, language }: PredictOptions,
  rows: number,
) {
  if (rows > mostExplained)
    throw new VitrineError(
      'bad-request',
      `${rows} rows are too many to explain one by one; at most ${mostExplained}.`,
    );
  const dataset = await run.dataset?.();
  const subject = {
    engine,
    model: run.explained ?? run.model,
    weights: await run.weights(),
    ...(dataset && { dataset }),
    loss: lossSpec(run.experiment),
    method: method!,
    ...(language && { language }),
    ...(signal && { signal }),
  };
  return async (values: Raw): Promise<NonNullable<PredictedRow['explanation']>> => {
    const input = run.preparation.prepare([values]);
    const { attribution, trust, text } = await explain({ ...subject, input, values });
    const { names, values: shares } = attribution;
    return {
      method: method!,
      ...(names &&
        names.length === shares.length && {
          attribution: Object.fromEntries(names.map((n, i) => [n, shares[i]!])),
        }),
      trust: trust.score,
      text,
    };
  };
}
