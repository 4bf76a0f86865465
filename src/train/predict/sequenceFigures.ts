/** Figures of what a model writes by itself, not behind the right tokens: the final test of translation. */
import type { Dataset } from '../../data/dataset';
import type { Engine } from '../../engine/engine';
import type { Model, Tensors } from '../../model/graph';
import { corpusBleu } from '../metrics/_bleu';
import type { Metrics } from '../runs/run';
import { writeSequences } from './writeSequences';

/** {} for data whose target is no sequence. @throws cancelled */
export async function sequenceFigures(
  request: { engine: Engine; model: Model; dataset: Dataset; weights: Tensors; signal?: AbortSignal },
  rows: Int32Array,
): Promise<Metrics> {
  const { dataset } = request;
  const { writes, ignore, positions } = dataset.target;
  if (!writes || !dataset.parts || rows.length === 0) return {};
  const { input, targets } = dataset.batch(rows);
  const written = await writeSequences({ ...request, input, target: dataset.target, parts: dataset.parts });
  const references = Array.from(rows, (_, i) =>
    Array.from(targets.data.subarray(i * positions!, (i + 1) * positions!)).filter(
      id => id !== ignore && id !== writes.end,
    ),
  );
  return {
    bleu: corpusBleu(
      written.map(w => w.tokens),
      references,
    ),
  };
}
