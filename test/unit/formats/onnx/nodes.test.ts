/** The onnx package's own operator tests, through the reader and the engine. */
import { strict as assert } from 'node:assert';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { cases, checkOutputs, opened, run } from './cases';
import { exclusions } from './exclusions';

describe('the operator tests of the onnx package', () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine();
  });
  after(() => engine.dispose());

  for (const c of run) it(c.name, () => checkOutputs(engine, c, opened(c)));

  it('excludes only tests that are there, and that do not pass', async () => {
    for (const { tests, why } of exclusions) {
      const meant = cases.filter(c => tests.test(c.name));
      assert.ok(meant.length > 0, why);
      let failed = 0;
      for (const c of meant)
        await Promise.resolve()
          .then(() => checkOutputs(engine, c, opened(c)))
          .catch(() => {
            failed++;
          });
      assert.ok(failed > 0, why);
    }
  });
});
