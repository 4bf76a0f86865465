/** Texts through an encoder: tokens in batches of like lengths, filled up where they differ. */
import type { Engine, Evaluator } from '../../engine/engine';
import { initializeWeights } from '../../engine/initialize';
import type { TextEncoder } from '../../formats/huggingface/textModel';
import { throwIfCancelled } from '../../model/errors';
import type { Tensor } from '../../model/graph';

const batch = 8;
/** Texts are filled up to a multiple of this, so that few lengths are compiled for. */
const step = 16;

export interface Row {
  ids: readonly number[];
  /** For each token which of two texts it is of; all 0 where they are left out. */
  types?: readonly number[];
}

export interface Encoded extends Row {
  length: number;
  /** The first output's row: (T, D) or (classes). */
  output: Tensor;
}

/** Runs rows of tokens; results are in the rows' order. @throws cancelled */
export async function overRows<R>(
  engine: Engine,
  encoder: TextEncoder,
  all: readonly Row[],
  signal: AbortSignal | undefined,
  result: (encoded: Encoded, index: number) => R,
): Promise<R[]> {
  const { model, masked, typed, longest, padding } = encoder;
  const weights = initializeWeights(model, 0, encoder.weights);
  const lengthOf = ({ ids }: Row) =>
    masked ? Math.min(Math.ceil(ids.length / step) * step, Math.max(longest, ids.length)) : ids.length;
  const order = all.map((_, i) => i).sort((a, b) => lengthOf(all[a]!) - lengthOf(all[b]!));
  const out: R[] = new Array(all.length);
  let evaluator: Evaluator | undefined;
  let compiled = '';
  try {
    for (let at = 0; at < order.length; ) {
      throwIfCancelled(signal);
      const length = lengthOf(all[order[at]!]!);
      const rows = order.slice(at, at + batch).filter(i => lengthOf(all[i]!) === length);
      at += rows.length;
      const key = `${rows.length}x${length}`;
      if (key !== compiled) {
        await evaluator?.dispose();
        evaluator = await engine.evaluator(model, { bindings: { N: rows.length, T: length }, weights });
        compiled = key;
      }
      const shape = [rows.length, length];
      const ids = new Int32Array(rows.length * length).fill(padding);
      const mask = new Int32Array(rows.length * length);
      const types = new Int32Array(rows.length * length);
      for (const [r, i] of rows.entries()) {
        ids.set(all[i]!.ids, r * length);
        types.set(all[i]!.types ?? [], r * length);
        mask.fill(1, r * length, r * length + all[i]!.ids.length);
      }
      const given = [ids, ...(masked ? [mask] : []), ...(typed ? [types] : [])];
      const { values } = await evaluator!.run(
        Object.fromEntries(given.map((data, k) => [model.inputs[k]!, { shape, data }])),
      );
      const whole = values[model.outputs[0]!]!;
      const size = whole.data.length / rows.length;
      for (const [r, i] of rows.entries())
        out[i] = result(
          {
            ...all[i]!,
            length: all[i]!.ids.length,
            output: { shape: whole.shape.slice(1), data: whole.data.subarray(r * size, (r + 1) * size) },
          },
          i,
        );
    }
  } finally {
    await evaluator?.dispose();
  }
  return out;
}
