/** The fixture of operator tests, and how a case is opened. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Engine } from '../../../../src/engine/engine';
import { claims } from '../../../../src/formats/onnx/operatorRegistry';
import { type OnnxModel, openOnnxBytes } from '../../../../src/formats/onnx/read';
import { type ModelProto, modelProto, tensorProto } from '../../../../src/formats/onnx/schema';
import { memorySource } from '../../../../src/formats/onnx/source';
import { storedTensor } from '../../../../src/formats/onnx/tensors';
import { decode } from '../../../../src/formats/onnx/wire';
import { exclusions } from './exclusions';

export interface Case {
  name: string;
  op: string;
  model: string;
  inputs: string[];
  outputs: string[];
}

const fixture = path.join(process.cwd(), 'test/reference/onnx_nodes.json.gz');
export const { cases } = JSON.parse(gunzipSync(readFileSync(fixture)).toString()) as { cases: Case[] };

export function tensorOf(text: string) {
  const bytes = Buffer.from(text, 'base64');
  const source = memorySource(bytes);
  const proto = decode(source, tensorProto);
  return storedTensor({ file: 'tensor.pb', source }, proto, 'value');
}

export function opened(c: Case): OnnxModel {
  const bytes = Buffer.from(c.model, 'base64');
  const given = c.inputs.map(tensorOf);
  const names = openOnnxBytes(bytes, `${c.name}.onnx`).model.inputs;
  const constants: Record<string, { shape: readonly number[]; data: Int32Array | Float32Array }> = {};
  // Inputs that shapes depend on are fixed, as an export with fixed shapes would have them.
  for (;;) {
    const read = openOnnxBytes(bytes, `${c.name}.onnx`, { constants });
    const wanted = read.diagnostics
      .filter(d => d.code === 'needs-value')
      .map(d => /comes from "(.*?)"/.exec(d.message)![1]!)
      .find(name => !constants[name]);
    const at = wanted === undefined ? -1 : names.indexOf(wanted);
    if (wanted === undefined || at < 0) return read;
    // Exact integers: INT64_MAX is a common open end.
    constants[wanted] = { shape: given[at]!.shape, data: given[at]!.numbers() as unknown as Int32Array };
  }
}

/** The operators of a case's model. */
function opsOf(c: Case): string[] {
  const source = memorySource(Buffer.from(c.model, 'base64'));
  const { graph } = decode(source, modelProto) as ModelProto;
  return (graph?.node ?? []).map(n => (n.domain ? `${n.domain}.${n.opType}` : n.opType!));
}

const isClaimed = new Set(claims);

/** Cases of operators that are claimed, without the excluded ones. */
export const run = cases.filter(
  c => opsOf(c).every(op => isClaimed.has(op)) && !exclusions.some(e => e.tests.test(c.name)),
);

/** Relative and absolute tolerance of onnx.backend.test. */
const relative = 1e-3;
const absolute = 1e-7;

/** Runs a model on a case's inputs and holds what comes out against its outputs. */
export async function checkOutputs(
  engine: Engine,
  c: Case,
  read: OnnxModel,
  /** What is written has single precision for all floats. */
  single = false,
): Promise<void> {
  const names = openOnnxBytes(Buffer.from(c.model, 'base64'), c.name).model.inputs;
  const error = read.diagnostics.find(d => d.severity === 'error');
  if (error) throw new Error(error.message);
  const feeds = Object.fromEntries(c.inputs.map((t, i) => [names[i]!, tensorOf(t).tensor()]));
  const bindings: Record<string, number> = {};
  for (const id of read.model.inputs)
    read.model.values[id]!.shape.forEach((d, i) => {
      if (typeof d === 'string') bindings[d] = feeds[id]!.shape[i]!;
    });
  const evaluator = await engine.evaluator(read.model, { bindings, weights: read.weights() });
  try {
    const { values } = await evaluator.run(feeds);
    for (const [i, text] of c.outputs.entries()) {
      const expected = tensorOf(text);
      const found = values[read.model.outputs[i]!]!;
      assert.deepEqual([...found.shape], [...expected.shape], `the shape of output ${i}`);
      const numbers = expected.tensor().data;
      for (let k = 0; k < numbers.length; k++) {
        const [a, b] = [found.data[k]!, numbers[k]!];
        if (Object.is(a, b) || a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
        if (!(Math.abs(a - b) <= absolute + relative * Math.abs(b)))
          assert.fail(`output ${i}, element ${k}: ${a}, expected ${b}`);
      }
      const type = read.model.values[read.model.outputs[i]!]!.dtype;
      const wanted = single && /float/.test(expected.dtype) ? 'float32' : expected.dtype;
      assert.equal(type, wanted, `the type of output ${i}`);
    }
  } finally {
    await evaluator.dispose();
  }
}
