/** The model's answers to rows of a table: a class's probability where there are probabilities, else the output. */
import type { Dataset } from '../../data/dataset';
import { evenly } from '../../data/evenly';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import type { ExplanationRequest } from '../method';
import { type Fill, withProbe } from '../probe';
import { wordsFor } from '../words/words';
import { linkOf, probabilitiesOf } from './predict';

/** Answers to `count` samples. */
export async function responsesTo(
  request: ExplanationRequest,
  sampleShape: readonly number[],
  count: number,
  fill: Fill,
): Promise<Float64Array> {
  return withProbe(request, sampleShape, { rows: Math.min(512, count) }, async probe => {
    const outputs = await probe.outputs(count, fill, request.onProgress);
    const link = linkOf(request.model, request.loss, request.dataset?.target, probe.width);
    const index = probe.width === 1 ? (request.sign === -1 ? 0 : 1) : (request.target ?? 0);
    return probe
      .pick(outputs)
      .map(
        (score, i) =>
          probabilitiesOf(outputs.subarray(i * probe.width, (i + 1) * probe.width), link)?.[index] ?? score,
      );
  });
}

/** What the answers are, for an axis. */
export function answerTitle(request: ExplanationRequest): string {
  const { dataset, model, loss, target = 0, sign = 1, language } = request;
  const { figures } = wordsFor(language);
  const shape = model.values[model.outputs[0]!]!.shape.slice(1);
  const width = shape.reduce<number>((n, d) => n * (typeof d === 'number' ? d : 1), 1);
  const { classes, name = '' } = dataset?.target ?? {};
  const index = width === 1 && classes ? (sign === -1 ? 0 : 1) : target;
  const subject = classes?.[index] ?? (width > 1 ? String(index) : name);
  if (linkOf(model, loss, dataset?.target, width) === 'value')
    return classes || width > 1 ? figures.output(subject) : name;
  return figures.probability(subject);
}

export interface Table {
  dataset: Dataset;
  /** Prepared rows, flat. */
  data: Float32Array;
  rows: Int32Array;
  /** Entries of a row. */
  size: number;
}

/**
 * Prepared rows of a split, evenly spaced.
 *
 * @throws bad-request when there is no table, or too few rows.
 */
export function tableOf(
  { dataset }: ExplanationRequest,
  what: string,
  split: 'train' | 'valid' | 'test',
  most: number,
  least = 2,
): Table {
  if (dataset?.modality !== 'table')
    throw new VitrineError(
      'bad-request',
      `${what} looks at the columns of a table, and ${dataset ? `${dataset.name} is none` : 'no data set was given'}.`,
    );
  const rows = evenly(dataset.splits[split], most);
  if (rows.length < least)
    throw new VitrineError(
      'bad-request',
      `${what} needs at least ${least} ${split} rows, and ${dataset.name} has ${dataset.splits[split].length}.`,
    );
  const size = dataset.sampleShape.reduce((a, b) => a * b, 1);
  return { dataset, rows, size, data: dataset.batch(rows).input.data as Float32Array };
}

/** @throws bad-request for a column that does not exist, with the nearest name. */
export function columnOf(dataset: Dataset, name: string): number {
  const names = dataset.features.map(f => f.name);
  const found = names.indexOf(name);
  if (found >= 0) return found;
  const near = nearest(name, names);
  throw new VitrineError(
    'bad-request',
    `${dataset.name} has no column "${name}".${near ? ` Did you mean "${near}"?` : ''} There are ${listed(names)}.`,
  );
}
