/** Checks what a caller hands in against what was compiled. */

import { VitrineError } from '../model/errors';
import type { Model, Tensor, Tensors } from '../model/graph';
import type { Graph } from './compile/graph';
import type { BoundInput } from './engine';
import type { Executable } from './executors/executor';

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function shapeText(shape: readonly unknown[]): string {
  return `(${shape.join(', ')})`;
}

/** An input of a compiled plan: what is looked at in each run is looked up once. */
export interface Input {
  id: string;
  buffer: string;
  shape: readonly number[];
  /** What a person calls it. */
  name: string;
}

export function inputsOf(model: Model, graph: Graph, bufferOf: (id: string) => string): Input[] {
  return model.inputs.map(id => ({
    id,
    buffer: bufferOf(id),
    shape: graph.shape(id),
    name: model.values[id]?.name ?? id,
  }));
}

/** @throws bad-request for a missing feed or values that do not fill their shape, shape-mismatch for a wrong shape. */
export function checkFeed(model: Model, { name, shape: wanted }: Input, feed: Tensor | undefined): Tensor {
  if (!feed)
    throw new VitrineError('bad-request', `${model.name} needs the input "${name}", but it was not given.`);
  if (!isFilled(feed)) checkFilled(`the input "${name}"`, feed);
  if (!sameShape(feed.shape, wanted)) {
    throw new VitrineError(
      'shape-mismatch',
      `${model.name}'s input "${name}" takes the shape ${shapeText(wanted)}, but got ${shapeText(feed.shape)}.`,
      model.definition && { at: model.definition },
    );
  }
  return feed;
}

function isFilled(t: Tensor): boolean {
  let size = 1;
  for (const d of t.shape) size *= d;
  return size === t.data.length;
}

export function checkFilled(what: string, t: Tensor): void {
  if (isFilled(t)) return;
  const size = t.shape.reduce((p, d) => p * d, 1);
  throw new VitrineError(
    'bad-request',
    `${what[0]!.toUpperCase()}${what.slice(1)} has ${t.data.length} values, but its shape ${shapeText(t.shape)} holds ${size}.`,
  );
}

/**
 * The place of an input in a plan that takes at least so many rows, or where it has none an array.
 *
 * @param rows of an input that grows with the batch.
 */
export function bound(executable: Executable, { buffer, shape }: Input, rows?: number): BoundInput {
  const own = rows === undefined ? shape.slice() : [rows, ...shape.slice(1)];
  const size = own.reduce((n, d) => n * d, 1);
  return { shape: own, data: executable.view?.(buffer).subarray(0, size) ?? new Float32Array(size) };
}

/** @throws shape-mismatch for more rows than were compiled for */
export function requireRows(model: Model, rows: number, most: number): void {
  if (Number.isInteger(rows) && rows >= 0 && rows <= most) return;
  throw new VitrineError(
    'shape-mismatch',
    `${model.name} was compiled for 0 to ${most} rows a call, but ${rows} are to be handed over.`,
  );
}

/** @throws bad-request for what is no input of the model */
export function requireInput(model: Model, inputs: readonly Input[], id: string): Input {
  const input = inputs.find(i => i.id === id);
  if (input) return input;
  const known = inputs.map(i => `"${i.name}"`).join(', ');
  throw new VitrineError('bad-request', `${model.name} has no input "${id}". Its inputs: ${known}.`);
}

/** The weights that a model needs, each there and of its shape. */
export function checkWeights(model: Model, weights: Tensors, partial = false): void {
  for (const p of model.parameters) {
    const t = weights[p.name];
    if (!t) {
      if (partial) continue;
      throw new VitrineError('bad-request', `The weights of ${model.name} lack "${p.name}".`);
    }
    checkFilled(`the weight "${p.name}"`, t);
    if (!sameShape(t.shape, p.shape))
      throw new VitrineError(
        'shape-mismatch',
        `The weight "${p.name}" has the shape ${shapeText(t.shape)}, but ${model.name} takes ${shapeText(p.shape)}.`,
      );
  }
}

/** The symbol that counts rows: the first dimension of the first input, if it is one. */
export function batchSymbol(model: Model): string | undefined {
  const first = model.values[model.inputs[0] ?? '']?.shape[0];
  return typeof first === 'string' && /^[A-Za-z_]\w*$/.test(first) ? first : undefined;
}

/** The first rows of a tensor. */
export function head(t: Tensor, rows: number): Tensor {
  const [all = 1, ...rest] = t.shape;
  if (rows === all) return t;
  return { shape: [rows, ...rest], data: t.data.slice(0, (t.data.length / Math.max(all, 1)) * rows) };
}
