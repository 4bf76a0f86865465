/** What the head reads off the residual stream, as a linear map: the gradient with normalisations held still. */
import type { GradientRule, GradientRules } from '../../engine/op';
import { equalDims } from '../../model/dim';
import { look, lookOnce, partOf } from '../layers/inside';
import type { ExplanationRequest } from '../method';
import type { Stream } from './stream';

const nothing: GradientRule = g => g.inputs.map(() => null);

/** The numerator's gradient alone, where one denominator stands for several values as in a normalisation. */
const byOneForMany: GradientRule = (g, own) => {
  const [over, under] = g.inputs.map(i => g.type(i).shape);
  const spread = over!.some((d, i) => {
    const at = under!.length - over!.length + i;
    return !equalDims(d, 1) && (at < 0 || equalDims(under![at]!, 1));
  });
  const [dx, dy] = own!(g);
  return [dx!, spread ? null : dy!];
};

/** Roots and reciprocals, which have exponents below one, are held still; squares are not. */
const byPositivePowers: GradientRule = (g, own) => {
  const [dx, dy] = own!(g);
  const one = g.type(g.inputs[1]!).shape.every(d => equalDims(d, 1));
  return [dx && one ? g.emit('Map', [dx, g.inputs[1]!], { expression: 'b < 1 ? 0 : a' })[0]! : dx!, dy!];
};

/**
 * Normalisations divide by what they divided by: their denominators are constants, so that what is left is linear. They
 * still take the mean away where they take one.
 */
export const still: GradientRules = {
  name: 'still-normalisations',
  ruleFor({ op }) {
    // Root mean squares, and layer normalisations that are written out.
    if (op === 'Sqrt' || op === 'Reciprocal') return nothing;
    if (op === 'Pow') return byPositivePowers;
    if (op === 'Div') return byOneForMany;
    if (op !== 'Standardize') return undefined;
    return g => {
      const [dy] = g.outputGradients;
      if (!dy) return [null];
      const rank = g.type(g.inputs[0]!).shape.length;
      const axes = (g.attributes['axes'] as readonly number[]).map(a => (a < 0 ? a + rank : a));
      const mean = g.emit('ReduceMean', [dy], { axes, keepdims: 1 })[0]!;
      const epsilon = Number(g.attributes['epsilon'] ?? 1e-5);
      return g.emit('Map', [dy, mean, g.outputs[2]!], { expression: `(a - b) / Math.sqrt(c + ${epsilon})` });
    };
  },
};

export interface Readouts {
  /** The gradient at each step's `after`, by value id; all of the stream's shape. */
  at: ReadonlyMap<string, Float32Array>;
  output: Float32Array;
  /** The stream's values and the branches', by id. */
  values: Readonly<Record<string, Float32Array>>;
}

/**
 * dOutput/dStream along the stream, without what blocks make of it: what is added to the stream somewhere changes the
 * explained output by its product with the gradient there (its direct effect).
 *
 * @param more further values to fetch.
 */
export async function readouts(
  request: ExplanationRequest,
  stream: Stream,
  { more = [], seed }: { more?: readonly string[]; seed?: (row: number, into: Float32Array) => void } = {},
): Promise<Readouts> {
  const ids = [
    stream.embedding,
    stream.final,
    ...stream.steps.flatMap(s => [s.before, s.after, ...(s.branch ? [s.branch] : [])]),
    ...more,
  ];
  const view = await lookOnce(request, {
    fetch: [...new Set(ids)],
    gradients: [stream.final],
    rules: still,
    ...(seed && { seed }),
  });
  const at = new Map([[stream.final, view.gradients[stream.final]!]]);
  for (const step of [...stream.steps].reverse()) {
    const gradient = at.get(step.after)!;
    at.set(
      step.before,
      step.kind === 'add'
        ? gradient
        : (await pullBack(request, [step.before], step.after, view.values, gradient))[step.before]!,
    );
  }
  return { at, output: view.output, values: view.values };
}

/** Jᵀ · gradient of the part of the model from some values to another, normalisations held still: by value. */
export async function pullBack(
  request: ExplanationRequest,
  from: readonly string[],
  to: string,
  values: Readonly<Record<string, Float32Array>>,
  gradient: Float32Array,
): Promise<Record<string, Float32Array>> {
  let found: Record<string, Float32Array> = {};
  await look(
    request,
    {
      model: partOf(request.model, from, to),
      feed: Object.fromEntries(
        from.map(id => [id, (_: number, into: Float32Array) => into.set(values[id]!)]),
      ),
      gradients: from,
      seed: (_, into) => into.set(gradient),
      rules: still,
    },
    (_, view) => {
      found = Object.fromEntries(from.map(id => [id, view.gradients[id]!.slice()]));
    },
  );
  return found;
}
