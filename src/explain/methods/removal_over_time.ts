/** Removal of single letters: when in the sound each of them is missed. */
import { Type } from '@sinclair/typebox';
import { overTime, removalOverTime, spokenOf } from '../answers/spoken';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { speaks } from '../suits';
import { wordsFor } from '../words/words';

const options = Type.Object({}, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'removal_over_time',
  title: 'Removal of letters',
  paper: {
    authors: 'Li, Monroe and Jurafsky',
    year: 2016,
    title: 'Understanding Neural Networks through Representation Erasure',
    url: 'https://arxiv.org/abs/1612.08220',
  },
  summary: 'How far each moment of the sound changes when a letter of the text is unknown.',
  scope: 'prediction',
  needs: [],
  options,
  judgedBy: ['onset_agreement', 'model_randomisation'],
  caution:
    'Without a letter all that follows comes earlier or later: what changes behind it need not be made from it. Where the change begins says most.',
  suits: speaks,
  async explain(request, given) {
    readOptions(options, given, 'removal_over_time');
    const s = spokenOf(request);
    const words = wordsFor(request.language);
    const values = await removalOverTime(request, s);
    const most = s.tokens.map((token, row) => {
      const of = values.subarray(row * s.frames, (row + 1) * s.frames);
      return { token, change: of.reduce((a, b) => a + b, 0) / s.frames };
    });
    most.sort((a, b) => b.change - a.change);
    return {
      values: { shape: [s.tokens.length, s.frames], data: values },
      figures: [overTime(request, s, values, words.figures.changeOfSound)],
      told: [
        words.sequences.missed(
          most.slice(0, 3).map(m => m.token),
          most.slice(-3).map(m => m.token),
        ),
      ],
    };
  },
};
