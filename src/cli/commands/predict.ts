import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { encodeWav } from '../../data/audio/wav';
import type { SavedPreparation } from '../../data/dataset';
import { manyNumbers } from '../../data/manyNumbers';
import { blockRows } from '../../data/stream/rowBlocks';
import { VitrineError } from '../../model/errors';
import {
  type PredictedRow,
  type PredictOptions,
  predictBlocks,
  predictRaw,
  readsTexts,
  rowsOfText,
} from '../../service/inquiries/predictFile';
import { predictionsCsvParts } from '../../service/inquiries/predictionTable';
import { Engines } from '../../service/process/engines';
import { isModelFile } from '../../train/open/openModel';
import { dataFolder, openRun } from '../../train/open/openRun';
import { openWeights } from '../../train/open/openWeights';
import { writeAtomically } from '../../train/runs/atomicFile';
import { type Command, type CommandCall, refuseStray, textOption } from '../command';
import { experimentSuffix, isHuggingFace } from '../experiments';
import { folderOptions, predictFolder } from '../folderPredict';
import { modelFileOptions, openedModel } from '../modelFiles';
import { fixedNumber, tableLines } from '../table';
import type { Terminal } from '../terminal';
import { textOptions } from '../texts';

/** What only models that read rows of a table are asked. */
const ofRows = { values: true, output: true, explain: true, 'keep-going': true };

export const command: Command = {
  name: 'predict',
  usage:
    'RUN|FILE.vitrine.json|MODEL.onnx|FOLDER --input DATA|--values JSON|--text TEXT… [--output FILE] [--explain METHOD] [--keep-going] [--backend B] [--json]',
  summary:
    'Predict the rows of a table with a trained run (of an experiment: its newest finished one, else its model.weights) or a model file as it is; with a folder that Transformers saved, classify texts and pictures, find entities, answer questions, fill masks, write down speech.',
  arguments: [1, 1],
  options: {
    input: {
      type: 'string',
      short: 'i',
      value: 'DATA',
      help: 'A table with the columns that the model was trained on; of a folder, a .txt or a table of texts, or a picture or sound (or a folder of them).',
    },
    ...textOptions,
    ...folderOptions,
    ...modelFileOptions,
    values: {
      type: 'string',
      value: 'JSON',
      help: 'One row, or several, as JSON: \'{"column": value}\'.',
    },
    output: {
      type: 'string',
      short: 'o',
      value: 'FILE',
      help: 'Where to write to: .csv, .json or .jsonl, with the probabilities; of a model that speaks .wav, or a folder.',
    },
    explain: {
      type: 'string',
      value: 'METHOD',
      help: 'Says why, for each row: a method of "vitrine methods".',
    },
    'keep-going': {
      type: 'boolean',
      help: 'Where no row can be read, tells that of each row too. Those of others that cannot be read get an error of their own in any case.',
    },
    top: { type: 'string', value: 'K', help: 'How many words are shown for a mask; 5 if left out.' },
    backend: { type: 'string', value: 'B', help: 'webgpu, webasm or cpu; that of the run if left out.' },
  },
  async run(call) {
    const { terminal, signal } = call;
    if (await isHuggingFace(call.arguments[0]!)) {
      refuseStray(call, { ...modelFileOptions, ...ofRows }, 'a Hugging Face folder');
      return predictFolder(call);
    }
    const input = textOption(call, 'input');
    const values = textOption(call, 'values');
    const texts = call.options['text'];
    if ([input, values, texts].filter(given => given !== undefined).length !== 1)
      throw new VitrineError(
        'bad-usage',
        'Which rows? Give either a table with --input DATA.csv (or - for standard input), one row with --values \'{"column": value}\', or, for models that read text, --text TEXT.',
      );
    const bare = await isModelFile(call.arguments[0]!);
    const { top } = command.options;
    if (bare) refuseStray(call, { ...folderOptions, top }, 'a model file');
    else refuseStray(call, { ...folderOptions, ...modelFileOptions, top }, 'a trained model');
    const run = bare
      ? { ...(await openedModel(call)), backend: undefined }
      : await openedFor(call, call.arguments[0]!);
    if (texts !== undefined && !readsTexts(run.preparation))
      throw new VitrineError(
        'bad-usage',
        'This model reads no text. Give its rows with --input DATA.csv, or one row with --values \'{"column": value}\'.',
      );
    const engines = new Engines();
    try {
      const engine = await engines.asked(textOption(call, 'backend'))(run.backend);
      const method = textOption(call, 'explain');
      const options: PredictOptions = {
        signal,
        keepGoing: true,
        ...(method !== undefined && { explain: method }),
        onProgress: done => terminal.progress(`predicting ${Math.round(100 * done)} %`),
      };
      const lines = Array.isArray(texts)
        ? texts.map(t => String(t).replace(/\s*\n\s*/g, ' ')).join('\n')
        : undefined;
      const typed = values ?? lines ?? (input === '-' ? await readStandardInput() : undefined);
      const count = { rows: 0, failed: 0 };
      const found =
        typed === undefined
          ? predictBlocks(run, input!, engine, options)
          : inOne(
              predictRaw(run, await rowsOfText(typed, run.preparation, signal), engine, {
                ...options,
                folder: 'record' in run ? dataFolder(run) : process.cwd(),
              }),
            );
      const told = call.options['keep-going'] === true;
      const blocks = counting(
        count,
        terminal,
        told ? found : anyRead(found, typed === undefined ? input : undefined),
      );
      const output = textOption(call, 'output');
      if (output !== undefined) await writeOutput(path.resolve(output), blocks, run);
      else for await (const rows of blocks) show(rows, run.preparation.target.name, terminal);
      if (count.failed > 0)
        terminal.message(
          count.failed === count.rows
            ? `None of the ${count.rows} rows could be read.`
            : `${count.failed} of ${count.rows} rows could not be read; the others were predicted.`,
        );
      if (output !== undefined) terminal.message(`${count.rows} rows written to ${output}`);
      return count.rows === 0 || count.failed < count.rows;
    } finally {
      await engines.dispose();
    }
  },
};

/** Counts, and tells of the first rows that could not be read. */
async function* counting(
  count: { rows: number; failed: number },
  terminal: Terminal,
  blocks: AsyncIterable<PredictedRow[]>,
): AsyncGenerator<PredictedRow[]> {
  for await (const rows of blocks) {
    for (const { error } of rows)
      if (error !== undefined && ++count.failed <= 10) terminal.message(terminal.yellow(error));
    count.rows += rows.length;
    yield rows;
    terminal.progress(`${count.rows} rows predicted`);
  }
}

/**
 * The same blocks. Where no row of all of them can be read, what is wrong is no row of it.
 *
 * @throws bad-data as of the first row.
 */
async function* anyRead(
  blocks: AsyncIterable<PredictedRow[]>,
  file?: string,
): AsyncGenerator<PredictedRow[]> {
  let held: PredictedRow[] | undefined;
  let first = true;
  for await (const rows of blocks) {
    if (held) yield held;
    held = undefined;
    // A table that begins with a whole block of such rows and goes on is one whose rows are told each.
    if (first && rows.length > 0 && rows.every(r => r.error !== undefined)) held = rows;
    else yield rows;
    first = false;
  }
  if (!held) return;
  const { error } = held[0]!;
  throw file === undefined
    ? new VitrineError('bad-data', error!)
    : new VitrineError('bad-data', `${path.basename(file)}: ${error}`, { at: { file: path.resolve(file) } });
}

async function* inOne<T>(all: Promise<T>): AsyncGenerator<T> {
  yield await all;
}

function show(rows: readonly PredictedRow[], target: string, terminal: Terminal): void {
  if (terminal.json) for (const row of rows) terminal.result(row);
  else
    terminal.print(
      ...tableLines(
        [{ title: 'Row', align: 'right' }, { title: target }, { title: 'Probability', align: 'right' }],
        rows.map(r => [
          String(r.row),
          valueText(r.prediction),
          r.probability === undefined ? '' : fixedNumber(r.probability),
        ]),
        t => terminal.bold(t),
      ),
      ...rows.flatMap(r => (r.explanation ? ['', `Row ${r.row}: ${r.explanation.text}`] : [])),
    );
}

/** The run, or else the weights that the experiment names. */
async function openedFor(call: CommandCall, where: string) {
  try {
    const run = await openRun(where);
    return { ...run, backend: run.record.backend };
  } catch (e) {
    if (!(e instanceof VitrineError && e.code === 'file-not-found') || !where.endsWith(experimentSuffix))
      throw e;
    const { distFolder, signal } = call;
    const opened = await stat(where).then(
      () => openWeights(where, { distFolder, signal }),
      () => undefined,
    );
    if (!opened) throw e;
    return { ...opened, backend: opened.experiment.backend };
  }
}

async function readStandardInput(): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of process.stdin) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > 500_000_000)
      throw new VitrineError('bad-data', 'Standard input is larger than 500 MB. Give a file with --input.');
  }
  return Buffer.concat(parts).toString('utf8');
}

async function writeOutput(
  file: string,
  blocks: AsyncIterable<PredictedRow[]>,
  { preparation }: { preparation: SavedPreparation },
): Promise<void> {
  const ending = path.extname(file).toLowerCase();
  if (preparation.sound && (ending === '' || ending === '.wav')) {
    const spoken: PredictedRow[] = [];
    for await (const rows of blocks) spoken.push(...rows.filter(r => Array.isArray(r.prediction)));
    if (ending === '.wav' && spoken.length !== 1)
      throw new VitrineError(
        'bad-usage',
        `--output ${file} takes one sound, but ${spoken.length} rows were predicted. Give a folder: --output ${file.slice(0, -ending.length)}`,
      );
    if (ending === '') await mkdir(file, { recursive: true });
    for (const { row, prediction } of spoken) {
      const { samples, sampleRate } = preparation.sound(prediction as readonly number[]);
      await writeAtomically(
        ending === '' ? path.join(file, `${row}.wav`) : file,
        encodeWav(samples, sampleRate),
      );
    }
    return;
  }
  const inParts = {
    '.csv': csvParts(preparation.target.name),
    '.json': jsonParts,
    '.jsonl': async function* (all: AsyncIterable<PredictedRow[]>) {
      for await (const rows of all) yield rows.map(r => `${JSON.stringify(r)}\n`).join('');
    },
  }[ending];
  if (!inParts)
    throw new VitrineError(
      'bad-usage',
      `--output ${file}: expected a name that ends in .csv, .json or .jsonl${preparation.sound ? ', in .wav, or a folder for the sounds' : ''}.`,
    );
  await writeAtomically(file, inParts(blocks));
}

type Parts = (blocks: AsyncIterable<PredictedRow[]>) => AsyncGenerator<string>;

function csvParts(target: string): Parts {
  return async function* (blocks) {
    let part: ReturnType<typeof predictionsCsvParts> | undefined;
    for await (const rows of blocks) {
      // One block says itself whether a row of it failed.
      part ??= predictionsCsvParts(target, rows.length >= blockRows);
      yield part(rows);
    }
  };
}

/** A list, its rows as `JSON.stringify` with two spaces sets them. */
async function* jsonParts(blocks: AsyncIterable<PredictedRow[]>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const rows of blocks) {
    if (rows.length === 0) continue;
    yield before + rows.map(r => JSON.stringify(r, null, 2).replace(/^/gm, '  ')).join(',\n');
    before = ',\n';
  }
  yield before === ',\n' ? '\n]\n' : '[]\n';
}

function valueText(value: PredictedRow['prediction']): string {
  if (value === null) return '';
  if (typeof value === 'number') return fixedNumber(value);
  if (typeof value === 'string') return value;
  return manyNumbers(value.length, undefined) ?? value.map(fixedNumber).join(', ');
}
