/** What a model that writes sequences (translations) writes for prepared rows. */
import type { InputPart, TargetInfo } from '../../data/dataset';
import { joinTokens } from '../../data/text/tokenizer';
import { type Decoded, decodeSequences } from '../../engine/decode';
import type { Engine } from '../../engine/engine';
import type { Model, Tensor, Tensors } from '../../model/graph';
import { bindingsFor } from '../setup/bindings';

export interface WriteRequest {
  engine: Engine;
  /** With one input, the parts side by side. */
  model: Model;
  weights: Tensors;
  input: Tensor;
  target: TargetInfo;
  parts: readonly InputPart[];
  /** Beginnings that are kept; 1 takes the likeliest token each time. */
  beams?: number;
  signal?: AbortSignal;
}

export interface Written extends Decoded {
  text: string;
  /** The input with what was written behind its beginning. */
  input: Int32Array;
}

const batchSize = 128;

/** @throws cancelled */
export async function writeSequences(request: WriteRequest): Promise<Written[]> {
  const { engine, model, weights, input, target, parts, beams = 1, signal } = request;
  const { part, begin, end, tokens: kind } = target.writes!;
  const count = input.shape[0]!;
  if (count === 0) return [];
  const fixed = model.values[model.inputs[0]!]!.shape[0];
  const rows = typeof fixed === 'number' ? fixed : Math.min(batchSize, count * beams);
  const size = (p: InputPart) => p.shape.reduce((a, b) => a * b, 1);
  const start = parts.slice(0, part).reduce((n, p) => n + size(p), 0);
  const evaluator = await engine.evaluator(model, {
    bindings: bindingsFor(model, input.shape.slice(1), rows),
    weights,
  });
  try {
    const decoded = await decodeSequences(input, {
      evaluator,
      model,
      rows,
      start,
      begin,
      end,
      firstToken: Math.max(begin, end) + 1,
      tokens: target.classes!.length - (target.unnamed ?? 0),
      beams,
      ...(signal && { signal }),
    });
    const width = input.data.length / count;
    return decoded.map((d, i) => {
      const whole = Int32Array.from(input.data.subarray(i * width, (i + 1) * width));
      whole.fill(0, start, start + size(parts[part]!));
      whole.set([begin, ...d.tokens].slice(0, size(parts[part]!)), start);
      return {
        ...d,
        text: joinTokens(
          kind,
          d.tokens.map(id => target.classes![id] ?? ''),
        ),
        input: whole,
      };
    });
  } finally {
    await evaluator.dispose();
  }
}
