import assert from 'node:assert/strict';
import type { Dataset } from '../../../src/data/dataset';
import type { Model } from '../../../src/model/graph';
import { checkScores, inputsInWords } from '../../../src/train/setup/fits';
import { csv, load } from '../data/_load';

const split = { test: 0.2, valid: 0 };
const scoring = (classes: number) =>
  ({
    name: 'Net',
    outputs: ['y'],
    values: { y: { id: 'y', dtype: 'float32', shape: ['N', classes] } },
  }) as unknown as Model;
const rows = Array.from({ length: 40 }, (_, i) => [i, `w${i % 3}`, i === 17 ? 'mayb' : i % 2 ? 'yes' : 'no']);

describe('A model and data that do not fit', () => {
  let dataset: Dataset;
  before(async () => {
    dataset = await load(csv(['a', 'word', 'y'], rows), { split });
  });

  it('names the classes, and where the rare one is', () => {
    assert.throws(
      () => checkScores(scoring(2), dataset, 'cross_entropy'),
      /The target "y" of .* has 3 classes \("mayb", "no", "yes"\), but Net gives 2 scores: .*"mayb" is in row 18 alone/,
    );
    checkScores(scoring(3), dataset, 'cross_entropy');
    checkScores(scoring(5), dataset, 'nll_loss');
    checkScores(scoring(1), dataset, 'mse');
  });

  it('says of a text which tokens the code did not count', async () => {
    const text = await load('ab ba. '.repeat(60), { kind: 'text', target: 'next token', length: 8, split });
    assert.throws(
      () => checkScores(scoring(4), text, 'cross_entropy'),
      /gives 4 scores: let its last layer give 6\. \[PAD\] and \[UNK\] are tokens too, .*vocab_size = 6\), in its embedding as well\. Or set data\.tokenizer to "alphabet": the characters alone\.$/,
    );
  });

  it('says what the columns became', () => {
    assert.equal(
      inputsInWords(dataset),
      'The data give 4 inputs from 2 columns: "word" gives 3 (one for each category: "w0", "w2", "w1"); each other column gives one.',
    );
    assert.equal(inputsInWords({ sampleShape: [3, 8, 8], features: dataset.features }), undefined);
  });
});
