import path from 'node:path';
import { describeGraph, type GraphDescription } from '../../engine/graphDescription';
import { VitrineError } from '../../model/errors';
import type { Diagnostic } from '../../model/graph';
import { listed, nearest } from '../../model/suggest';
import { type Command, textOption } from '../command';
import { splitFragment } from '../experiments';
import { parseShape, readModels } from '../readModels';
import { fixedNumber, grouped, scaled, shapeText, tableLines } from '../table';
import type { Terminal } from '../terminal';

export const command: Command = {
  name: 'graph',
  usage: 'FILE[#Class] [--input 1x28x28] [--json]',
  summary: 'Show the layers of a model: shapes, parameters, floating point operations, source lines.',
  arguments: [1, 1],
  options: {
    input: {
      type: 'string',
      value: 'SHAPE',
      help: 'Shape of one sample, e.g. 1x28x28. If left out: that of the data of an experiment beside the file.',
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
    const description = describeGraph(found.model);
    if (call.terminal.json) call.terminal.result(description);
    else show(description, file, call.terminal);
    return !found.diagnostics.some(d => d.severity === 'error');
  },
};

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
  );
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
