import { stat } from 'node:fs/promises';
import path from 'node:path';
import { initializeWeights } from '../../engine/initialize';
import { outermost } from '../../formats/_outermost';
import { formats } from '../../formats/_registry';
import { loadWeights } from '../../formats/checkpoint/weights';
import { VitrineError } from '../../model/errors';
import type { Model, Tensors } from '../../model/graph';
import { listed } from '../../model/suggest';
import { exporters } from '../../service/exporters';
import { openRun, runModelOf } from '../../train/open/openRun';
import { type Command, type CommandCall, textOption } from '../command';
import { splitFragment } from '../experiments';
import { parseShape, readModels } from '../readModels';
import { grouped } from '../table';

export const command: Command = {
  name: 'export',
  usage:
    'RUN|FILE[#Class] --output OUT.onnx|OUT.safetensors|OUT.py|OUT.svg|FOLDER [--weights FILE] [--input 1x28x28] [--json]',
  summary:
    'Write a trained run, or a model with its weights, as ONNX, safetensors or PyTorch source, or its graph as a picture.',
  arguments: [1, 1],
  options: {
    output: { type: 'string', short: 'o', value: 'OUT', help: 'The file to write.' },
    to: {
      type: 'string',
      value: 'FORMAT',
      help: `${listed(Object.keys(exporters))}; what the extension of OUT says if left out, huggingface (a folder) if it has none.`,
    },
    weights: {
      type: 'string',
      value: 'FILE',
      help: 'Weights for a model file, e.g. model.safetensors. Otherwise those in the file, or first ones.',
    },
    input: {
      type: 'string',
      value: 'SHAPE',
      help: 'Shape of one sample, e.g. 1x28x28, where the file has none.',
    },
    force: { type: 'boolean', help: 'Replace OUT if it is there.' },
  },
  async run(call) {
    const output = textOption(call, 'output');
    if (output === undefined)
      throw new VitrineError('bad-usage', 'Where to? Give a file with --output OUT.onnx.');
    const to = textOption(call, 'to') ?? (path.extname(output).slice(1).toLowerCase() || 'huggingface');
    const exporter = Object.hasOwn(exporters, to) ? exporters[to] : undefined;
    if (!exporter)
      throw new VitrineError(
        'bad-usage',
        `There is no format "${to}" to write. There are ${listed(Object.keys(exporters))}.`,
      );
    for (const written of exporter.files(output))
      if (call.options['force'] !== true && (await stat(written).catch(() => undefined)))
        throw new VitrineError('bad-usage', `${written} is there already. Give --force to replace it.`);
    const where = call.arguments[0]!;
    const { file } = splitFragment(where);
    const isModel =
      formats.some(f => f.extensions.some(e => file.toLowerCase().endsWith(e))) ||
      (await stat(path.join(file, 'config.json')).then(
        () => true,
        () => false,
      ));
    const full = path.resolve(output);
    const bare = exporter.graphOnly === true;
    const { model, weights, classes } = isModel
      ? await fromFile(call, where, bare)
      : await fromRun(where, bare);
    const files = await exporter.write(full, model, weights, classes);
    const { size } = await stat(files[0]!);
    if (call.terminal.json)
      call.terminal.result({ file: full, format: to, model: model.name, bytes: size, files });
    else {
      call.terminal.print(`${output}: ${model.name} as ${exporter.name}, ${grouped(size)} bytes`);
      for (const f of files.slice(1)) call.terminal.print(`${path.relative('', f)}: beside it`);
    }
    return true;
  },
};

interface Exported {
  model: Model;
  weights: Tensors;
  /** Names of what a classifier tells apart. */
  classes?: readonly string[];
}

async function fromRun(where: string, bare: boolean): Promise<Exported> {
  const run = await openRun(where);
  const { classes } = run.preparation.target;
  return { model: runModelOf(run), weights: bare ? {} : await run.weights(), ...(classes && { classes }) };
}

async function modelFrom(call: CommandCall, where: string): Promise<Model> {
  const { file, class: wanted } = splitFragment(where);
  const input = textOption(call, 'input');
  const read = await readModels(file, {
    ...(wanted !== undefined && { class: wanted }),
    ...(input !== undefined && { input: parseShape(input) }),
    distFolder: call.distFolder,
    signal: call.signal,
  });
  const names = Object.keys(read);
  const whole = outermost(read);
  const name = wanted ?? (whole.length === 1 ? whole[0] : undefined);
  const found = name !== undefined && Object.hasOwn(read, name) ? read[name] : undefined;
  if (!found)
    throw new VitrineError(
      names.length === 0 ? 'class-not-found' : 'bad-usage',
      names.length === 0
        ? `There is no model in ${file}.`
        : `${file} has ${listed(names)}. Say which one: ${file}#${names[0]}`,
    );
  const error = found.diagnostics.find(d => d.severity === 'error');
  const { model } = found;
  if (!model || error)
    throw new VitrineError('bad-model', error?.message ?? `${where} cannot be read.`, {
      ...(error && { at: error }),
      diagnostics: found.diagnostics,
    });
  return model;
}

async function fromFile(call: CommandCall, where: string, bare: boolean): Promise<Exported> {
  const model = await modelFrom(call, where);
  if (bare) return { model, weights: {} };
  const { file } = splitFragment(where);
  const given = textOption(call, 'weights');
  const own = formats.find(f => f.id === model.format)?.weights;
  // Constants of the graph stand in no file.
  if (own && given === undefined) return { model, weights: initializeWeights(model, 0, await own(model)) };
  if (given === undefined) {
    call.terminal.message(
      `${file} holds no weights: the first ones are written. Give others with --weights FILE.`,
    );
    return { model, weights: initializeWeights(model, 0) };
  }
  return { model, weights: initializeWeights(model, 0, await loadWeights(model, path.resolve(given))) };
}
