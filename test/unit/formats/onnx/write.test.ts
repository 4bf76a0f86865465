/**
 * Models that are written. test/reference/onnx_written.py has them checked by onnx.checker and run by onnxruntime:
 * `VITRINE_ONNX_OUT=folder mocha …` leaves them there for it, and the fixture says which bytes were found good.
 */
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { openOnnxBytes } from '../../../../src/formats/onnx/read';
import { onnxBytes } from '../../../../src/formats/onnx/write';
import { VitrineError } from '../../../../src/model/errors';
import { checkOutputs, opened, run } from './cases';

const fixture = path.join(process.cwd(), 'test/reference/onnx_written.json');
const out = process.env['VITRINE_ONNX_OUT'];
/** By name: the bytes that passed. */
const good: Record<string, string> = existsSync(fixture)
  ? JSON.parse(readFileSync(fixture, 'utf8')).sha256
  : {};

/** Written names have no slash. */
const fileOf = (name: string) => `${name.replace('/', '__')}.onnx`;

describe('writing ONNX', () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine();
  });
  after(() => engine.dispose());

  for (const c of run) {
    it(`writes ${c.name} as onnxruntime was seen to run it, and reads it again`, async () => {
      const { model, weights } = opened(c);
      let bytes: Uint8Array;
      try {
        bytes = onnxBytes(model, weights());
      } catch (e) {
        if (e instanceof VitrineError && e.code === 'unsupported-op') {
          assert.ok(!(c.name in good), e.message);
          return;
        }
        throw e;
      }
      if (out) {
        mkdirSync(out, { recursive: true });
        writeFileSync(path.join(out, fileOf(c.name)), bytes);
      } else if (c.name in good) {
        const sum = createHash('sha256').update(bytes).digest('hex');
        assert.equal(sum, good[c.name], 'what is written has changed: have onnxruntime run it again');
      }
      const again = openOnnxBytes(bytes, `${c.name}.onnx`);
      assert.deepEqual(again.diagnostics, []);
      assert.deepEqual(again.model.inputs, model.inputs);
      await checkOutputs(engine, c, again, true);
    });
  }
});
