import assert from 'node:assert/strict';
import { readWriting, writingText } from '../../../src/editor/answers/writing';

describe('How a model chooses its tokens', () => {
  const likeliest = { tokens: 100, seed: 0, temperature: 0 };

  it("is read in the names of Transformers' generate, and written as it is read", () => {
    const drawn = readWriting('temperature=0.8, top_k=50 top_p=0.9 seed=3', likeliest);
    assert.deepEqual(drawn, { tokens: 100, seed: 3, temperature: 0.8, topK: 50, topP: 0.9 });
    assert.equal(
      writingText({ ...likeliest, temperature: 0.8, topK: 50, seed: 3 }),
      'max_new_tokens=100 temperature=0.8 top_k=50 seed=3',
    );
    const beams = { ...likeliest, beams: 4 };
    assert.equal(writingText(beams), 'max_new_tokens=100 num_beams=4');
    assert.deepEqual(readWriting(writingText(beams), likeliest), beams);
    assert.deepEqual(readWriting('', likeliest), likeliest);
  });

  it('says what is no value', () => {
    for (const [text, name] of [
      ['topk=3', 'topk'],
      ['top_k=2.5', 'top_k'],
      ['top_p=2', 'top_p'],
      ['temperature=', 'temperature'],
      ['num_beams=x', 'num_beams'],
      ['constructor=1', 'constructor'],
    ]) {
      const read = readWriting(text!, likeliest);
      assert.equal('name' in read && read.name, name);
    }
  });
});
