/** A model with several inputs as one with a single input, so that training and explaining know of one only. */
import type { InputPart } from '../../data/dataset';
import { symbolsOf } from '../../model/dim';
import { VitrineError } from '../../model/errors';
import type { Dim, Model, Node, TensorType, Value } from '../../model/graph';

/** The id of the one input. */
export const packedInput = '%packed';

/**
 * Puts nodes in front of the model that take one input (N, sum of all sizes) apart into what its forward's arguments
 * are, in their order. Whole numbers pass through it unchanged up to 2^24.
 *
 * @throws bad-model when the number of inputs or the shape of one is not what the data gives.
 */
export function packInputs(model: Model, parts: readonly InputPart[] | undefined): Model {
  if (!parts || model.inputs[0] === packedInput) return model;
  const at = model.definition && { at: model.definition };
  const given = parts.map(p => `"${p.name}" (${['N', ...p.shape].join(', ')})`).join(', ');
  if (model.inputs.length !== parts.length)
    throw new VitrineError(
      'bad-model',
      `${model.name} takes ${model.inputs.length} ${model.inputs.length === 1 ? 'input' : 'inputs'}, but the data gives ${parts.length}: ${given}. ` +
        'Let forward have an argument for each, in this order.',
      at,
    );
  const batch = model.values[model.inputs[0]!]!.shape[0]!;
  const sizes = parts.map(p => p.shape.reduce((a, b) => a * b, 1));
  const total = sizes.reduce((a, b) => a + b, 0);
  const whole = parts.every(p => p.dtype === 'int64');
  const type = (shape: readonly Dim[], dtype: TensorType['dtype']): TensorType => ({ dtype, shape });
  const kind = whole ? 'int64' : 'float32';
  const values: Record<string, Value> = {
    ...model.values,
    [packedInput]: { id: packedInput, name: 'input', ...type([batch, total], kind) },
  };
  const nodes: Node[] = [];
  let start = 0;
  for (const [i, part] of parts.entries()) {
    const id = model.inputs[i]!;
    const { shape, dtype } = model.values[id]!;
    const fits =
      shape.length === part.shape.length + 1 &&
      part.shape.every((d, k) => shape[k + 1] === d) &&
      symbolsOf(shape[0]!).join() === symbolsOf(batch).join();
    if (!fits)
      throw new VitrineError(
        'bad-model',
        `${model.name}'s input "${model.values[id]!.name ?? id}" has the shape (${shape.join(', ')}), but the data gives ${given}.`,
        at,
      );
    const end = start + sizes[i]!;
    const cut = `${packedInput}:${i}`;
    const emit = (op: string, from: string, to: string, attributes: Node['attributes'], t: TensorType) => {
      values[to] ??= { id: to, ...t };
      nodes.push({ id: `${to}.node`, op, module: '', inputs: [from], outputs: [to], attributes });
    };
    emit(
      'Slice',
      packedInput,
      cut,
      { starts: [start], ends: [end], axes: [1] },
      type([batch, sizes[i]!], kind),
    );
    if (dtype === kind) emit('Reshape', cut, id, { shape }, type(shape, dtype));
    else {
      emit('Reshape', cut, `${cut}:shaped`, { shape }, type(shape, kind));
      emit('Cast', `${cut}:shaped`, id, { to: dtype }, type(shape, dtype));
    }
    start = end;
  }
  return { ...model, inputs: [packedInput], values, nodes: [...nodes, ...model.nodes] };
}
