/** One engine for all tests of explanations; it is opened when first asked. */
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';

let opened: Promise<Engine> | undefined;

function open(): Promise<Engine> {
  opened ??= createEngine({ backend: 'webasm' });
  return opened;
}

export const engine: Engine & { compiled: number } = {
  /** Plans compiled so far. */
  compiled: 0,
  backend: { name: 'webasm', executor: '', threads: 1 },
  async evaluator(model, request) {
    engine.compiled++;
    return (await open()).evaluator(model, request);
  },
  trainer: async (model, request) => (await open()).trainer(model, request),
  dispose: async () => {
    await (await opened)?.dispose();
    opened = undefined;
  },
};

after(() => engine.dispose());
