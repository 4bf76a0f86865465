/**
 * Exponential moving average with the bias of its start removed, as for Adam's moments (Kingma & Ba 2015, section 3):
 * the first values are averages of what there is, not of zeros. Gaps (null, NaN) stay gaps and do not enter.
 *
 * @param weight 0 (no smoothing) to below 1.
 */
export function smooth(
  values: readonly (number | null | undefined)[],
  weight: number,
): (number | null | undefined)[] {
  if (weight <= 0) return [...values];
  let average = 0;
  let bias = 1;
  return values.map(v => {
    if (v === null || v === undefined || !Number.isFinite(v)) return v === undefined ? undefined : null;
    average = weight * average + (1 - weight) * v;
    bias *= weight;
    return average / (1 - bias);
  });
}
