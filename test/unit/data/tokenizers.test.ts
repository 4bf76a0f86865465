import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TextPreparation } from '../../../src/data/kinds/text';
import { loadDataset } from '../../../src/data/load';
import { restoreSaved } from '../../../src/data/restore';
import { joinTokens, learnTokenizer, Tokenizer, tokenizerFor } from '../../../src/data/text/tokenizer';
import { createEngine } from '../../../src/engine/create';
import type { Model } from '../../../src/model/graph';
import { lastPosition } from '../../../src/train/setup/lastPosition';
import expected from '../../reference/data_tokenizers.json';
import { folder } from './_load';

const { corpus, wordpiece, files } = expected;
const given = { texts: [], vocabulary: 10, lower: false, resolve: (f: string) => path.join(folder, f) };

function put(name: string, content: string): string {
  writeFileSync(path.join(folder, name), content);
  return name;
}

describe('WordPiece', () => {
  const tokenizer = learnTokenizer(corpus, 'wordpiece', wordpiece.size, false);

  it('learns the pieces that Hugging Face’s trainer learns', () => {
    assert.deepEqual([...tokenizer.vocabulary].sort(), [...wordpiece.vocabulary].sort());
    assert.deepEqual(tokenizer.vocabulary.slice(0, 2), ['[PAD]', '[UNK]']);
  });

  it('divides texts as Hugging Face’s tokenizer does, and joins them again', () => {
    for (const { text, tokens, decoded } of wordpiece.encoded) {
      const own = tokenizer.encode(text).map(id => tokenizer.vocabulary[id]!);
      assert.deepEqual(own, tokens, text);
      if (!tokens.includes('[UNK]')) assert.equal(tokenizer.decode(tokenizer.encode(text)), decoded, text);
    }
    assert.equal(joinTokens('wordpiece', ['walk', '##ing', '', 'on', '.']), 'walking on.');
  });
});

describe('Words that a vocabulary lacks', () => {
  it('are named once, as they stand in the text', () => {
    const words = learnTokenizer(['a good film', 'a bad film'], 'words', 50, true);
    assert.deepEqual(words.unknownIn('A grok film, a grok'), ['grok', 'film,']);
    const characters = learnTokenizer(['abc'], 'characters', 50, false);
    assert.deepEqual(characters.unknownIn('a zoo'), ['z', 'o']);
    assert.deepEqual(words.unknownIn('a bad film'), []);
  });
});

describe('A tokenizer.json', () => {
  for (const [name, marks] of [
    ['bert', true],
    ['bytes', false],
  ] as const)
    it(`gives Hugging Face’s tokens: ${name}`, async () => {
      const { json, encoded } = files[name];
      const file = put(`${name}.json`, JSON.stringify(json));
      const saved = (await tokenizerFor({ file, marks }, given)).state;
      const tokenizer = new Tokenizer(JSON.parse(JSON.stringify(saved)));
      // Token 0 fills up: ids of a tokenizer whose own token 0 is text are one higher.
      const shift = name === 'bert' ? 0 : 1;
      assert.equal(tokenizer.vocabulary[0], '[PAD]');
      assert.equal(tokenizer.unknown, name === 'bert' ? 1 : undefined);
      for (const { text, ids, tokens, decoded } of encoded.filter(e => e.text !== '')) {
        const own = tokenizer.encode(text);
        assert.deepEqual(
          own,
          ids.map(id => id + shift),
          text,
        );
        assert.deepEqual(
          own.map(id => tokenizer.vocabulary[id]!),
          tokens,
          text,
        );
        // The npm package closes up apostrophes, the Python one does not.
        assert.equal(tokenizer.decode(own), decoded.replace(" ' ", "'"), text);
      }
      assert.deepEqual(tokenizer.encode(''), []);
    });

  it('prepares a table’s texts, now and later', async () => {
    const tokenizer = { file: put('t.json', JSON.stringify(files.bert.json)), marks: true };
    const lines = corpus
      .slice(0, 12)
      .map((text, i) => JSON.stringify({ text, kind: i % 2 ? 'odd' : 'even' }));
    const file = put('marked.jsonl', lines.join('\n'));
    const options = { kind: 'text', file, column: 'text', target: 'kind', tokenizer, length: 40 };
    const data = await loadDataset(options, { folder, seed: 0 });
    const row = data.batch([0]).input.data;
    const [begin, end] = ['[CLS]', '[SEP]'].map(m =>
      (restoreSaved(data.preparation()) as TextPreparation).tokenizer.vocabulary.indexOf(m),
    );
    assert.equal(row[0], begin);
    assert.ok(row.includes(end!));
    const saved = restoreSaved(JSON.parse(JSON.stringify(data.preparation())));
    assert.deepEqual(saved.prepare([{ text: corpus[0]! }]).data, row);
  });

  it('writes its token 0 where its own ids are kept, and fills up with the end of a text', async () => {
    const { json } = files.bytes;
    const marked = JSON.parse(JSON.stringify(json));
    const last = Math.max(...Object.values(marked.model.vocab as Record<string, number>)) + 1;
    marked.added_tokens = [{ id: last, content: '<|endoftext|>', special: true, single_word: false }];
    const file = put('own.json', JSON.stringify(marked));
    const tokenizer = await tokenizerFor({ file, marks: false, ownIds: true }, given);
    assert.equal(tokenizer.fill, last);
    const first = tokenizer.decode([0]);
    assert.equal(first.length, 1);
    assert.deepEqual(tokenizer.encode(first), [0]);
    assert.equal(tokenizer.decode([0, 0, last]), first + first);
  });

  it('finds the last token of a text whose tokens are 0, too', async () => {
    const scores: Model = {
      name: 'Scores',
      file: '',
      format: 'pytorch',
      inputs: ['x'],
      outputs: ['y'],
      values: {
        x: { id: 'x', dtype: 'int64', shape: ['N', 4] },
        y: { id: 'y', dtype: 'float32', shape: ['N', 4, 3] },
      },
      nodes: [
        {
          id: 'e',
          op: 'OneHot',
          module: '',
          inputs: ['x'],
          outputs: ['y'],
          attributes: { depth: 3, axis: -1 },
        },
      ],
      parameters: [],
      modules: [],
    };
    const engine = await createEngine({ backend: 'webasm' });
    try {
      for (const [fill, row, found] of [
        [2, [1, 0, 2, 2], [1, 0, 0]],
        [2, [0, 0, 0, 1], [0, 1, 0]],
        [0, [2, 1, 0, 0], [0, 1, 0]],
      ] as const) {
        const model = lastPosition(scores, fill);
        const evaluator = await engine.evaluator(model, { bindings: { N: 1 }, weights: {} });
        const { values } = await evaluator.run({ x: { shape: [1, 4], data: Int32Array.from(row) } });
        assert.deepEqual([...values[model.outputs[0]!]!.data], found);
        await evaluator.dispose();
      }
    } finally {
      await engine.dispose();
    }
  });

  it('says that a run’s tokenizer is damaged', async () => {
    const file = put('kept.json', JSON.stringify(files.bert.json));
    const { state } = await tokenizerFor({ file, marks: true, ownIds: true }, given);
    const damaged = (change: (s: typeof state) => void) => {
      const copy = JSON.parse(JSON.stringify(state)) as typeof state;
      change(copy);
      return () => new Tokenizer(copy);
    };
    const refused = {
      code: 'bad-file',
      message: /The tokenizer that is kept here is damaged: .*train again/i,
    };
    for (const json of [
      {},
      { model: null },
      { model: { type: 'BPE', vocab: 3, merges: 'x' } },
      { added_tokens: 7 },
    ])
      assert.throws(
        damaged(s => Object.assign(s.file!, { json })),
        refused,
        JSON.stringify(json),
      );
    assert.throws(
      damaged(s => {
        const { model } = s.file!.json as { model: { vocab: Record<string, number> } };
        model.vocab = Object.fromEntries(Object.entries(model.vocab).map(([k, id]) => [k, id + 1_000_000]));
      }),
      refused,
    );
  });

  it('says what is wrong with a file', async () => {
    const read = (file: string) => tokenizerFor({ file, marks: false }, given);
    await assert.rejects(read('nowhere.json'), /There is no tokenizer file here/);
    await assert.rejects(read(put('a.json', '{"model": ')), /It is not JSON/);
    await assert.rejects(read(put('b.json', '[1]')), /Expected the object/);
    await assert.rejects(read(put('c.json', '{"model": {"type": "None"}}')), /The tokenizer cannot be used/);
  });
});
