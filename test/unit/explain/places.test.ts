import assert from 'node:assert/strict';
import { placesOf } from '../../../src/explain/words/places';
import { wordsFor } from '../../../src/explain/words/words';

/** What is told of a sample with one cell that counts. */
function told(shape: readonly number[], at: number, modality?: 'image' | 'sound' | 'video', language?: 'zh') {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  data[at] = 2;
  const parts = placesOf(data, shape, modality, wordsFor(language));
  const found = parts?.filter(p => p.value !== 0) ?? [];
  return found.map(p => `${p.value}: ${p.tell('40 %')}`).join();
}

describe('Where an attribution lies, in words', () => {
  it('of a picture', () => {
    assert.equal(told([1, 9, 9], 0, 'image'), '2: the upper left of the image, with 40 % of the weight');
    assert.equal(told([9, 9], 80), '2: the lower right of the image, with 40 % of the weight');
  });

  it('of a spectrogram, whose first row is the lowest pitch', () => {
    assert.equal(
      told([1, 6, 30], 0, 'sound'),
      '2: the low pitches at the beginning of the sound, with 40 % of the weight',
    );
    assert.equal(told([1, 6, 30], 179, 'sound', 'zh'), '2: 声音结尾的高频部分，占权重的 40 %');
  });

  it('of a video, with its frames', () => {
    assert.equal(
      told([1, 10, 3, 3], 9 * 9 + 4, 'video'),
      '2: the centre in frames 8 to 10, with 40 % of the weight',
    );
    assert.equal(
      told([3, 3, 3, 3], 27 + 9, 'video'),
      '2: the upper left in frame 2, with 40 % of the weight',
    );
  });

  it('of what has no places: nothing', () => {
    assert.equal(placesOf(new Float32Array(4), [4], 'table', wordsFor()), undefined);
    assert.equal(placesOf(new Float32Array(40), [1, 40], 'sound', wordsFor()), undefined);
  });
});
