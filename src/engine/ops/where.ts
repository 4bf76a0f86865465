import type { OpDefinition } from '../op';
import { cellwise, sumTo } from './_elementwise';
import { broadcastAll, elements, input, promote } from './_infer';
import { mapKernel } from './_map';

export const op: OpDefinition = {
  name: 'Where',
  summary: 'Chooses between two tensors cell by cell',
  formula: 'y = a where c, else b',
  torch: ['torch.where', 'Tensor.masked_fill'],
  infer(inputs) {
    const condition = input(inputs, 0, 'Where');
    const a = input(inputs, 1, 'Where');
    const b = input(inputs, 2, 'Where');
    return [{ dtype: promote(a.dtype, b.dtype), shape: broadcastAll([condition.shape, a.shape, b.shape]) }];
  },
  flops: (_, outputs) => elements(outputs[0]),
  gradient(g) {
    const values = { g: g.outputGradients[0]!, c: g.inputs[0]! };
    return [
      null,
      g.wants(1) ? sumTo(g, cellwise(g, values, 'c !== 0 ? g : 0'), g.inputs[1]!) : null,
      g.wants(2) ? sumTo(g, cellwise(g, values, 'c !== 0 ? 0 : g'), g.inputs[2]!) : null,
    ];
  },
  lower(l) {
    l.kernel(
      mapKernel(
        'Where',
        l.inputs.map(x => x!),
        l.outputs[0]!,
        'a !== 0 ? b : c',
      ),
    );
  },
};
