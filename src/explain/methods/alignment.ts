/** The alignment of a model that speaks: which token of the text each frame of the sound belongs to. */
import { Type } from '@sinclair/typebox';
import { alignmentOf, asAlignment, spokenOf } from '../answers/spoken';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { speaks } from '../suits';

const options = Type.Object({}, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'alignment',
  title: 'Alignment of text and sound',
  paper: {
    authors: 'Shen, Jia, Chrzanowski, Zhang, Elias, Zen and Wu',
    year: 2020,
    title:
      'Non-Attentive Tacotron: Robust and Controllable Neural TTS Synthesis Including Unsupervised Duration Modeling',
    url: 'https://arxiv.org/abs/2010.04301',
  },
  summary: 'Which letter each moment of the sound was made from, and how long each letter lasts.',
  scope: 'prediction',
  needs: [],
  options,
  judgedBy: ['onset_agreement', 'model_randomisation'],
  caution:
    'A model may be built so that its letters follow each other in time, trained or not: that they do so is no finding, how long each lasts is.',
  suits: speaks,
  async explain(request, given) {
    readOptions(options, given, 'alignment');
    const s = spokenOf(request);
    return asAlignment(request, s, await alignmentOf(request, s));
  },
};
