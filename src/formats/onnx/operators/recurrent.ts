/** Recurrent layers. */
import type { Attributes } from '../../../model/graph';
import type { OperatorFamily } from '../operatorRegistry';
import { type Translate, type TranslationContext, Unsupported } from '../translation';
import { all } from './_shared';

/** ONNX's activations of each kind of recurrent layer, a direction. */
const activations: Readonly<Record<string, readonly string[]>> = {
  LSTM: ['sigmoid', 'tanh', 'tanh'],
  GRU: ['sigmoid', 'tanh'],
  RNN: ['tanh'],
};

/** What a recurrent layer says of itself, but for its inputs. @throws Unsupported */
export function recurrentAttributes(c: TranslationContext, op: string): Attributes {
  const given = c.texts('activations')?.map(a => a.toLowerCase());
  const usual = activations[op]!;
  const rectified = op === 'RNN' && Boolean(given?.every(a => a === 'relu'));
  if (!rectified && given?.some((a, i) => a !== usual[i % usual.length]))
    throw new Unsupported(`activations ${given}`);
  if (c.hasAttribute('clip')) throw new Unsupported('clip');
  if (c.integer('input_forget', 0) !== 0) throw new Unsupported('input_forget');
  if (c.has(7)) throw new Unsupported('peepholes');
  const hidden = c.type(2).shape[op === c.op ? 2 : 1];
  return {
    hidden_size: c.integer('hidden_size', typeof hidden === 'number' ? hidden : 0),
    direction: c.text('direction', 'forward'),
    ...(op === 'GRU' && { linear_before_reset: c.integer('linear_before_reset', 0) }),
    ...(rectified && { activations: given!.map(() => 'Relu') }),
  };
}

const recurrent: Translate = c => {
  const attributes = recurrentAttributes(c, c.op);
  const batchFirst = c.integer('layout', 0) === 1;
  const inputs = sequenceInputs(c, batchFirst);
  if (!batchFirst) return c.finish(c.op, inputs, attributes);
  const made = c.emit(c.op, inputs, attributes);
  for (const [i, id] of made.entries())
    if (c.outputs[i]) c.emit('Transpose', [id], { perm: i === 0 ? [2, 0, 1, 3] : [1, 0, 2] }, [c.outputs[i]]);
  return undefined;
};

/** The inputs, time first; lengths that are the whole one say nothing. */
export function sequenceInputs(c: TranslationContext, batchFirst = false): string[] {
  const length = c.type(0).shape[batchFirst ? 1 : 0];
  const isWhole = c.has(4) && c.known(4)?.values.every(v => v === length);
  const turned = (id: string) => c.emit('Transpose', [id], { perm: [1, 0, 2] })[0]!;
  return all(c).map((id, i) =>
    i === 4 && isWhole ? '' : batchFirst && id && (i === 0 || i > 4) ? turned(id) : id,
  );
}

export const family: OperatorFamily = {
  translations: {
    GRU: recurrent,
    LSTM: recurrent,
    RNN: recurrent,
  },
};
