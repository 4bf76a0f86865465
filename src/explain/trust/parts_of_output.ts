/** Do the parts of the residual stream explain the output, or does the head make more of it than their sum? */
import { look, partOf } from '../layers/inside';
import type { ExplanationRequest, TrustMeasure } from '../method';
import { readouts } from '../transformer/readout';
import { residualStream } from '../transformer/stream';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/**
 * The head gets the stream without one block's addition, for each block, and the change of the output is held against
 * what was attributed to the block (normalisations held still there, not here).
 *
 * Rule: score = 1 - Σ |change - attribution| / Σ |change|, not below 0.
 */
export const measure: TrustMeasure = {
  id: 'parts_of_output',
  title: 'Parts taken away',
  paper: {
    authors: 'McGrath, Rahtz, Kramár, Mikulik and Legg',
    year: 2023,
    title: 'The Hydra Effect: Emergent Self-repair in Language Model Computations',
    url: 'https://arxiv.org/abs/2307.15771',
  },
  summary: "Without a block's own addition the output changes by what was attributed to it.",
  async judge(request) {
    const words = wordsFor(request.language);
    const { attributed, changes } = await takenAway(request);
    const off = changes.reduce((s, c, i) => s + Math.abs(c - attributed[i]!), 0);
    const total = changes.reduce((s, c) => s + Math.abs(c), 0);
    const value = total > 0 ? off / total : 0;
    const score = clamp01(1 - value);
    const verdict = verdictOf(score);
    return {
      id: measure.id,
      title: measure.title,
      value,
      score,
      verdict,
      text: words.measures.taken(words.percent(value), verdict),
      detail: { attributed, changes },
    };
  },
};

async function takenAway(request: ExplanationRequest) {
  const stream = residualStream(request.model);
  const { at, values, output } = await readouts(request, stream);
  const steps = stream.steps.filter(s => s.kind === 'add');
  const attributed = steps.map(s =>
    values[s.branch!]!.reduce((sum, v, i) => sum + v * at.get(s.after)![i]!, 0),
  );
  const [target, sign] = [request.target ?? 0, request.sign ?? 1];
  const changes: number[] = [];
  // In models that normalise after the addition, a block is taken out of its own addition.
  for (const [i, step] of steps.entries()) {
    const end = stream.steps.some(s => s.kind === 'norm') ? step.after : stream.final;
    await look(
      request,
      {
        model: partOf(request.model, [end], request.model.outputs[0]!),
        feed: {
          [end]: (_, into) => {
            into.set(values[end]!);
            values[step.branch!]!.forEach((v, k) => {
              into[k]! -= v;
            });
          },
        },
      },
      (_, view) => {
        changes[i] = sign * (output[target]! - view.output[target]!);
      },
    );
  }
  return { attributed, changes };
}
