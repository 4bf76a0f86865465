import path from 'node:path';
import { threadCount } from '../../engine/executors/threads';
import { type Footprint, footprintOf } from '../../engine/footprint';
import { describeGraph, type GraphDescription } from '../../engine/graphDescription';
import { VitrineError } from '../../model/errors';
import type { Diagnostic, Model } from '../../model/graph';
import { listed, nearest } from '../../model/suggest';
import { experimentOf, recipeOf } from '../../train/assemble';
import { type Command, textOption } from '../command';
import { experimentsNaming, splitFragment } from '../experiments';
import { parseShape, readModels } from '../readModels';
import { fixedNumber, grouped, scaled, shapeText, tableLines } from '../table';
import type { Terminal } from '../terminal';

export const command: Command = {
  name: 'graph',
  usage: 'FILE[#Class] [--input 1x28x28] [--batch N] [--json]',
  summary:
    'Show the layers of a model: shapes, parameters, floating point operations, source lines; and what memory it takes.',
  arguments: [1, 1],
  options: {
    input: {
      type: 'string',
      value: 'SHAPE',
      help: 'Shape of one sample, e.g. 1x28x28. If left out: that of the data of an experiment beside the file.',
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
    const read = await readModels(file, {
      ...(wanted !== undefined && { class: wanted }),
      ...(input !== undefined && { input: parseShape(input) }),
      distFolder: call.distFolder,
      signal: call.signal,
    });
    const names = Object.keys(read);
    const name = wanted ?? (names.length === 1 ? names[0] : undefined);
    // The file as a whole cannot be read: the findings are all there is.
    const whole = Object.hasOwn(read, '') ? read['']! : undefined;
    if (whole && !whole.model) throw unreadable(file, whole.diagnostics);
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
    for (const d of found.diagnostics)
      call.terminal.message(
        `${path.relative('', d.file)}:${d.line}:${d.column}: ${d.severity}: ${d.message}`,
      );
    const memory = await memoryOf(found.model, file, name, textOption(call, 'batch'));
    const description = { ...describeGraph(found.model), ...(memory && { memory }) };
    if (call.terminal.json) call.terminal.result(description);
    else show(description, file, call.terminal);
    return !found.diagnostics.some(d => d.severity === 'error');
  },
};

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
      const recipe = recipeOf(await experimentOf(experimentFile));
      return footprintOf(model, { ...recipe, batch: rows ?? recipe.batchSize, threads });
    } catch (e) {
      // An experiment with faults says nothing.
      if (!(e instanceof VitrineError)) throw e;
    }
  }
  return footprintOf(model, { batch: rows ?? 32, threads });
}

function unreadable(what: string, diagnostics: readonly Diagnostic[]): VitrineError {
  const first = diagnostics.find(d => d.severity === 'error') ?? diagnostics[0];
  return new VitrineError('bad-model', first?.message ?? `${what} cannot be read.`, {
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
