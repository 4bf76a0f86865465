/** Classes that a model was never trained to tell: named at the time, as a hypothesis that a text may entail. */
import type { Engine } from '../../engine/engine';
import { entailment } from '../../formats/huggingface/folder';
import type { TextEncoder } from '../../formats/huggingface/textModel';
import { VitrineError } from '../../model/errors';
import { listed } from '../../model/suggest';
import { ranked, softmax } from '../generation/decoding';
import { overRows } from './textBatches';
import { encodeText, type TextClass } from './textTasks';

export interface ZeroShot {
  labels: readonly string[];
  /** A sentence with {} in the label's place. */
  hypothesis?: string;
  /** Each label is asked for by itself: several may hold. */
  several?: boolean;
}

/** That of Transformers' pipeline over texts. */
const usualHypothesis = 'This example is {}.';

/** @throws bad-usage for a hypothesis without a place for the label, or without labels */
export function hypotheses({ labels, hypothesis }: ZeroShot, usual: string): string[] {
  const template = hypothesis ?? usual;
  if (labels.length === 0) throw new VitrineError('bad-usage', 'Which labels? Name at least one.');
  if (!template.includes('{}'))
    throw new VitrineError(
      'bad-usage',
      `The hypothesis "${template}" has no {} in which a label would stand, as "${usual}" has.`,
    );
  return labels.map(label => template.replace('{}', () => label));
}

/** A class's probability by what it scored; labels in the order of their probabilities. */
export function byProbability(labels: readonly string[], probabilities: readonly number[]): TextClass {
  const order = ranked(probabilities, labels.length);
  return {
    prediction: labels[order[0]!]!,
    probability: probabilities[order[0]!]!,
    probabilities: Object.fromEntries(order.map(i => [labels[i]!, probabilities[i]!])),
  };
}

/**
 * By a classifier of pairs that was trained to tell what a text entails (Yin et al. 2019): of each label its score for
 * "entailment", against those of the other labels, or against its own for "contradiction" where several may hold.
 *
 * @throws bad-file for a classifier that has no such class; bad-request, cancelled
 */
export async function classifyByLabels(
  engine: Engine,
  encoder: TextEncoder,
  texts: readonly string[],
  asked: ZeroShot,
  signal?: AbortSignal,
): Promise<TextClass[]> {
  const entails = entailment(encoder.labels);
  if (entails < 0)
    throw new VitrineError(
      'bad-file',
      `Labels of your own need a classifier that tells entailment from contradiction; this one tells ${listed(encoder.labels.slice(0, 8))}.`,
      { at: { file: encoder.model.file } },
    );
  const contradicts = entails === 0 ? encoder.labels.length - 1 : 0;
  const sentences = hypotheses(asked, usualHypothesis);
  const rows = texts.flatMap((text, i) => sentences.map(pair => encodeText(encoder, text, i, pair)));
  const scores = await overRows(engine, encoder, rows, signal, ({ output }) => Array.from(output.data));
  return texts.map((_, i) => {
    const own = scores.slice(i * sentences.length, (i + 1) * sentences.length);
    return byProbability(
      asked.labels,
      asked.several || own.length === 1
        ? own.map(s => softmax([s[contradicts]!, s[entails]!])[1]!)
        : softmax(own.map(s => s[entails]!)),
    );
  });
}
