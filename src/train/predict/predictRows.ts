/** What a trained model says of rows. */
import { type Box, fromGrid } from '../../data/boxes/grid';
import type { InputPart, TargetInfo } from '../../data/dataset';
import { manyNumbers } from '../../data/manyNumbers';
import type { Engine } from '../../engine/engine';
import type { Model, Tensor, Tensors } from '../../model/graph';
import { answersByRow } from '../../model/rows';
import { bindingsFor, takesAnyBatch } from '../setup/bindings';
import { forward, forwardOneByOne } from './evaluate';
import { predictionsOf } from './predictions';
import { writeSequences } from './writeSequences';

export interface RowPrediction {
  /** The class's name, or the number. */
  label: string;
  /** Of classes: index of the class, its probability, and all probabilities by class. */
  class?: number;
  probability?: number;
  probabilities?: readonly number[];
  /** The model's own output. */
  output: readonly number[];
  /** Of models that find boxes: those that are likelier there than not, the likeliest first. */
  boxes?: readonly Box[];
}

const batchSize = 256;

/** @param input prepared rows, [rows, …sampleShape]. @throws shape-mismatch, bad-model, cancelled */
export async function predictRows(request: {
  engine: Engine;
  model: Model;
  weights: Tensors;
  input: Tensor;
  target: TargetInfo;
  /** Of data for several inputs. */
  parts?: readonly InputPart[] | undefined;
  /** Of models that write sequences: how many beginnings are kept. */
  beams?: number;
  /** The loss that it was trained with: says what the output means. */
  loss: string;
  signal?: AbortSignal;
}): Promise<RowPrediction[]> {
  const { engine, model, weights, input, target, loss } = request;
  const rows = input.shape[0]!;
  if (rows === 0) return [];
  if (target.writes && request.parts)
    return (await writeSequences({ ...request, parts: request.parts })).map(w => ({
      label: w.text,
      probability: Math.exp(w.logProbability),
      output: [],
    }));
  const fixed = model.values[model.inputs[0] ?? '']?.shape[0];
  const oneByOne = !answersByRow(model);
  const most = oneByOne ? 1 : Math.min(batchSize, rows);
  const size = !takesAnyBatch(model) && typeof fixed === 'number' ? fixed : most;
  const bindings = bindingsFor(model, input.shape.slice(1), size);
  const evaluator = await engine.evaluator(model, { bindings, weights });
  try {
    // The whole output is the row's, whose width may be another than the next one's.
    if (oneByOne && size === 1)
      return (await forwardOneByOne(evaluator, model, input, request.signal)).flatMap(output =>
        describe(output, target, loss),
      );
    const output = await forward(evaluator, model, input, size, request.signal);
    return describe(output, target, loss);
  } finally {
    await evaluator.dispose();
  }
}

function describe(output: Tensor, target: TargetInfo, loss: string): RowPrediction[] {
  const { kind, rows, columns, labels, probabilities } = predictionsOf(output, target, loss);
  const width = output.data.length / rows;
  return Array.from({ length: rows }, (_, i) => {
    const own = Array.from(output.data.subarray(i * width, (i + 1) * width));
    if (kind === 'sequence') {
      const symbols = Array.from(labels.subarray(i * columns, (i + 1) * columns)).filter(l => l >= 0);
      return { label: textOf(symbols, target), output: own };
    }
    if (target.boxes) {
      const boxes = boxesOf(own, target);
      return { label: boxText(boxes, target), output: own, boxes };
    }
    if (kind === 'number')
      return { label: manyNumbers(own.length, target) ?? own.map(shortNumber).join(', '), output: own };
    const label = labels[i]!;
    const p = probabilities && Array.from(probabilities.subarray(i * columns, (i + 1) * columns));
    return {
      label: target.classes?.[label] ?? String(label),
      class: label,
      ...(p && { probability: p[label]!, probabilities: p }),
      output: own,
    };
  });
}

function boxesOf(output: readonly number[], { boxes }: TargetInfo): Box[] {
  return fromGrid(output, 0, boxes!.grid, boxes!.classes.length, true, 0.5);
}

/** "circle 98 %, square 71 %" */
function boxText(found: readonly Box[], { boxes }: TargetInfo): string {
  return found.map(b => `${boxes!.classes[b.class]} ${Math.round(b.score! * 100)} %`).join(', ');
}

/** Symbols as text. */
export function textOf(symbols: readonly number[], { classes, sequence }: TargetInfo): string {
  return symbols.map(s => classes?.[s] ?? '').join(sequence?.joint ?? '');
}

/** As many digits as float32 can be trusted with. */
function shortNumber(x: number): string {
  return String(Number(x.toPrecision(6)));
}
