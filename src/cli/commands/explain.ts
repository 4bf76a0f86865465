import { TextPreparation } from '../../data/kinds/text';
import { explain } from '../../explain/explain';
import type { Explanation } from '../../explain/method';
import { methodById, methods, suitability } from '../../explain/registry';
import { usualMethod } from '../../explain/usual';
import { padded } from '../../explain/words/padding';
import { visible } from '../../explain/words/visible';
import { english } from '../../explain/words/words.en';
import { lossSpec } from '../../formats/experiment/write';
import { VitrineError } from '../../model/errors';
import { explainRow } from '../../service/inquiries/explainRow';
import { explainText } from '../../service/inquiries/explainText';
import { unsuitedFor } from '../../service/inquiries/unsuited';
import { Engines } from '../../service/process/engines';
import { isModelFile, type OpenModel } from '../../train/open/openModel';
import { openRun } from '../../train/open/openRun';
import { readRawRows } from '../../train/predict/rawRows';
import { type Command, type CommandCall, textOption } from '../command';
import { isHuggingFace } from '../experiments';
import { barLines, figureLines } from '../figures';
import { languageHelp, languageOption } from '../language';
import { modelFileOptions, openedModel } from '../modelFiles';
import { wrapped } from '../table';
import type { Terminal } from '../terminal';

export const command: Command = {
  name: 'explain',
  usage:
    'RUN|FILE.vitrine.json|MODEL.onnx|FOLDER [--method M] [--row I|--input DATA.csv|--text TEXT] [--target T] [--option name=value]… [--json]',
  summary:
    'Explain a prediction of a trained run (of an experiment: its newest finished one), with its trust score.',
  arguments: [1, 1],
  options: {
    method: {
      type: 'string',
      short: 'm',
      value: 'M',
      help: 'The explanation method; vitrine methods lists them. If left out: integrated gradients, or what fits the model.',
    },
    row: { type: 'string', short: 'r', value: 'I', help: 'Row of the data set, from 0.' },
    input: {
      type: 'string',
      short: 'i',
      value: 'DATA',
      help: 'A table whose rows are explained, instead of --row.',
    },
    text: {
      type: 'string',
      value: 'TEXT',
      help: 'A text: of a folder that Transformers saved, or of a run on texts.',
    },
    ...modelFileOptions,
    target: {
      type: 'string',
      short: 't',
      value: 'T',
      help: 'Class to explain, by name or index; the predicted one if left out.',
    },
    option: {
      type: 'string',
      multiple: true,
      value: 'name=value',
      help: 'An option of the method, e.g. --option steps=100.',
    },
    backend: { type: 'string', value: 'B', help: 'webgpu, webasm or cpu; that of the run if left out.' },
    language: languageHelp,
  },
  more: () => [`Methods: ${methods.map(m => m.id).join(', ')}.`],
  async run(call) {
    const { terminal, signal } = call;
    const [where] = call.arguments as [string];
    // Read once, for the choice of a method and for the answer.
    let reading: Promise<OpenModel> | undefined;
    const open = () => {
      reading ??= openedModel(call);
      return reading;
    };
    const method = textOption(call, 'method') ?? (await methodFor(where, open));
    const { scope } = methodById(method);
    const target = textOption(call, 'target');
    const backend = textOption(call, 'backend');
    const engines = new Engines();
    try {
      if (await isHuggingFace(where)) {
        const text = textOption(call, 'text');
        if (text === undefined)
          throw new VitrineError('bad-usage', 'Which text does the folder get? Give it with --text TEXT.');
        if (scope === 'model')
          throw new VitrineError(
            'bad-usage',
            `"${method}" looks at a data set, and a folder has none. Choose a method for single predictions.`,
          );
        const explanation = await explainText(
          {
            folder: where,
            text,
            method,
            options: optionsOf(call),
            ...(target !== undefined && { target }),
          },
          await engines.get(backend),
          {
            distFolder: call.distFolder,
            signal,
            onProgress: done => terminal.progress(`${method} ${Math.round(done * 100)} %`),
          },
        );
        tell(explanation, terminal);
        return true;
      }
      if (await isModelFile(where)) return await explainModel(call, open, method, scope, engines);
      for (const subject of await subjectsOf(call, where, scope)) {
        const explanation = await explainRow(
          {
            run: where,
            ...languageOption(call),
            method,
            options: optionsOf(call),
            ...subject,
            ...(target !== undefined && { target }),
          },
          engines.asked(backend),
          {
            signal,
            onProgress: done => terminal.progress(`${method} ${Math.round(done * 100)} %`),
          },
        );
        tell(explanation, terminal);
      }
      return true;
    } finally {
      await engines.dispose();
    }
  },
};

/** Where none is named: what fits the model and its data. */
async function methodFor(where: string, open: () => Promise<OpenModel>): Promise<string> {
  let fits: (id: string) => boolean;
  if (await isHuggingFace(where)) fits = id => id === 'token_integrated_gradients';
  else if (await isModelFile(where)) {
    const { model, dataset } = await open();
    const suited = suitability(model, await dataset());
    fits = id => suited.some(s => s.method.id === id && s.unsuited === undefined);
  } else {
    const unsuited = await unsuitedFor(where);
    fits = id => !unsuited.has(id);
  }
  const method = usualMethod(fits);
  if (method !== undefined) return method;
  throw new VitrineError(
    'bad-usage',
    'No method of single predictions fits this model. Choose one with --method.',
  );
}

/** A model file as it is: the rows of --input, or of them the one that --row names; they also stand for what is typical. */
async function explainModel(
  call: CommandCall,
  open: () => Promise<OpenModel>,
  method: string,
  scope: 'prediction' | 'model',
  engines: Engines,
): Promise<boolean> {
  const { terminal, signal } = call;
  const row = rowOf(call);
  const opened = await open();
  const target = textOption(call, 'target');
  const dataset = await opened.dataset();
  const subject = {
    engine: await engines.get(textOption(call, 'backend')),
    model: opened.model,
    weights: await opened.weights(),
    dataset,
    loss: lossSpec(opened.experiment),
    method,
    options: optionsOf(call),
    ...languageOption(call),
    ...(target !== undefined && { target }),
    signal,
    onProgress: (done: number) => terminal.progress(`${method} ${Math.round(done * 100)} %`),
  };
  const asked = scope === 'model' ? [undefined] : row === undefined ? [...opened.rows.keys()] : [row];
  for (const which of asked)
    tell(await explain({ ...subject, ...(which !== undefined && { row: which }) }), terminal);
  return true;
}

/** @throws bad-usage */
function rowOf(call: CommandCall): number | undefined {
  const row = textOption(call, 'row');
  if (row !== undefined && !/^\d+$/.test(row))
    throw new VitrineError('bad-usage', `--row is "${row}"; expected a number from 0.`);
  return row === undefined ? undefined : Number(row);
}

/** @throws bad-usage */
async function subjectsOf(call: CommandCall, where: string, scope: 'prediction' | 'model') {
  const input = textOption(call, 'input');
  if (scope === 'model') return [{}];
  const text = textOption(call, 'text');
  if (text !== undefined) {
    const { preparation } = await openRun(where);
    if (!(preparation instanceof TextPreparation))
      throw new VitrineError('bad-usage', '--text is for runs on texts; give --row I or --input DATA.csv.');
    return [{ values: { [preparation.column]: text } }];
  }
  if ((textOption(call, 'row') === undefined) === (input === undefined))
    throw new VitrineError('bad-usage', 'Which prediction? Give either --row I or --input DATA.csv.');
  const row = rowOf(call);
  if (row !== undefined) return [{ row }];
  const run = await openRun(where);
  return (await readRawRows(input!, run.preparation, call.signal)).map(values => ({ values }));
}

/** Values are numbers, true, false or JSON where they read as such, else text. @throws bad-usage */
function optionsOf(call: CommandCall): Record<string, unknown> {
  const given = (call.options['option'] ?? []) as readonly string[];
  return Object.fromEntries(
    given.map(text => {
      const at = text.indexOf('=');
      if (at < 1)
        throw new VitrineError('bad-usage', `--option is "${text}"; expected name=value, e.g. steps=100.`);
      const value = text.slice(at + 1);
      try {
        return [text.slice(0, at), JSON.parse(value)];
      } catch {
        return [text.slice(0, at), value];
      }
    }),
  );
}

function tell(explanation: Explanation, terminal: Terminal): void {
  if (terminal.json) terminal.result(explanation);
  else show(explanation, terminal);
}

function show(e: Explanation, terminal: Terminal): void {
  const { names, shape, values, spread } = e.attribution;
  terminal.print(
    terminal.bold(
      e.row === null && e.prediction.label === ''
        ? `${e.method}: the model as a whole`
        : `${e.method}: why ${visible(e.target.name)}${e.row === null ? '' : `, row ${e.row}`}`,
    ),
    '',
    ...wrapped(e.text, terminal.width),
    '',
  );
  const [height, width] = shape.slice(-2);
  for (const figure of e.figures ?? [{ kind: 'input' }]) {
    if (figure.kind !== 'input') terminal.print(...figureLines(figure, terminal), '');
    else if (!names && shape.length >= 2 && height && width && width <= 60)
      terminal.print(...picture(shape, values, terminal));
    else {
      const all = padded({
        names: names ?? values.map((_, i) => String(i)),
        values,
        ...(spread && { spread }),
      });
      terminal.print(...barLines('Feature', 'Attribution', all.names, all.values, all.spread, terminal));
    }
  }
  const paint = { good: terminal.green, fair: terminal.yellow, poor: terminal.red };
  terminal.print(
    '',
    `Trust ${paint[e.trust.verdict].call(terminal, `${english.percent(e.trust.score)} (${e.trust.verdict})`)}`,
    ...e.trust.measures.flatMap(m => {
      const [first = '', ...rest] = wrapped(`${m.title}: ${m.text}`, terminal.width - 4);
      return [`  ${paint[m.verdict].call(terminal, '●')} ${first}`, ...rest.map(line => `    ${line}`)];
    }),
    '',
  );
}

/** A picture of signs and strengths, channels added up: darker is stronger, blue speaks against. */
function picture(shape: readonly number[], values: readonly number[], terminal: Terminal): string[] {
  const [height, width] = shape.slice(-2) as [number, number];
  const channels = values.length / (height * width);
  const sums = Array.from({ length: height * width }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += values[c * height * width + i]!;
    return sum;
  });
  const largest = Math.max(...sums.map(Math.abs)) || 1;
  const shades = [' ', '░', '▒', '▓', '█'];
  return Array.from({ length: height }, (_, y) =>
    sums
      .slice(y * width, (y + 1) * width)
      .map(v => {
        const shade = shades[Math.min(4, Math.ceil((Math.abs(v) / largest) * 4 - 0.25))]!.repeat(2);
        return v < 0 ? terminal.blue(shade) : terminal.red(shade);
      })
      .join(''),
  );
}
