/** Hugging Face folders, trained on with their own tokenizer and written as Transformers loads them. */
import { strict as assert } from 'node:assert';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createEngine } from '../../../src/engine/create';
import { initializeWeights } from '../../../src/engine/initialize';
import { readExperiment } from '../../../src/formats/experiment/read';
import { format } from '../../../src/formats/huggingface';
import { VitrineError } from '../../../src/model/errors';
import type { Model, Tensors } from '../../../src/model/graph';
import { writeFolder } from '../../../src/service/huggingfaceFolder';
import { assemble } from '../../../src/train/setup/assemble';
import { fineTuning } from '../../../src/train/setup/fineTune';

const distFolder = resolve(process.env['VITRINE_DIST'] ?? 'dist');
const reference = resolve('test/reference');

describe('fine-tuning of Hugging Face folders', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vitrine-tune-'));
    cpSync(join(reference, 'huggingface_texts/masked'), join(folder, 'masked'), { recursive: true });
    cpSync(join(reference, 'huggingface_generation/gpt2'), join(folder, 'gpt2'), { recursive: true });
    cpSync(join(reference, 'huggingface/t5'), join(folder, 't5'), { recursive: true });
    const rows = Array.from({ length: 30 }, (_, i) => `the cat sat ${i % 3},${['a', 'b', 'c'][i % 3]}`);
    writeFileSync(join(folder, 'texts.csv'), `sentence,label\n${rows.join('\n')}\n`);
    writeFileSync(join(folder, 'odd.csv'), `p,q\n${rows.join('\n')}\n`);
    writeFileSync(join(folder, 'story.txt'), 'once upon a time there was a cat '.repeat(200));
  });
  after(() => rmSync(folder, { recursive: true }));

  const experiment = async (model: string, data: string) => {
    const text = await fineTuning({ model: join(folder, model), data: join(folder, data) }, folder);
    const file = join(folder, `${model}-${data}.vitrine.json`);
    writeFileSync(file, text);
    const read = await readExperiment(file, text);
    assert.deepEqual(read.diagnostics, []);
    return file;
  };

  it('a table makes a classifier of as many classes, with a head that begins anew', async () => {
    const { model, dataset, weights } = await assemble(await experiment('masked', 'texts.csv'), {
      distFolder,
    });
    assert.equal(model.name, 'DistilBertForSequenceClassification');
    assert.deepEqual(model.values[model.outputs[0]!]!.shape, ['N', 3]);
    assert.ok(weights?.['distilbert.embeddings.word_embeddings.weight']);
    assert.equal(weights['classifier.weight'], undefined);
    // [CLS] … [SEP], then filling, by the ids of the folder's tokenizer.
    const { data } = dataset.batch([0]).input;
    const json = JSON.parse(readFileSync(join(folder, 'masked/tokenizer.json'), 'utf8'));
    const { vocab } = json.model as { vocab: Record<string, number> };
    assert.equal(data[0], vocab['[CLS]']);
    const end = data.indexOf(vocab['[SEP]']!);
    assert.ok(end > 1 && data.subarray(end + 1).every((id: number) => id === vocab['[PAD]']));
  });

  it('leaves out what is filled as a mask does', async () => {
    const engine = await createEngine({ backend: 'webasm' });
    const file = join(reference, 'huggingface_texts/classifier/config.json');
    const inputs = [
      { name: 'input_ids', shape: ['N', 'T'], dtype: 'int64' as const },
      { name: 'attention_mask', shape: ['N', 'T'], dtype: 'int64' as const },
    ];
    const run = async (model: Model, feeds: Tensors) => {
      const weights = { ...initializeWeights(model, 0), ...(await format.weights!(model)) };
      const evaluator = await engine.evaluator(model, { bindings: { N: 1, T: 6 }, weights });
      const { values } = await evaluator.run(feeds);
      await evaluator.dispose();
      return Array.from(values[model.outputs[0]!]!.data);
    };
    const only = async (request: object) =>
      Object.values(await format.read({ file, ...request }, { distFolder }))[0]!.model!;
    const ids = { shape: [1, 6], data: Int32Array.of(2, 7, 8, 3, 0, 0) };
    const masked = await only({ inputs });
    const [a, b] = masked.inputs;
    const given = await run(masked, {
      [a!]: ids,
      [b!]: { shape: [1, 6], data: Int32Array.of(1, 1, 1, 1, 0, 0) },
    });
    const own = await only({ inputs: inputs.slice(0, 1), arguments: { mask_padding: 0 } });
    const found = await run(own, { [own.inputs[0]!]: ids });
    const bare = await only({ inputs: inputs.slice(0, 1) });
    const without = await run(bare, { [bare.inputs[0]!]: ids });
    const off = (x: readonly number[]) => Math.max(...given.map((v, i) => Math.abs(v - x[i]!)));
    assert.ok(off(found) < 1e-6, `differs by ${off(found)}`);
    assert.ok(off(without) > 1e-6, 'a mask makes a difference here');
    await engine.dispose();
  });

  it('a text makes a model of the next token, by the ids that its weights know', async () => {
    const { model, dataset } = await assemble(await experiment('gpt2', 'story.txt'), { distFolder });
    assert.equal(model.name, 'GPT2LMHeadModel');
    assert.equal(dataset.target.classes?.length, Number(model.values[model.outputs[0]!]!.shape.at(-1)));
    assert.match(String(dataset.raw(0).values['text']), /^once upon a time/);
  });

  it('writes a folder that reads back with the same weights, the classes in its configuration', async () => {
    const { model, weights } = await assemble(await experiment('masked', 'texts.csv'), { distFolder });
    const all = initializeWeights(model, 3, weights);
    const to = join(folder, 'tuned');
    const files = await writeFolder(to, model, all, ['a', 'b', 'c']);
    assert.ok(files.includes(join(to, 'tokenizer.json')));
    const config = JSON.parse(readFileSync(join(to, 'config.json'), 'utf8'));
    assert.deepEqual(config.id2label, { 0: 'a', 1: 'b', 2: 'c' });
    assert.deepEqual(config.architectures, ['DistilBertForSequenceClassification']);
    assert.equal(config.mask_padding, undefined);
    const [read] = Object.values(await format.read({ file: join(to, 'config.json') }, { distFolder }));
    assert.deepEqual(read!.diagnostics, []);
    const back = await format.weights!(read!.model!);
    for (const p of read!.model!.parameters.filter(x => x.kind !== 'constant'))
      assert.deepEqual(back[p.name]?.data, all[p.name]?.data, p.name);
  });

  it('says what is missing or unclear', async () => {
    const refused = (model: string, data: string, expected: RegExp) =>
      assert.rejects(
        fineTuning({ model: join(folder, model), data: join(folder, data) }, folder),
        (e: unknown) => e instanceof VitrineError && expected.test(e.message),
      );
    await refused('masked', 'odd.csv', /Which column .* labels\? Say it with --target; it has "?p/);
    await refused('masked', 'story.txt', /needs a model that predicts the next token/);
    await refused('gpt2', 'texts.csv', /need a model that classifies/);
    await refused('t5', 'texts.csv', /has no tokenizer\.json/);
    await refused('nothing', 'texts.csv', /There is no /);
  });
});
