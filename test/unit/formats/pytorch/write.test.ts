/**
 * Models written as PyTorch source. PyTorch has run each text (test/reference/pytorch_export.py) and found the outputs
 * equal; here the texts are held to those that it ran.
 */
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { initializeWeights } from '../../../../src/engine/initialize';
import { format as huggingface } from '../../../../src/formats/huggingface';
import { openOnnxBytes } from '../../../../src/formats/onnx/read';
import { expressions } from '../../../../src/formats/pytorch/write/expressions';
import { pytorchText } from '../../../../src/formats/pytorch/write/write';
import { VitrineError } from '../../../../src/model/errors';
import type { Model, Tensors } from '../../../../src/model/graph';
import { exporters } from '../../../../src/service/exporters';
import { opened, run, tensorOf } from '../onnx/cases';

const distFolder = resolve(process.env['VITRINE_DIST'] ?? 'dist');
const reference = 'test/reference/pytorch_export.json';
/** Where the texts and their numbers go for PyTorch, if anywhere. */
const dump = process.env['VITRINE_EXPORTS'];
const verified = existsSync(reference)
  ? (JSON.parse(readFileSync(reference, 'utf8')) as {
      texts: Record<string, string>;
      refused: Record<string, string>;
    })
  : { texts: {}, refused: {} };
const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
const folders = ['gpt2', 'bert', 'bert-classifier', 'distilbert', 'roberta', 'llama', 'vit', 't5'];

async function folder(name: string): Promise<{ model: Model; weights: Tensors }> {
  const file = resolve(`test/reference/huggingface/${name}/config.json`);
  const [read] = Object.values(await huggingface.read({ file }, { distFolder }));
  const model = read!.model!;
  return { model, weights: initializeWeights(model, 0, await huggingface.weights!(model)) };
}

describe('models written as PyTorch source', function () {
  this.timeout(60_000);
  const out: Record<string, unknown> = {};
  after(() => {
    if (dump) writeFileSync(dump, JSON.stringify(out));
  });
  const keep = (name: string, text: string, weights: Tensors, more: object) => {
    if (dump)
      out[name] = {
        text,
        weights: Object.fromEntries(
          Object.entries(weights).map(([n, t]) => [
            n,
            { shape: t.shape, data: Array.from(t.data, String), real: t.data instanceof Float32Array },
          ]),
        ),
        ...more,
      };
    else assert.equal(digest(text), verified.texts[name], 'this text is not the one that PyTorch ran');
  };

  it('operators, one by one', () => {
    const refused: Record<string, string> = {};
    for (const c of run) {
      const read = opened(c);
      const weights = read.weights();
      try {
        const text = pytorchText(read.model, weights, 'w.safetensors');
        keep(c.name, text, weights, {
          inputs: read.model.inputs.map(id => {
            const i = names(c).indexOf(id);
            const t = tensorOf(c.inputs[i]!);
            return { shape: t.shape, dtype: t.dtype, data: Array.from(t.tensor().data, String) };
          }),
          outputs: c.outputs.map(o => {
            const t = tensorOf(o);
            return { shape: t.shape, data: Array.from(t.tensor().data, String) };
          }),
        });
      } catch (e) {
        if (!(e instanceof VitrineError) || e.code !== 'unsupported-op') throw e;
        refused[c.name] = e.message;
      }
    }
    if (dump) out['refused'] = refused;
    else assert.deepEqual(refused, verified.refused);
    assert.ok(run.length - Object.keys(refused).length > 0.93 * run.length);
  });

  for (const name of folders)
    it(name, async () => {
      const { model, weights } = await folder(name);
      keep(`folder ${name}`, pytorchText(model, weights, 'w.safetensors'), weights, { folder: name });
    });

  it('says what cannot be written', async () => {
    const { model, weights } = await folder('gpt2');
    const strange = { ...model, nodes: [{ ...model.nodes[0]!, op: 'Strange' }, ...model.nodes.slice(1)] };
    assert.throws(() => pytorchText(strange, weights, 'w'), /no expression for "Strange"/);
    assert.throws(() => pytorchText({ ...model, nodes: [] }, weights, 'w'), /without the code that computes/);
    const lacking = Object.fromEntries(Object.entries(weights).slice(1));
    assert.throws(() => pytorchText(model, lacking, 'w'), /lack "/);
  });

  it('no name of a file becomes code', async () => {
    const { model, weights } = await folder('gpt2');
    const evil = '"""\nimport os\nos.system("x")\n"""';
    const text = pytorchText({ ...model, file: `/tmp/${evil}`, name: evil }, weights, `${evil}.safetensors`);
    assert.ok(!/^import os/m.test(text) && !/^os\.system/m.test(text));
  });

  it('writes the source and its weights beside it', async () => {
    const { model, weights } = await folder('vit');
    const file = join(mkdtempSync(join(tmpdir(), 'vitrine-export-')), 'net.py');
    const files = await exporters['py']!.write(file, model, weights);
    assert.deepEqual(files, [file, file.replace('.py', '.safetensors')]);
    assert.match(readFileSync(file, 'utf8'), /with_name\("net\.safetensors"\)/);
    assert.ok(Object.keys(expressions).length > 110);
  });
});

function names(c: (typeof run)[number]): readonly string[] {
  return inputNames.get(c.name) ?? inputNames.set(c.name, openedInputs(c)).get(c.name)!;
}

const inputNames = new Map<string, readonly string[]>();

function openedInputs(c: (typeof run)[number]): readonly string[] {
  return openOnnxBytes(Buffer.from(c.model, 'base64'), `${c.name}.onnx`).model.inputs;
}
