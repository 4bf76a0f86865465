/** Occlusion: a window slides over the input and hides what is under it; where the output falls, it mattered. */
import { Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { baselineFor, baselineOption } from '../perturbation/baseline';
import { isPicture } from '../perturbation/units';
import { sampleOf, withProbe } from '../probe';
import { oneInput } from '../suits';

const options = Type.Object(
  {
    window: Type.Integer({
      minimum: 0,
      default: 0,
      description: 'Side of the window; 0 chooses about a fifth of the input.',
    }),
    stride: Type.Integer({
      minimum: 0,
      default: 0,
      description: 'Steps between windows; 0 chooses half a window.',
    }),
    baseline: baselineOption,
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'occlusion',
  title: 'Occlusion',
  paper: {
    authors: 'Zeiler and Fergus',
    year: 2013,
    title: 'Visualizing and Understanding Convolutional Networks',
    url: 'https://arxiv.org/abs/1311.2901',
  },
  summary: 'How much the prediction falls when a patch of the input is hidden.',
  scope: 'prediction',
  needs: ['baseline'],
  options,
  judgedBy: [
    'deletion',
    'max_sensitivity',
    'model_randomisation',
    'infidelity',
    'second_method',
    'sparseness',
  ],
  suits: oneInput,
  async explain(request, given) {
    const chosen = readOptions(options, given, 'occlusion');
    const { shape } = sampleOf(request);
    const table = request.dataset?.modality === 'table';
    const side = isPicture(shape) || shape.length === 4 ? Math.min(...shape.slice(-2)) : (shape.at(-1) ?? 1);
    // Neighbouring columns of a table have nothing in common: one is hidden at a time.
    const window = chosen.window || (table ? 1 : Math.max(1, Math.round(side / 5)));
    const stride = chosen.stride || Math.max(1, Math.floor(window / 2));
    return occlusion(request, baselineFor(chosen.baseline, request, shape), window, stride);
  },
};

/**
 * Each value's mean fall over the windows that hide it, as Captum's Occlusion gives it: windows cover all channels,
 * of films as many frames as pixels, start every `stride` entries, and the last one is cut off at the edge.
 *
 * @throws bad-request when the stride is larger than the window (values would be left out) or the window than the input.
 */
export async function occlusion(
  request: ExplanationRequest,
  baseline: Float32Array,
  window: number,
  stride: number,
): Promise<Attribution> {
  const { data, shape } = sampleOf(request);
  const film = shape.length === 4;
  const picture = film || isPicture(shape);
  const width = shape.at(-1) ?? 1;
  const height = picture ? shape.at(-2)! : 1;
  const time = film ? shape.at(-3)! : 1;
  const planes = data.length / (width * height * time);
  // A film may have fewer frames than a window has pixels.
  const frames = film ? Math.min(window, time) : 1;
  if (stride > window)
    throw new VitrineError(
      'bad-request',
      `occlusion: the stride ${stride} is larger than the window ${window}, so some values would never be hidden.`,
    );
  if (window > width || (picture && window > height))
    throw new VitrineError(
      'bad-request',
      `occlusion: the window ${window} is larger than the input (${shape.join(' × ')}).`,
    );
  const starts = (size: number, extent = window) =>
    Array.from({ length: Math.ceil((size - extent) / stride) + 1 }, (_, k) => k * stride);
  const windows = starts(time, frames).flatMap(first =>
    (picture ? starts(height) : [0]).flatMap(top => starts(width).map(left => ({ first, top, left }))),
  );
  const hidden = ({ first, top, left }: (typeof windows)[number], use: (i: number) => void) => {
    for (let p = 0; p < planes; p++) {
      for (let t = first; t < Math.min(time, first + frames); t++) {
        for (let y = top; y < Math.min(height, picture ? top + window : 1); y++) {
          for (let x = left; x < Math.min(width, left + window); x++)
            use(((p * time + t) * height + y) * width + x);
        }
      }
    }
  };
  const scores = await withProbe(request, shape, { rows: Math.min(windows.length + 1, 128) }, probe =>
    probe.scores(
      windows.length + 1,
      (row, into) => {
        into.set(data);
        if (row > 0)
          hidden(windows[row - 1]!, i => {
            into[i] = baseline[i]!;
          });
      },
      request.onProgress,
    ),
  );
  const sum = new Float64Array(data.length);
  const times = new Float64Array(data.length);
  windows.forEach((w, k) => {
    hidden(w, i => {
      sum[i]! += scores[0]! - scores[k + 1]!;
      times[i]! += 1;
    });
  });
  return {
    values: { shape, data: Float32Array.from(sum, (s, i) => s / times[i]!) },
    baseline: { shape, data: baseline },
    facts: { output: scores[0]!, windows: windows.length, window, stride },
  };
}
