import { createEngine } from '../../../src/engine/create';
import type { Model } from '../../../src/model/graph';

describe('dbg', () => {
  it('x', async () => {
    for (const C of [1, 2, 3, 4, 5, 6, 7, 8, 10])
      for (const b of ['webasm', 'cpu'] as const) {
        const e = await createEngine({ backend: b });
        const model = {
          name: 'm',
          file: '',
          format: 't',
          inputs: ['x'],
          outputs: ['y'],
          values: {
            x: { id: 'x', dtype: 'float32', shape: ['N', C] },
            y: { id: 'y', dtype: 'float32', shape: ['N', C] },
          },
          nodes: [{ id: 'n', op: 'Identity', module: '', inputs: ['x'], outputs: ['y'], attributes: {} }],
          parameters: [],
          modules: [],
        } as unknown as Model;
        const ev = await e.evaluator(model, {
          bindings: { N: 4 },
          weights: {},
          loss: { name: 'cross_entropy' },
          gradients: ['x'],
        });
        const r = await ev.run(
          { x: { shape: [4, C], data: Float32Array.from({ length: 4 * C }, (_, i) => Math.sin(i) - 3) } },
          { targets: { shape: [4], data: Int32Array.from([0, 0, 0, 0]) } },
        );
        console.log(C, b, r.loss);
        await e.dispose();
      }
  });
});
