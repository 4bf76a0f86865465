/** What a folder that Transformers saved is asked for at the command line: by what its model does. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from '../engine/engine';
import { openImageClassifier, openPicturesAndTexts } from '../formats/huggingface/imageModel';
import { openSpeechModel } from '../formats/huggingface/speechModel';
import { folderTask } from '../formats/huggingface/tasks';
import { openTextEncoder, type TextEncoder } from '../formats/huggingface/textModel';
import { VitrineError } from '../model/errors';
import { Engines } from '../service/process/engines';
import { answerQuestions } from '../train/predict/answers';
import { classifyImages, classifyImagesByLabels } from '../train/predict/imageTasks';
import { transcribe } from '../train/predict/speechTasks';
import { tagTexts } from '../train/predict/tagTexts';
import { classifyTexts, fillMasks, type TextClass } from '../train/predict/textTasks';
import { classifyByLabels, type ZeroShot } from '../train/predict/zeroShot';
import { type CommandCall, type OptionHelp, textOption } from './command';
import { fixedNumber, type TableColumn, tableLines } from './table';
import type { Terminal } from './terminal';
import { textsOf } from './texts';

export const folderOptions = {
  pair: {
    type: 'string',
    multiple: true,
    value: 'TEXT',
    help: 'The second text of each --text, of a model that tells of pairs.',
  },
  question: {
    type: 'string',
    multiple: true,
    value: 'TEXT',
    help: 'A question about each --text, of a model that answers questions.',
  },
  labels: {
    type: 'string',
    value: 'A,B,…',
    help: 'Classes of your own: of texts by a model that tells what they entail, of pictures by CLIP.',
  },
  hypothesis: {
    type: 'string',
    value: 'TEXT',
    help: 'The sentence in which {} stands for a label; "This example is {}." or "This is a photo of {}.".',
  },
  several: { type: 'boolean', help: 'Several of --labels may hold: each has a probability of its own.' },
  language: {
    type: 'string',
    value: 'CODE',
    help: 'The language that is spoken, as "en"; found out if left out.',
  },
  translate: { type: 'boolean', help: 'Writes what is said in English.' },
} satisfies Record<string, OptionHelp>;

/** @throws VitrineError */
export async function predictFolder(call: CommandCall): Promise<boolean> {
  const folder = call.arguments[0]!;
  const engines = new Engines();
  try {
    const engine = () => engines.get(textOption(call, 'backend'));
    const task = await folderTask(folder);
    if (task === 'picture' || task === 'picture-labels') await predictPictures(call, task, engine);
    else if (task === 'speech') await writeDown(call, engine);
    else await predictTexts(call, engine);
    return true;
  } finally {
    await engines.dispose();
  }
}

type OpenEngine = () => Promise<Engine>;

async function predictTexts(call: CommandCall, open: OpenEngine): Promise<void> {
  const { terminal, distFolder, signal } = call;
  const texts = await textsOf(call);
  const top = Number(textOption(call, 'top') ?? 5);
  if (!Number.isSafeInteger(top) || top < 1)
    throw new VitrineError(
      'bad-usage',
      `--top is "${textOption(call, 'top')}"; expected a whole number from 1.`,
    );
  const encoder = await openTextEncoder(call.arguments[0]!, { distFolder, signal });
  const asked = labelsAsked(call);
  const questions = beside(call, 'question', texts);
  const pairs = beside(call, 'pair', texts);
  refuseOptions(call, encoder, { questions, pairs, asked });
  const engine = await open();
  switch (encoder.task) {
    case 'embed':
      throw new VitrineError(
        'bad-usage',
        `${call.arguments[0]} holds an encoder without a head, which predicts nothing. Its vectors: vitrine embed ${call.arguments[0]}`,
      );
    case 'classify': {
      const found = asked
        ? await classifyByLabels(engine, encoder, texts, asked, signal)
        : await classifyTexts(engine, encoder, texts, signal, pairs);
      return showClasses(terminal, { title: 'Text', most: 60 }, texts, found, row => ({ row }));
    }
    case 'tag': {
      const found = await tagTexts(engine, encoder, texts, signal);
      for (const [row, entities] of found.entries())
        show(
          terminal,
          { row, text: texts[row], entities },
          [
            { title: 'Entity' },
            { title: 'Text', most: 60 },
            { title: 'Place', align: 'right' },
            probabilityColumn,
          ],
          entities.map(e => [
            e.entity,
            texts[row]!.slice(e.start, e.end),
            `${e.start}–${e.end}`,
            fixedNumber(e.probability),
          ]),
        );
      return;
    }
    case 'answer': {
      const found = await answerQuestions(
        engine,
        encoder,
        texts.map((context, i) => ({ question: questions![i]!, context })),
        signal,
      );
      for (const [row, f] of found.entries())
        show(
          terminal,
          { row, question: questions![row], ...f },
          [{ title: 'Question', most: 50 }, { title: 'Answer', most: 60 }, probabilityColumn],
          [[questions![row]!, f.answer, fixedNumber(f.probability)]],
        );
      return;
    }
    case 'fill-mask': {
      const found = await fillMasks(engine, encoder, texts, top, signal);
      for (const [row, fills] of found.entries())
        show(
          terminal,
          { row, prediction: fills[0]!.token, probability: fills[0]!.probability, fills },
          [{ title: 'Word' }, { title: 'Probability', align: 'right' }, { title: 'Text', most: 70 }],
          fills.map(f => [f.token, fixedNumber(f.probability), f.text]),
        );
    }
  }
}

/** @throws bad-usage for what the model does not take, or lacks. */
function refuseOptions(
  call: CommandCall,
  { task }: TextEncoder,
  { questions, pairs, asked }: { questions?: unknown; pairs?: unknown; asked?: unknown },
): void {
  const folder = call.arguments[0];
  if (task === 'answer' && !questions)
    throw new VitrineError(
      'bad-usage',
      `${folder} answers questions about a text. Which one? vitrine predict ${folder} --text "…" --question "…"`,
    );
  const taken = {
    question: task === 'answer',
    pair: task === 'classify' && !asked,
    labels: task === 'classify',
  };
  for (const [name, given] of [
    ['question', questions],
    ['pair', pairs],
    ['labels', asked],
  ] as const)
    if (given && !taken[name])
      throw new VitrineError(
        'bad-usage',
        `--${name} is for other models, or goes with none of the other options; ${folder} ${does[task]}.`,
      );
}

const does = {
  classify: 'tells classes of texts',
  tag: 'finds entities in texts',
  answer: 'answers questions',
  'fill-mask': 'fills masks in texts',
  embed: 'makes vectors of texts',
} as const;

/** The texts of an option, one for each text; one alone is for all. */
function beside(
  call: CommandCall,
  option: 'pair' | 'question',
  texts: readonly string[],
): string[] | undefined {
  const given = call.options[option];
  if (!Array.isArray(given)) return undefined;
  if (given.length === 1) return texts.map(() => String(given[0]));
  if (given.length !== texts.length)
    throw new VitrineError(
      'bad-usage',
      `There are ${texts.length} texts, but ${given.length} of --${option}.`,
    );
  return given.map(String);
}

function labelsAsked(call: CommandCall): ZeroShot | undefined {
  const labels = textOption(call, 'labels');
  const hypothesis = textOption(call, 'hypothesis');
  if (labels === undefined) {
    if (hypothesis !== undefined || call.options['several'] === true)
      throw new VitrineError('bad-usage', '--hypothesis and --several go with --labels A,B,…');
    return undefined;
  }
  const named = labels
    .split(',')
    .map(l => l.trim())
    .filter(l => l !== '');
  const twice = named.find((l, i) => named.indexOf(l) !== i);
  if (twice !== undefined) throw new VitrineError('bad-usage', `--labels names "${twice}" twice.`);
  return {
    labels: named,
    ...(hypothesis !== undefined && { hypothesis }),
    several: call.options['several'] === true,
  };
}

/** The classes of a picture, or of those in a folder in the order of their names. */
async function predictPictures(
  call: CommandCall,
  task: 'picture' | 'picture-labels',
  open: OpenEngine,
): Promise<void> {
  const { terminal, distFolder, signal } = call;
  const files = await filesOf(call, 'picture', /\.(png|jpe?g|webp)$/i, '.png, .jpg, .webp');
  const asked = labelsAsked(call);
  if (task === 'picture-labels' && !asked)
    throw new VitrineError(
      'bad-usage',
      `${call.arguments[0]} tells how well texts agree with a picture. Which ones? --labels "a cat,a dog"`,
    );
  if (task === 'picture' && asked)
    throw new VitrineError(
      'bad-usage',
      `--labels is for models as CLIP; ${call.arguments[0]} has classes of its own.`,
    );
  const context = { distFolder, signal };
  const found = asked
    ? await classifyImagesByLabels(
        await open(),
        await openPicturesAndTexts(call.arguments[0]!, context),
        files,
        asked,
        signal,
      )
    : await classifyImages(
        await open(),
        await openImageClassifier(call.arguments[0]!, context),
        files,
        signal,
      );
  const names = files.map(f => path.relative('', f));
  showClasses(terminal, { title: 'Picture', most: 60 }, names, found, row => ({ row, file: files[row] }));
}

async function writeDown(call: CommandCall, open: OpenEngine): Promise<void> {
  const { terminal, distFolder, signal } = call;
  const files = await filesOf(call, 'sound', /\.wav$/i, '.wav');
  const model = await openSpeechModel(call.arguments[0]!, { distFolder, signal });
  const engine = await open();
  const language = textOption(call, 'language');
  for (const [row, file] of files.entries()) {
    const found = await transcribe(engine, model, file, {
      signal,
      ...(language !== undefined && { language }),
      translate: call.options['translate'] === true,
      onText: text => terminal.progress(`${path.basename(file)}: ${text.slice(-60)}`),
    });
    if (terminal.json) terminal.result({ row, file, ...found });
    else
      terminal.print(
        ...(files.length > 1 ? [terminal.bold(path.relative('', file))] : []),
        found.text.trim(),
      );
  }
}

/** The file of --input, or those of a folder. @throws bad-usage */
async function filesOf(call: CommandCall, what: string, like: RegExp, endings: string): Promise<string[]> {
  const input = textOption(call, 'input');
  if (input === undefined)
    throw new VitrineError(
      'bad-usage',
      `Which ${what}? Give a file or a folder with --input ${what.toUpperCase()}.`,
    );
  const files = (await stat(input).catch(() => undefined))?.isDirectory()
    ? (await readdir(input))
        .filter(name => like.test(name))
        .sort()
        .map(name => path.join(input, name))
    : [input];
  if (files.length === 0)
    throw new VitrineError('bad-usage', `There is no ${what} (${endings}) in ${input}.`);
  return files;
}

const probabilityColumn: TableColumn = { title: 'Probability', align: 'right' };

function show(terminal: Terminal, result: object, columns: TableColumn[], rows: string[][]): void {
  if (terminal.json) terminal.result(result);
  else terminal.print(...tableLines(columns, rows, t => terminal.bold(t)));
}

function showClasses(
  terminal: Terminal,
  first: TableColumn,
  names: readonly string[],
  found: readonly TextClass[],
  head: (row: number) => object,
): void {
  if (terminal.json) for (const [row, f] of found.entries()) terminal.result({ ...head(row), ...f });
  else
    terminal.print(
      ...tableLines(
        [first, { title: 'Class' }, probabilityColumn],
        found.map((f, i) => [names[i]!, f.prediction, fixedNumber(f.probability)]),
        t => terminal.bold(t),
      ),
    );
}
