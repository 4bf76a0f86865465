/** Recurrent layers. */
import type { OperatorFamily } from '../operatorRegistry';
import { type Translate, Unsupported } from '../translation';
import { all } from './_shared';

/** ONNX's activations of each kind of recurrent layer, a direction. */
const activations: Readonly<Record<string, readonly string[]>> = {
  LSTM: ['sigmoid', 'tanh', 'tanh'],
  GRU: ['sigmoid', 'tanh'],
  RNN: ['tanh'],
};

const recurrent: Translate = c => {
  const given = c.texts('activations')?.map(a => a.toLowerCase());
  const usual = activations[c.op]!;
  const rectified = c.op === 'RNN' && Boolean(given?.every(a => a === 'relu'));
  if (!rectified && given?.some((a, i) => a !== usual[i % usual.length]))
    throw new Unsupported(`activations ${given}`);
  if (c.hasAttribute('clip')) throw new Unsupported('clip');
  if (c.integer('input_forget', 0) !== 0) throw new Unsupported('input_forget');
  const direction = c.text('direction', 'forward');
  if (c.has(7)) throw new Unsupported('peepholes');
  const batchFirst = c.integer('layout', 0) === 1;
  const length = c.type(0).shape[batchFirst ? 1 : 0];
  const isWhole = c.has(4) && c.known(4)?.values.every(v => v === length);
  const turned = (id: string) => c.emit('Transpose', [id], { perm: [1, 0, 2] })[0]!;
  const inputs = all(c).map((id, i) =>
    i === 4 && isWhole ? '' : batchFirst && id && (i === 0 || i > 4) ? turned(id) : id,
  );
  const hidden = c.type(2).shape[2];
  const attributes = {
    hidden_size: c.integer('hidden_size', typeof hidden === 'number' ? hidden : 0),
    direction,
    ...(c.op === 'GRU' && { linear_before_reset: c.integer('linear_before_reset', 0) }),
    ...(rectified && { activations: given!.map(() => 'Relu') }),
  };
  if (!batchFirst) return c.finish(c.op, inputs, attributes);
  const made = c.emit(c.op, inputs, attributes);
  for (const [i, id] of made.entries())
    if (c.outputs[i]) c.emit('Transpose', [id], { perm: i === 0 ? [2, 0, 1, 3] : [1, 0, 2] }, [c.outputs[i]]);
  return undefined;
};

export const family: OperatorFamily = {
  translations: {
    GRU: recurrent,
    LSTM: recurrent,
    RNN: recurrent,
  },
};
