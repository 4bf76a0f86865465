/** Removal of single words that were read: how much less likely each word that was written becomes. */
import { Type } from '@sinclair/typebox';
import { asMatrix, removalMatrix, writtenOf } from '../answers/sequences';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { writesSequences } from '../suits';
import { wordsFor } from '../words/words';

const options = Type.Object({}, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'source_removal',
  title: 'Removal of words read',
  paper: {
    authors: 'Li, Monroe and Jurafsky',
    year: 2016,
    title: 'Understanding Neural Networks through Representation Erasure',
    url: 'https://arxiv.org/abs/1612.08220',
  },
  summary: 'How much less likely each written word becomes without each word that was read.',
  scope: 'prediction',
  sequences: true,
  needs: [],
  options,
  judgedBy: ['model_randomisation', 'attention_agreement'],
  suits: writesSequences,
  async explain(request, given) {
    readOptions(options, given, 'source_removal');
    const w = writtenOf(request);
    return asMatrix(request, w, await removalMatrix(request, w), {
      value: wordsFor(request.language).figures.logProbability,
      scale: 'diverging',
    });
  },
};
