import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { paceMeter, paceText } from '../../data/progress';
import { workspaceOf } from '../../formats/experiment/paths';
import { trainsItself } from '../../formats/pytorch/trainsItself';
import { VitrineError } from '../../model/errors';
import { environments } from '../../rl/registry';
import { Engines } from '../../service/process/engines';
import { launch } from '../../train/launch';
import { metrics } from '../../train/metricRegistry';
import { writeAtomically } from '../../train/runs/atomicFile';
import type { Metrics, RunEvent } from '../../train/runs/run';
import { writtenTraining } from '../../train/setup/asWritten';
import { fineTuning } from '../../train/setup/fineTune';
import { experimentInEnvironment } from '../../train/setup/inEnvironment';
import { type Command, type CommandCall, textOption } from '../command';
import { experimentFor, experimentSuffix, isHuggingFace, splitFragment } from '../experiments';
import { experimentOfData, firstExperimentOn, writtenOnce } from '../firstExperiment';
import { fixedNumber, grouped, tableLines } from '../table';
import type { Terminal } from '../terminal';

export const command: Command = {
  name: 'train',
  usage:
    'FILE.vitrine.json|MODEL.py[#CLASS]|DATA|FOLDER [--data DATA] [--target COLUMN] [--seed S] [--backend B] [--threads N] [--set path=value]… [--resume RUN] [--json]',
  summary:
    'Train a model as its experiment file says; from a table or a folder by class alone, a first model is written. Ctrl-C stops and keeps the checkpoint.',
  arguments: [1, 1],
  options: {
    data: {
      type: 'string',
      value: 'DATA',
      help: 'A table, a folder with a sub-folder for each class, or an environment (CartPole-v1), to train MODEL.py#Class on; with a Hugging Face folder a table of texts and labels to classify, or a .txt to continue. Writes an experiment.',
    },
    text: { type: 'string', value: 'COLUMN', help: 'With --data: the column of the texts.' },
    target: {
      type: 'string',
      value: 'COLUMN',
      help: 'With --data, or data alone: the column to predict; the likeliest if left out.',
    },
    seed: {
      type: 'string',
      value: 'S',
      help: 'Decides split, first weights and order, instead of the file’s seed.',
    },
    backend: { type: 'string', value: 'B', help: 'webgpu, webasm or cpu; the best there is if left out.' },
    threads: {
      type: 'string',
      value: 'N',
      help: 'How many threads compute; one for each core if left out. The results are the same.',
    },
    set: {
      type: 'string',
      multiple: true,
      value: 'path=value',
      help: 'Override a value of the file, e.g. --set optimizer.lr=0.01. May be given again.',
    },
    resume: { type: 'string', value: 'RUN', help: 'Go on with a run that was stopped or killed, by its id.' },
  },
  more: () => [`Metrics that an experiment may track: ${metrics.map(m => m.id).join(', ')}.`],
  async run(call) {
    const { terminal } = call;
    const data = textOption(call, 'data');
    const experiment =
      data === undefined
        ? await experimentFor(
            call.arguments[0]!,
            async (file, name) =>
              (await experimentOfData(call, file, textOption(call, 'target'))) ??
              (await experimentAsCodeSays(call, file, name)),
          )
        : await experimentOnData(call, call.arguments[0]!, data);
    const seed = textOption(call, 'seed');
    const backend = textOption(call, 'backend');
    const resume = textOption(call, 'resume');
    const set = settings(call);
    const engines = new Engines(textOption(call, 'threads'));
    const show = terminal.json ? jsonEvents(terminal) : progressOf(terminal);
    const pace = paceMeter();
    try {
      const { run, folder, notes, done } = await launch({
        experiment,
        distFolder: call.distFolder,
        signal: call.signal,
        stopSignal: call.signal,
        engineFor: name => engines.get(name),
        onEvent: show,
        onData: p => terminal.progress(`reading data: ${paceText(pace(p))}`),
        ...(seed !== undefined && { seed: seedOf(seed) }),
        ...(backend !== undefined && { backend }),
        ...(resume !== undefined && { resume: path.basename(resume) }),
        ...(Object.keys(set).length > 0 && { set }),
      });
      for (const note of notes) terminal.message(terminal.dim(`note: ${note}`));
      const record = await done;
      const where = path.relative('', folder);
      if (record.state === 'finished') {
        if (record.message && !terminal.json) terminal.message(record.message);
        terminal.print('', terminal.dim(`Kept in ${where}`));
        return true;
      }
      terminal.message(
        `${record.message ?? 'Stopped.'} Go on with: vitrine train ${experiment} --resume ${run}`,
      );
      return false;
    } finally {
      await engines.dispose();
    }
  },
};

/** The experiment that trains a model on data: one that is there already, else a new one. */
async function experimentOnData(call: CommandCall, model: string, data: string): Promise<string> {
  if (environments.some(e => e.id === data)) return experimentActing(call, model, data);
  const [text, target] = [textOption(call, 'text'), textOption(call, 'target')];
  if (!(await isHuggingFace(model))) return firstExperimentOn(call, model, data, target);
  const folder = path.dirname(path.resolve(data));
  const written = await fineTuning(
    { model, data, ...(text !== undefined && { text }), ...(target !== undefined && { target }) },
    folder,
  );
  const name = `${path.basename(path.resolve(model.replace(/config\.json$/, '')))}-${path.basename(data, path.extname(data))}`;
  const file = path.join(folder, `${name}${experimentSuffix}`);
  return writtenOnce(file, call.terminal, () => ({ text: written }));
}

/** The experiment of a policy in an environment, beside its file. */
async function experimentActing(call: CommandCall, model: string, env: string): Promise<string> {
  const { file, class: name } = splitFragment(model);
  const { distFolder, signal, terminal } = call;
  const full = path.resolve(file);
  const folder = path.dirname(full);
  const found = await experimentInEnvironment(
    { file: full, ...(name !== undefined && { class: name }) },
    { id: env },
    folder,
    { distFolder, workspaceFolder: workspaceOf(full), signal },
  );
  const written = path.join(folder, `${found.class.toLowerCase()}-${env.toLowerCase()}${experimentSuffix}`);
  return writtenOnce(written, terminal, () => ({
    text: found.experiment,
    how: `by "${found.agent.loss}"`,
  }));
}

/**
 * The experiment of a file that trains its model itself, written beside it; none for files that do not.
 *
 * @throws bad-model with the reason where it trains in a way that is not to be seen.
 */
async function experimentAsCodeSays(
  call: CommandCall,
  file: string,
  name: string | undefined,
): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  if (!trainsItself(text)) return undefined;
  const full = path.resolve(file);
  const { distFolder, signal } = call;
  const training = await writtenTraining(
    { file: full, ...(name !== undefined && { class: name }) },
    { distFolder, workspaceFolder: workspaceOf(full), signal },
    path.dirname(full),
  );
  if (name !== undefined && name !== training.class) return undefined;
  const written = path.join(
    path.dirname(file),
    `${path.basename(file, path.extname(file))}${experimentSuffix}`,
  );
  if (await stat(written).catch(() => undefined)) return undefined;
  await writeAtomically(written, training.experiment);
  const { acting } = training;
  const line = training.at?.line ?? 1;
  call.terminal.message(
    acting
      ? `Wrote ${path.relative('', written)}: ${training.class} learns in ${acting.env}, which line ${line} of ${path.basename(file)} names, by Vitrine's "${acting.loss}" and its settings. Change it as you like.`
      : `Wrote ${path.relative('', written)}: it trains as line ${line} of ${path.basename(file)} does. Change it as you like.`,
  );
  return written;
}

/** @throws bad-usage */
function seedOf(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw new VitrineError('bad-usage', `--seed is "${text}"; expected a whole number from 0.`);
}

/** @throws bad-usage */
function settings(call: CommandCall): Record<string, string> {
  const given = (call.options['set'] ?? []) as readonly string[];
  return Object.fromEntries(
    given.map(text => {
      const at = text.indexOf('=');
      if (at < 1)
        throw new VitrineError(
          'bad-usage',
          `--set is "${text}"; expected path=value, e.g. optimizer.lr=0.01.`,
        );
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** One line an epoch and one at the end, as scripts rely on. */
function jsonEvents(terminal: Terminal): (event: RunEvent) => void {
  return event => {
    if (event.event === 'epoch' || event.event === 'end') terminal.result(event);
    if (event.event === 'state' && event.message) terminal.message(event.message);
  };
}

function progressOf(terminal: Terminal): (event: RunEvent) => void {
  let epochs = 0;
  let steps = 1;
  return event => {
    switch (event.event) {
      case 'start':
        epochs = event.epochs;
        steps = event.steps;
        terminal.print(
          `${terminal.bold(event.model)}  ${grouped(event.parameters)} parameters · ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} of ${steps / epochs} steps · ` +
            `${event.backend.name} (${event.backend.executor}, ${event.backend.threads} thread${event.backend.threads === 1 ? '' : 's'})` +
            (event.resumedFrom === undefined ? '' : ` · resumed after epoch ${event.resumedFrom}`),
          terminal.dim(`run ${event.run}`),
          ...(event.backend.why ? [terminal.dim(`${event.backend.name}: ${event.backend.why}`)] : []),
          '',
        );
        return;
      case 'step': {
        const cells = Math.round((event.step / steps) * 24);
        terminal.progress(
          `epoch ${event.epoch}/${epochs} ${'━'.repeat(cells)}${'─'.repeat(24 - cells)} ` +
            `loss ${fixedNumber(event.loss)} · ${grouped(Math.round(event.samplesPerSecond))} samples/s`,
        );
        return;
      }
      case 'epoch':
        terminal.print(
          `epoch ${String(event.epoch).padStart(String(epochs).length)}/${epochs}  ` +
            `${metricsText(event.train, terminal)}  ${validText(event.valid, terminal)}` +
            terminal.dim(`${event.seconds.toFixed(event.seconds < 10 ? 2 : 0)} s`),
        );
        return;
      case 'end':
        if (Object.keys(event.test).length > 0)
          terminal.print(
            '',
            ...tableLines(
              [{ title: 'Test' }, { title: '', align: 'right' }],
              Object.entries(event.test).map(([name, value]) => [title(name), fixedNumber(value)]),
              t => terminal.bold(t),
            ),
          );
        return;
      case 'state':
      case 'layers':
        return;
      default:
        event satisfies never;
    }
  };
}

/** Nothing where no rows are held back for it. */
function validText(values: Metrics, terminal: Terminal): string {
  return Object.keys(values).length > 0
    ? `${terminal.dim('│ valid')} ${metricsText(values, terminal)}  `
    : '';
}

function metricsText(values: Metrics, terminal: Terminal): string {
  const parts = Object.entries(values).map(([name, value]) => `${terminal.dim(name)} ${fixedNumber(value)}`);
  return parts.length > 0 ? parts.join(' ') : terminal.dim('none');
}

function title(name: string): string {
  return name === 'loss' ? 'Loss' : (metrics.find(m => m.id === name)?.title ?? name);
}
