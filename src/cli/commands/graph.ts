import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { threadCount } from '../../engine/executors/threads';
import { type Footprint, footprintOf } from '../../engine/footprint';
import { describeGraph, type GraphDescription } from '../../engine/graphDescription';
import { outermost } from '../../formats/_outermost';
import { answerOf, experimentNames, type ModelAnswers, withAnswers } from '../../formats/experiment/answers';
import { VitrineError } from '../../model/errors';
import type { Diagnostic, Model } from '../../model/graph';
import { shownFinding } from '../../model/limitation';
import { listed, nearest } from '../../model/suggest';
import { agentOf } from '../../rl/registry';
import { writeAtomically } from '../../train/runs/atomicFile';
import { experimentOf, recipeOf } from '../../train/setup/assemble';
import { trainedModel } from '../../train/setup/policyModel';
import { type Command, type CommandCall, textOption } from '../command';
import { experimentsNaming, splitFragment } from '../experiments';
import { parseShape, readModels } from '../readModels';
import { fixedNumber, grouped, scaled, shapeText, tableLines } from '../table';
import type { Terminal } from '../terminal';

export const command: Command = {
  name: 'graph',
  usage: 'FILE[#Class] [--input 1x28x28] [--argument NAME=VALUE]… [--keep] [--batch N] [--json]',
  summary:
    'Show the layers of a model: shapes, parameters, floating point operations, source lines; and what memory it takes.',
  arguments: [1, 1],
  options: {
    input: {
      type: 'string',
      value: 'SHAPE',
      help: 'Shape of one sample, e.g. 1x28x28. If left out: that of the data of an experiment beside the file.',
    },
    argument: {
      type: 'string',
      multiple: true,
      value: 'NAME=VALUE',
      help: 'Of the constructor: a number, JSON, or an expression of the file. If left out: an experiment beside the file.',
    },
    keep: {
      type: 'boolean',
      help: 'Keep --input and --argument in the experiment beside the file, for everything that reads it.',
    },
    batch: {
      type: 'string',
      value: 'N',
      help: 'Rows of a batch, for the memory. If left out: that of an experiment beside the file, else 32.',
    },
  },
  async run(call) {
    const { file, class: wanted } = splitFragment(call.arguments[0]!);
    const input = textOption(call, 'input');
    const answers: ModelAnswers = {
      ...givenArguments(call),
      ...(input !== undefined && { input: parseShape(input) }),
    };
    if (answers.arguments && wanted === undefined)
      throw new VitrineError(
        'bad-usage',
        `--argument is of a class: vitrine graph ${file}#CLASS --argument …`,
      );
    const read = await readModels(file, {
      ...(wanted !== undefined && { class: wanted }),
      ...answers,
      distFolder: call.distFolder,
      signal: call.signal,
    });
    const names = Object.keys(read);
    const whole = outermost(read);
    const name = wanted ?? (whole.length === 1 ? whole[0] : undefined);
    // The file as a whole cannot be read: the findings are all there is.
    const all = Object.hasOwn(read, '') ? read['']! : undefined;
    if (all && !all.model) throw unreadable(file, all.diagnostics);
    if (name === undefined) {
      throw new VitrineError(
        names.length === 0 ? 'class-not-found' : 'bad-usage',
        names.length === 0
          ? `There is no model in ${file}.`
          : `${file} has several models: ${listed(names)}. Say which one: vitrine graph ${file}#${names[0]}`,
      );
    }
    const found = Object.hasOwn(read, name) ? read[name] : undefined;
    if (!found) {
      const near = nearest(name, names);
      throw new VitrineError(
        'class-not-found',
        `There is no model "${name}" in ${file}. ${near ? `Did you mean "${near}"?` : names.length > 0 ? `It has ${listed(names)}.` : ''}`,
      );
    }
    if (!found.model) throw unreadable(`${file}#${name}`, found.diagnostics);
    if (call.options['keep']) await keepAnswers(file, name, answers, call);
    for (const d of found.diagnostics)
      call.terminal.message(
        `${path.relative('', d.file)}:${d.line}:${d.column}: ${shownFinding(d).severity}: ${d.message}`,
      );
    const memory = await memoryOf(found.model, file, name, textOption(call, 'batch'));
    const description = { ...describeGraph(found.model), ...(memory && { memory }) };
    if (call.terminal.json) call.terminal.result(description);
    else show(description, file, call.terminal);
    return !found.diagnostics.some(d => d.severity === 'error');
  },
};

function givenArguments(call: CommandCall): ModelAnswers {
  const given = (call.options['argument'] ?? []) as readonly string[];
  if (given.length === 0) return {};
  const pairs = given.map(text => {
    const at = text.indexOf('=');
    const value = at > 0 ? answerOf(text.slice(at + 1)) : undefined;
    if (value === undefined)
      throw new VitrineError(
        'bad-usage',
        `"${text}" is no argument. Expected NAME=VALUE, e.g. num_classes=10.`,
      );
    return [text.slice(0, at).trim(), value] as const;
  });
  return { arguments: Object.fromEntries(pairs) };
}

/** Puts what was given into the experiment beside the file that names the class, or into a new one. */
async function keepAnswers(
  file: string,
  name: string,
  answers: ModelAnswers,
  call: CommandCall,
): Promise<void> {
  if (!answers.arguments && !answers.input)
    throw new VitrineError('bad-usage', '--keep keeps --input and --argument: give one of them.');
  const [known] = await experimentsNaming(file, name);
  const taken = (f: string) =>
    stat(f).then(
      () => true,
      () => false,
    );
  let to = known?.file;
  for (const free of experimentNames(file, name)) if (!to && !(await taken(free))) to = free;
  if (!to)
    throw new VitrineError(
      'bad-usage',
      `There are experiments beside ${file} already, and none names ${name}: nothing was kept.`,
    );
  const before = known ? await readFile(to, 'utf8') : undefined;
  await writeAtomically(to, withAnswers(before, to, { file, class: name }, answers));
  call.terminal.message(`Kept in ${to}.`);
}

/** What the model takes for a batch, trained as an experiment beside the file says, if there is one. */
async function memoryOf(
  model: Model,
  file: string,
  name: string,
  batch: string | undefined,
): Promise<Footprint | undefined> {
  const rows = batch === undefined ? undefined : Number(batch);
  if (rows !== undefined && !(Number.isSafeInteger(rows) && rows > 0))
    throw new VitrineError('bad-usage', `--batch is "${batch}"; it must be a whole number above 0.`);
  const threads = threadCount(0);
  for (const { file: experimentFile } of await experimentsNaming(file, name)) {
    try {
      const experiment = await experimentOf(experimentFile);
      const recipe = recipeOf(experiment);
      const columns = agentOf(experiment.loss)?.columns;
      return footprintOf(trainedModel(model, experiment), {
        ...(columns !== undefined && { columns }),
        ...recipe,
        batch: rows ?? recipe.batchSize,
        threads,
      });
    } catch (e) {
      // An experiment with faults says nothing.
      if (!(e instanceof VitrineError)) throw e;
    }
  }
  return footprintOf(model, { batch: rows ?? 32, threads });
}

function unreadable(what: string, diagnostics: readonly Diagnostic[]): VitrineError {
  const first = diagnostics.find(d => d.severity === 'error') ?? diagnostics[0];
  const names = first?.ask?.arguments ?? [];
  const how = names.length
    ? ` Or: vitrine graph ${what} ${names.map(n => `--argument ${n}=VALUE`).join(' ')} --keep`
    : first?.ask?.input
      ? ` Or: vitrine graph ${what} --input SHAPE --keep`
      : '';
  return new VitrineError('bad-model', first ? `${first.message}${how}` : `${what} cannot be read.`, {
    ...(first && { at: first }),
    diagnostics,
  });
}

function show(graph: GraphDescription, file: string, terminal: Terminal): void {
  const total = typeof graph.parameters === 'number' ? graph.parameters : 0;
  if (graph.tensors) {
    terminal.print(
      `${terminal.bold(graph.model)}  ${terminal.dim(file)}`,
      '',
      ...tableLines(
        [{ title: 'Tensor', most: 60 }, { title: 'Type' }, { title: 'Shape', most: 30 }],
        graph.tensors.map(t => [t.name, t.dtype, shapeText(t.shape)]),
        t => terminal.bold(t),
      ),
      '',
      `${terminal.bold(grouped(total))} parameters in ${graph.tensors.length} tensors`,
    );
    return;
  }
  terminal.print(
    `${terminal.bold(graph.model)}  ${terminal.dim(file)}`,
    '',
    ...tableLines(
      [
        { title: 'Layer', most: 40 },
        { title: 'Op' },
        { title: 'Output', most: 30 },
        { title: 'Parameters', align: 'right' },
        { title: 'FLOPs', align: 'right' },
        { title: 'Line', align: 'right' },
      ],
      graph.nodes.map(n => [
        n.module || n.spelling,
        n.op,
        shapeText(n.output),
        n.parameters > 0 ? grouped(n.parameters) : '',
        n.flops === 0 ? '' : scaled(n.flops),
        n.source ? String(n.source.line) : '',
      ]),
      t => terminal.bold(t),
    ),
    '',
    `${terminal.bold(grouped(total))} parameters (${fixedSize(total * 4)}) · ` +
      `${terminal.bold(scaled(graph.flops))} FLOPs a sample · input ${inputText(graph.input)} → output ${inputText(graph.output)}`,
    ...(graph.memory ? [memoryText(graph.memory)] : []),
  );
}

function memoryText({ batch, training, inference }: Footprint): string {
  const parts = [
    ...(training === undefined ? [] : [`${fixedSize(training)} to train`]),
    `${fixedSize(inference)} to predict`,
  ];
  return `Peak memory for a batch of ${batch}: ${parts.join(', ')}`;
}

function inputText(shape: GraphDescription['input']): string {
  return Array.isArray(shape[0])
    ? (shape as readonly (readonly (number | string)[])[]).map(shapeText).join(', ')
    : shapeText(shape as readonly (number | string)[]);
}

function fixedSize(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB'];
  let i = 0;
  let x = bytes;
  for (; x >= 1000 && i < units.length - 1; i++) x /= 1000;
  return `${i === 0 ? x : Number(fixedNumber(x)).toPrecision(3)} ${units[i]}`;
}
