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
 * Rule: score = 1 - Σ |change - k attribution| / Σ |change|, not below 0, with one k for all blocks (least squares, not
 * below 0): without a block the last normalisation makes more of all that is left, which says nothing against how the
 * output divides among the blocks. The words tell k.
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
  summary: "Without a block's own addition the output changes in proportion to what was attributed to it.",
  async judge(request) {
    const words = wordsFor(request.language);
    const { attributed, changes } = await takenAway(request);
    const squares = attributed.reduce((s, a) => s + a * a, 0);
    const shared = changes.reduce((s, c, i) => s + c * attributed[i]!, 0);
    const factor = squares > 0 ? Math.max(0, shared / squares) : 0;
    const off = changes.reduce((s, c, i) => s + Math.abs(c - factor * attributed[i]!), 0);
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
      text: words.measures.taken(words.percent(value), words.percent(factor), verdict),
      detail: { attributed, changes, factor: [factor] },
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
