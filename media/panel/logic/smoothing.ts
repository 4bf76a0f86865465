/**
 * Exponential moving average with the bias of its start removed, as for Adam's moments (Kingma & Ba 2015, section 3):
 * the first values are averages of what there is, not of zeros. Gaps (null, NaN) stay gaps and do not enter.
 *
 * @param weight 0 (no smoothing) to below 1.
 */
export function smooth(
  values: ArrayLike<number | null | undefined>,
  weight: number,
): ArrayLike<number | null | undefined> {
  if (weight <= 0) return values;
  return smoothAll(values, weight) ?? smoothAround(values, weight);
}

/** Without gaps, which is what fifty long curves are that follow a slider; undefined where there is one. */
function smoothAll(values: ArrayLike<number | null | undefined>, weight: number): Float64Array | undefined {
  const { length } = values;
  const out = new Float64Array(length);
  const rest = 1 - weight;
  let average = 0;
  let bias = 1;
  let i = 0;
  // Below this the bias changes no digit.
  for (; i < length && bias > 1e-17; i++) {
    const v = values[i];
    if (typeof v !== 'number' || !Number.isFinite(v)) return undefined;
    average = weight * average + rest * v;
    bias *= weight;
    out[i] = average / (1 - bias);
  }
  for (; i < length; i++) {
    const v = values[i];
    if (typeof v !== 'number') return undefined;
    average = weight * average + rest * v;
    out[i] = average;
  }
  // What is not finite stays in an average from there on.
  if (!Number.isFinite(average)) return undefined;
  return out;
}

function smoothAround(
  values: ArrayLike<number | null | undefined>,
  weight: number,
): (number | null | undefined)[] {
  let average = 0;
  let bias = 1;
  return Array.from(values, v => {
    if (v === null || v === undefined || !Number.isFinite(v)) return v === undefined ? undefined : null;
    average = weight * average + (1 - weight) * v;
    bias *= weight;
    return average / (1 - bias);
  });
}
