/**
 * Zeros for the prepared numbers of a batch: where the caller wants them (Dataset.batch's `into`), which still holds the
 * batch before, else an array of their own.
 */
export function roomFor(length: number, into?: Float32Array): Float32Array {
  if (!into) return new Float32Array(length);
  if (into.length !== length)
    throw new RangeError(`a batch of ${length} numbers was to be written into an array of ${into.length}`);
  return into.fill(0);
}
