import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TextPreparation } from '../../../src/data/kinds/text';
import { loadDataset } from '../../../src/data/load';
import { overviewOf } from '../../../src/data/overview/overview';
import { restoreSaved } from '../../../src/data/restore';
import { applyBpe, learnBpe, pairKey } from '../../../src/data/text/bpe';
import { learnTokenizer } from '../../../src/data/text/tokenizer';
import { VitrineError } from '../../../src/model/errors';
import expected from '../../reference/data_kinds.json';
import { folder } from './_load';

const split = { test: 0.25, valid: 0.25 };

function put(name: string, content: string | Uint8Array): string {
  writeFileSync(path.join(folder, name), content);
  return name;
}

async function failure(options: { kind: string; [o: string]: unknown }): Promise<string> {
  try {
    await loadDataset(options, { folder, seed: 0 });
  } catch (e) {
    assert.ok(e instanceof VitrineError, String((e as Error).stack));
    return e.message;
  }
  assert.fail('loading succeeded');
}

describe('Byte pair encoding', () => {
  const { corpus, size, vocabulary, merges, encoded } = expected.bpe;
  const words = new Map<string, number>();
  for (const line of corpus) for (const w of line.split(' ')) words.set(w, (words.get(w) ?? 0) + 1);
  const model = learnBpe(words, size, ['[PAD]', '[UNK]']);

  it('learns what Hugging Face’s trainer learns', () => {
    assert.deepEqual(model.merges, merges);
    assert.deepEqual(model.vocabulary, vocabulary);
  });

  it('encodes as Hugging Face’s tokenizer does', () => {
    const ranks = new Map(model.merges.map(([a, b], i) => [pairKey(a, b), i]));
    const ids = new Map(model.vocabulary.map((t, i) => [t, i]));
    for (const { text, ids: wanted } of encoded)
      assert.deepEqual(
        text.split(' ').flatMap(w => applyBpe(w, ranks).map(t => ids.get(t) ?? 1)),
        wanted,
        text,
      );
  });
});

describe('Tokenizers', () => {
  const text = 'The cat sat.\n\nThe  dog sat too.\n';

  for (const kind of ['characters', 'bpe'] as const)
    it(`gives the text again: ${kind}`, () => {
      const tokenizer = learnTokenizer([text], kind, 30, false);
      assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
      assert.ok(tokenizer.vocabulary.length <= 30);
      assert.deepEqual(tokenizer.vocabulary.slice(0, 2), ['[PAD]', '[UNK]']);
      assert.deepEqual(tokenizer.encode('Ω'), [1]);
    });

  it('keeps the most frequent words, and knows no others', () => {
    const tokenizer = learnTokenizer([text], 'words', 4, true);
    assert.deepEqual(tokenizer.vocabulary, ['[PAD]', '[UNK]', 'the', 'cat']);
    assert.deepEqual(tokenizer.encode('THE cat [PAD] bird'), [2, 3, 1, 1]);
  });

  it('takes characters beyond the first plane as one', () => {
    const tokenizer = learnTokenizer(['a😀b'], 'characters', 10, false);
    assert.deepEqual(tokenizer.vocabulary.slice(2), ['a', 'b', '😀']);
  });
});

describe('Texts with a class', () => {
  const rows = Array.from({ length: 20 }, (_, i) => ({
    id: i,
    text: i % 2 ? `what a good day number${i}` : `such a bad "day", number${i}`,
    label: i % 2 ? 'good' : 'bad',
  }));
  const jsonl = () => put('texts.jsonl', rows.map(r => JSON.stringify(r)).join('\n'));
  const csv = () =>
    put(
      'texts.csv',
      `id,text,label\n${rows.map(r => `${r.id},"${r.text.replaceAll('"', '""')}",${r.label}`).join('\n')}\n`,
    );
  const options = { kind: 'text', column: 'text', target: 'label', length: 6, split };

  for (const make of [jsonl, csv])
    it(`are read from a table: ${make.name}`, async () => {
      const data = await loadDataset({ ...options, file: make() }, { folder, seed: 0 });
      assert.deepEqual(data.target, { name: 'label', kind: 'classes', classes: ['bad', 'good'] });
      assert.deepEqual(data.sampleShape, [6]);
      const { input, targets } = data.batch([0, 1]);
      assert.ok(input.data instanceof Int32Array);
      assert.deepEqual(input.shape, [2, 6]);
      assert.deepEqual([...targets.data], [0, 1]);
      // Five words and one place to fill up.
      assert.equal(input.data[11], 0);
      assert.equal(data.raw(1).values['text'], rows[1]!.text);
      assert.deepEqual(data.entryNames!({ shape: [1, 6], data: input.data.subarray(6, 10) }), [
        'what',
        'a',
        'good',
        'day',
      ]);
    });

  it('learn their vocabulary from the training rows only', async () => {
    const data = await loadDataset({ ...options, file: jsonl() }, { folder, seed: 0 });
    const { tokenizer } = restoreSaved(data.preparation()) as TextPreparation;
    for (const [part, known] of [
      ['train', true],
      ['test', false],
      ['valid', false],
    ] as const)
      for (const row of data.splits[part]) assert.equal(tokenizer.vocabulary.includes(`number${row}`), known);
  });

  it('are prepared later as they were in training', async () => {
    const file = jsonl();
    const data = await loadDataset(
      { ...options, file, tokenizer: 'bpe', vocabulary: 40 },
      { folder, seed: 0 },
    );
    const saved = restoreSaved(JSON.parse(JSON.stringify(data.preparation())));
    const raw = await saved.readRows(path.join(folder, file));
    assert.deepEqual(saved.prepare(raw).data, data.batch(Array.from(rows.keys())).input.data);
    assert.throws(() => saved.prepare([{ text: '' }]), /Row 1 has no text in "text"/);
  });

  it('name the column that is not there', async () => {
    assert.match(
      await failure({ ...options, file: jsonl(), column: 'txt' }),
      /no column "txt" .*Did you mean "text"/,
    );
  });

  it('refuse a saved preparation that is none', () => {
    assert.throws(() => restoreSaved({ kind: 'text', length: 1e9 }), { code: 'bad-file' });
  });
});

describe('One text to continue', () => {
  const text = Array.from({ length: 60 }, (_, i) => `line ${i} of the text\n`).join('');
  const options = { kind: 'text', file: 'corpus.txt', length: 16, split };

  it('is cut into windows whose targets are the next tokens, the end being the test', async () => {
    put('corpus.txt', text);
    const data = await loadDataset(options, { folder, seed: 0 });
    assert.equal(data.target.perPosition, true);
    const { input, targets } = data.batch([0, 1]);
    assert.deepEqual(targets.shape, [2, 16]);
    // Windows follow each other: the first target's last token is the second input's first.
    assert.deepEqual([...targets.data.subarray(0, 15)], [...input.data.subarray(1, 16)]);
    assert.equal(targets.data[15], input.data[16]);
    assert.equal(data.raw(0).values['text'], text.slice(0, 16));
    assert.equal(data.raw(0).target, text[16]);
    const last = data.splits.test.at(-1)!;
    assert.ok(text.slice(text.length * 0.75).includes(String(data.raw(last).values['text'])));
  });

  it('is not blamed for letters that are rarer than others', async () => {
    put('spaces.txt', `${'and so on and on '.repeat(400)}${'xyz '.repeat(10)}`.repeat(2));
    const data = await loadDataset({ ...options, file: 'spaces.txt' }, { folder, seed: 0 });
    assert.ok(!(await overviewOf(data)).warnings.some(w => w.code === 'class-imbalance'));
  });

  it('overlaps for training only where a stride says so', async () => {
    put('corpus.txt', text);
    const plain = await loadDataset(options, { folder, seed: 0 });
    const dense = await loadDataset({ ...options, stride: 4 }, { folder, seed: 0 });
    assert.ok(dense.splits.train.length > plain.splits.train.length * 3.5);
    assert.equal(dense.splits.test.length, plain.splits.test.length);
  });

  it('fills up a short prompt behind it, and takes the end of a long one', async () => {
    put('corpus.txt', text);
    const saved = restoreSaved(
      (await loadDataset(options, { folder, seed: 0 })).preparation(),
    ) as TextPreparation;
    const { tokenizer } = saved;
    assert.deepEqual([...saved.tokens('line')].slice(4), new Array(12).fill(0));
    assert.equal(tokenizer.decode(saved.tokens(`${'x'.repeat(40)}of the text line`)), 'of the text line');
  });

  it('has the characters alone for tokens, where code counts them so', async () => {
    put('corpus.txt', `${text}Zürich`);
    const alphabet = { ...options, tokenizer: 'alphabet' };
    const data = await loadDataset(alphabet, { folder, seed: 0 });
    // Python: sorted(set(text)), of the end of the text, too.
    assert.equal(data.target.classes?.join(''), '\n 0123456789Zcefhilnortxü');
    assert.deepEqual([...data.batch([0]).input.data.subarray(0, 4)], [18, 17, 19, 14]);
    const saved = restoreSaved(JSON.parse(JSON.stringify(data.preparation()))) as TextPreparation;
    const { tokenizer } = saved;
    assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
    // A line break is the token 0, and no filling.
    assert.deepEqual([...saved.tokens('x\n')].slice(0, 3), [23, 0, -1]);
    assert.equal(tokenizer.decode(saved.tokens('x\n')), 'x\n');
    assert.throws(() => saved.prepare([{ text: 'l?' }]), /"\?" does not occur in the text/);
    put('two.csv', 'text,label\nab,1\nba,2\nab,1\nba,2\n');
    assert.match(
      await failure({ ...alphabet, file: 'two.csv', column: 'text', target: 'label' }),
      /"alphabet", which has no token to fill up short texts/,
    );
  });

  it('says what is wrong with a file', async () => {
    put('short.txt', 'a few');
    assert.match(await failure({ ...options, file: 'short.txt' }), /too few tokens/);
    put('binary.txt', Buffer.from([1, 0, 0, 0, 7, 0, 0, 1]));
    assert.match(await failure({ ...options, file: 'binary.txt' }), /not text/);
    assert.match(await failure({ ...options, file: 'nowhere.txt' }), /does not exist/);
  });
});
