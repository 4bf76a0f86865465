import assert from 'node:assert/strict';
import { numbersAgree, rephrasingPrompt } from '../../../src/explain/words/rephrase';

const original =
  'The model says "malignant" for diagnosis, and is sure (93 %). Most in favour: worst_area = 2019 (typical: 880.6), with 12 % of the weight. Trust in this explanation: fair (0.58).';

describe('another wording of an explanation', () => {
  it('may choose its words and their order', () => {
    const other =
      'With 93 % the model is sure that this is "malignant". What speaks for it most is worst_area: 2,019 where 880.6 is typical; that is 12 % of the weight. Trust this only in part (fair, 0.58).';
    assert.deepEqual(numbersAgree(original, other), { agrees: true, missing: [], added: [] });
  });

  it('may not leave a number out, change one, or add one', () => {
    const wrong = numbersAgree(original, original.replace('93 %', '95 %').replace(' (0.58)', ''));
    assert.equal(wrong.agrees, false);
    assert.deepEqual(wrong.missing.slice().sort(), ['0.58', '93']);
    assert.deepEqual(wrong.added, ['95']);
  });

  it('does not take digits in names for numbers', () => {
    assert.ok(numbersAgree('conv2 gave 3', 'The layer conv2 gave 3.').agrees);
    assert.ok(!numbersAgree('x = −3', 'x = 3').agrees, 'a sign is part of a number');
  });

  it('is asked for in the reader’s language', () => {
    assert.match(rephrasingPrompt('zh'), /Simplified Chinese/);
  });
});
