/** Does a checkpoint fit a model, where not, and its values for the model's parameters. */
import { basename } from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Diagnostic, Model, Parameter, SourceRange, Tensor, Tensors } from '../../model/graph';
import { type Comparison, compareWithModel } from '../safetensors/compare';
import { type CheckpointReader, openCheckpoint, underNames } from './checkpoint';

/** More than these of one sort are summed up. */
const mostExtra = 20;

/**
 * Missing and wrongly shaped parameters as errors at the layer that has them, extra tensors as warnings at the class.
 *
 * @throws VitrineError file-not-found, bad-file
 */
export async function checkWeights(model: Model, file: string): Promise<readonly Diagnostic[]> {
  const reader = await openCheckpoint(file);
  try {
    return checkWeightsOf(model, aligned(reader, model));
  } finally {
    await reader.close();
  }
}

/**
 * The checkpoint under the model's names where it has all of them below one attribute, as that of a module which holds the
 * model for its training (Lightning), or is itself the part that the model holds below one.
 */
function aligned(reader: CheckpointReader, model: Model): CheckpointReader {
  const wanted = model.parameters.filter(p => p.kind !== 'constant');
  const first = wanted[0];
  if (!first || wanted.some(p => nameIn(p, reader) !== undefined)) return reader;
  const names = [...reader.tensors.keys()];
  const below = names.filter(n => n.endsWith(`.${first.name}`)).map(n => n.slice(0, -first.name.length));
  const prefix = below.find(p => wanted.every(w => reader.tensors.has(p + w.name)));
  if (prefix !== undefined)
    return under(reader, name => (name.startsWith(prefix) ? name.slice(prefix.length) : undefined));
  const dot = first.name.indexOf('.') + 1;
  const above = first.name.slice(0, dot);
  const isPart =
    dot > 0 && wanted.every(w => w.name.startsWith(above) && reader.tensors.has(w.name.slice(dot)));
  return isPart ? under(reader, name => above + name) : reader;
}

function under(reader: CheckpointReader, named: (name: string) => string | undefined): CheckpointReader {
  return underNames(reader, new Map([...reader.tensors.keys()].map(n => [named(n) ?? n, n])));
}

/** The same of a checkpoint that is open. */
export function checkWeightsOf(model: Model, reader: CheckpointReader): readonly Diagnostic[] {
  return findings(model, reader).diagnostics;
}

/**
 * The values of a model's parameters and buffers; parameters that it has beyond those of the file keep their start.
 *
 * @throws VitrineError file-not-found, bad-file; shape-mismatch, with the findings, for a file of another model.
 */
export async function loadWeights(model: Model, file: string): Promise<Tensors> {
  const reader = await openCheckpoint(file);
  try {
    return await loadWeightsFrom(model, aligned(reader, model));
  } finally {
    await reader.close();
  }
}

/** The same of a checkpoint that is open. */
export async function loadWeightsFrom(model: Model, reader: CheckpointReader): Promise<Tensors> {
  const { diagnostics } = findings(model, reader);
  const errors = diagnostics.filter(d => d.severity === 'error');
  if (errors.length > 0)
    throw new VitrineError(
      'shape-mismatch',
      `${errors[0]!.message}${errors.length > 1 ? ` And ${errors.length - 1} more.` : ''}`,
      { at: errors[0]!, diagnostics },
    );
  const weights: Tensors = {};
  for (const p of model.parameters) {
    const name = p.kind === 'constant' ? undefined : nameIn(p, reader);
    if (name !== undefined) weights[p.name] = asStored(p, await reader.tensor(name));
  }
  return weights;
}

function nameIn(p: Parameter, reader: CheckpointReader): string | undefined {
  return [p.name, ...(p.aliases ?? [])].find(n => reader.tensors.has(n));
}

/** Numbers of the kind that the model computes with. */
function asStored(p: Parameter, t: Tensor): Tensor {
  const real = p.dtype.startsWith('float') || p.dtype === 'bfloat16';
  if (real === t.data instanceof Float32Array) return t;
  return { shape: t.shape, data: real ? Float32Array.from(t.data) : Int32Array.from(t.data) };
}

function findings(
  model: Model,
  reader: CheckpointReader,
): { comparison: Comparison; diagnostics: Diagnostic[] } {
  const comparison = compareWithModel(reader, model);
  const file = basename(reader.file);
  const size = (s: readonly number[]) => `[${s.join(', ')}]`;
  const whole = rangeOf(model);
  const owners = new Map(model.modules.flatMap(m => m.parameters.map(p => [p, m] as const)));
  /** Where the layer is made; the class where that is not known. */
  const at = (name: string): SourceRange => owners.get(name)?.definition ?? whole;
  const diagnostics: Diagnostic[] = [];
  for (const { name, found, expected } of comparison.wrongShape)
    diagnostics.push({
      ...at(name),
      severity: 'error',
      code: 'weights-shape',
      message: `size mismatch for ${name}: ${file} has a tensor of the shape ${size(found)}, the shape in the model is ${size(expected)}.`,
    });
  for (const { name, shape, near } of comparison.missing)
    diagnostics.push({
      ...at(name),
      severity: 'error',
      code: 'weights-missing',
      message: reader.refused?.has(name)
        ? `${name} ${size(shape)} is in ${file}, but of a kind that is not read (${reader.refused.get(name)}).`
        : `${name} ${size(shape)} is missing in ${file}.${near === undefined ? '' : ` The file has "${near}".`}`,
    });
  for (const { name, shape } of comparison.extra.slice(0, mostExtra))
    diagnostics.push({
      ...whole,
      severity: 'warning',
      code: 'weights-extra',
      message: `${file} has "${name}" ${size(shape)}, which ${model.name} has no use for.`,
    });
  if (comparison.extra.length > mostExtra)
    diagnostics.push({
      ...whole,
      severity: 'warning',
      code: 'weights-extra',
      message: `${file} has ${comparison.extra.length - mostExtra} more tensors that ${model.name} has no use for.`,
    });
  return { comparison, diagnostics };
}

/** The first line of the class: a whole class underlined says nothing. */
function rangeOf({ definition, file, name }: Model): SourceRange {
  if (!definition) return { file, line: 1, column: 1, endLine: 1, endColumn: 2 };
  const { line, column } = definition;
  return {
    file: definition.file,
    line,
    column,
    endLine: line,
    endColumn: column + 'class '.length + name.length,
  };
}
