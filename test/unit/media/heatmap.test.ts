import assert from 'node:assert/strict';
import { negative, positive } from '../../../media/panel/logic/colours';
import {
  heatAlone,
  heatPixels,
  heatScale,
  imageSizes,
  picture,
  sumChannels,
} from '../../../media/panel/logic/heatmap';

describe('heatmaps', () => {
  it('reads sizes of pictures and refuses the rest', () => {
    assert.deepEqual(imageSizes([8, 6]), { channels: 1, height: 8, width: 6 });
    assert.deepEqual(imageSizes([3, 4, 5]), { channels: 3, height: 4, width: 5 });
    assert.deepEqual(imageSizes([64]), { channels: 1, height: 8, width: 8 });
    assert.equal(imageSizes([30]), undefined);
    assert.equal(imageSizes([1, 2, 3, 4]), undefined);
  });

  it('keeps the total when it adds up channels', () => {
    const plane = sumChannels([1, 2, 3, 4, 10, 20, 30, 40], [2, 2, 2])!;
    assert.deepEqual([...plane.values], [11, 22, 33, 44]);
    assert.equal(sumChannels([1, 2, 3], [2, 2]), undefined);
  });

  it('takes its scale from a high percentile, never from one outlier, and never zero if anything is there', () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i === 0 ? 1e6 : 1));
    assert.equal(heatScale(values), 1);
    assert.equal(heatScale([0, 0, 0, 2]), 2);
    assert.equal(heatScale(Array.from({ length: 1000 }, (_, i) => (i === 0 ? -5 : 0))), 5);
    assert.equal(heatScale([0, 0]), 0);
    assert.equal(heatScale([]), 0);
    assert.equal(heatScale([Number.NaN, 1]), 1);
  });

  it('draws nothing for zero, full colour at the scale, and the sign by hue', () => {
    const plane = { height: 1, width: 4, values: new Float32Array([0, 2, -2, 9]) };
    const data = heatPixels(plane, 2);
    assert.equal(data[3], 0);
    assert.deepEqual([...data.slice(4, 8)], [...positive, 255]);
    assert.deepEqual([...data.slice(8, 12)], [...negative, 255]);
    assert.equal(data[15], 255);
    assert.deepEqual([...heatAlone(plane, [7, 8, 9], 2).slice(0, 4)], [7, 8, 9, 255]);
    assert.equal(heatPixels({ height: 1, width: 1, values: new Float32Array([0]) }).at(3), 0);
  });

  it('turns planes into grey and colour pictures', () => {
    assert.deepEqual([...picture([0, 1], [1, 2])!.data], [0, 0, 0, 255, 255, 255, 255, 255]);
    assert.deepEqual([...picture([1, 0.5, 0], [3, 1, 1])!.data], [255, 128, 0, 255]);
    // Two channels have no colours of their own: the first is shown.
    assert.deepEqual([...picture([1, 0], [2, 1, 1])!.data], [255, 255, 255, 255]);
    assert.equal(picture([1], [2, 2]), undefined);
  });
});
