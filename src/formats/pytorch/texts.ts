/** A text that a script draws windows of, as training. */
import type { FileText } from '../_format';
import type { Graph, Trained } from './trained';
import { number, object, string } from './wire';

/** What Python tells of the text, as if it had been seen of tensors: a window is a row. */
export function textOf(told: unknown): { trained: Trained; text: FileText } | undefined {
  if (told === undefined || told === null) return undefined;
  const t = object(told);
  return {
    text: { file: string(t['file']), length: number(t['length']) },
    trained: {
      call: 0,
      inputs: [],
      target: -1,
      predicted: -1,
      rows: number(t['windows']),
      loss: string(t['loss']),
      lossOptions: object(t['options']),
      scale: 1,
      epochs: number(t['epochs']),
      batch: number(t['batch']),
      share: number(t['share']),
      names: [],
      held: [],
      columns: [],
      answer: [number(t['length']), number(t['answer'])],
      perPosition: true,
      whiles: false,
    },
  };
}

/** How far the number `b` is from `a`, where both are one value, known or not, and known numbers added to it. */
export function gapOf(graph: Graph, r: Readonly<Record<string, unknown>>): { gap?: number } {
  const [from, to] = [base(graph, number(r['a'])), base(graph, number(r['b']))];
  return from.id === to.id ? { gap: to.offset - from.offset } : {};
}

function base(graph: Graph, of: number): { id: number; offset: number } {
  let id = of;
  let offset = 0;
  for (;;) {
    const producer = graph.value(id)?.producer;
    const [a, b] = producer?.inputs ?? [];
    if (a === undefined) return { id, offset };
    if (producer!.op === 'Cast' || producer!.op === 'Identity') {
      id = a;
      continue;
    }
    if (b === undefined || (producer!.op !== 'Add' && producer!.op !== 'Sub')) return { id, offset };
    const added = graph.evaluate(b);
    const under = producer!.op === 'Add' && added === undefined ? graph.evaluate(a) : undefined;
    const known = added ?? under;
    if (known?.length !== 1) return { id, offset };
    offset += producer!.op === 'Add' ? known[0]! : -known[0]!;
    id = added ? a : b;
  }
}
