/** Which method answers who has not chosen one. */

/** Each suits what those before it do not, and its sum can be checked. */
const usual = [
  'integrated_gradients',
  'token_integrated_gradients',
  'feature_ablation',
  'source_removal',
  'removal_over_time',
];

/** @param fits whether a method, by id, suits the model and its data. */
export function usualMethod(fits: (id: string) => boolean): string | undefined {
  return usual.find(fits);
}
