import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { cocoThresholds, meanAveragePrecision } from '../../../src/data/boxes/averagePrecision';
import { type Box, fromGrid, overlap, toGrid } from '../../../src/data/boxes/grid';
import { loadDataset } from '../../../src/data/load';
import { VitrineError } from '../../../src/model/errors';
import { predictRows } from '../../../src/train/predict/predictRows';
import reference from '../../reference/samples_detection_train.json';
import { sampleFolder, sharesOf, type TrainedSample } from './_sample';

describe('The sample of object detection', function () {
  this.timeout(120_000);
  const sample = sampleFolder('detection');
  let trained: TrainedSample;

  it("measures mean average precision as COCO's evaluation does", () => {
    const boxes = (list: { boxes: number[][]; labels: number[]; scores?: number[] }[]) =>
      list.map(({ boxes: b, labels, scores }) =>
        b.map(
          (box, i): Box => ({
            box: box as unknown as Box['box'],
            class: labels[i]!,
            ...(scores && { score: scores[i]! }),
          }),
        ),
      );
    const { found, truth, map, map_50 } = reference.made_up;
    for (const [thresholds, wanted] of [
      [cocoThresholds, map],
      [[0.5], map_50],
    ] as const) {
      const ours = meanAveragePrecision(boxes(found), boxes(truth), thresholds);
      assert.ok(Math.abs(ours - wanted) < 1e-6, `${ours} is not ${wanted}`);
    }
    assert.ok(Number.isNaN(meanAveragePrecision([[]], [[]], [0.5])));
  });

  it('puts boxes into cells and takes them out again', () => {
    const boxes: Box[] = [
      { box: [0.1, 0.2, 0.4, 0.5], class: 2 },
      { box: [0.5, 0.5, 1, 0.9], class: 0 },
    ];
    const cells = new Float32Array(16 * 8);
    assert.equal(toGrid(boxes, 4, 3, cells, 0), 0);
    const back = fromGrid(cells, 0, 4, 3, false);
    assert.deepEqual(
      back.map(b => b.class),
      [2, 0],
    );
    for (const [i, b] of back.entries()) assert.ok(overlap(b.box, boxes[i]!.box) > 0.999);
    const crowd: Box[] = [boxes[0]!, { box: [0.2, 0.3, 0.3, 0.4], class: 1 }];
    assert.equal(toGrid(crowd, 4, 3, cells, 0), 1, 'one cell, one box');
  });

  it('finds what it has not seen as well as in PyTorch', async () => {
    trained = await sample.train('detection.vitrine.json');
    const { map, map_50 } = reference.trained;
    assert.ok(trained.test['map_50']! >= map_50.min - 0.01, JSON.stringify(trained.test));
    assert.ok(trained.test['map']! >= map.min - 0.03, JSON.stringify(trained.test));
  });

  it('predicts boxes, and says where each is seen: the heatmap of a cell lies on its box', async () => {
    const { run, engine } = trained;
    const dataset = await run.dataset();
    const rows = dataset.splits.test.slice(0, 6);
    const found = await predictRows({
      engine,
      model: run.model,
      weights: await run.weights(),
      input: dataset.batch(rows).input,
      target: dataset.target,
      loss: 'detection',
    });
    let looked = 0;
    for (const [i, { boxes }] of found.entries()) {
      const sure = boxes!.filter(b => b.score! > 0.8);
      for (const { box } of sure.slice(0, 1)) {
        const [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
        const target = Math.floor(y * 8) * 8 + Math.floor(x * 8);
        const shares = await sharesOf(trained, { method: 'integrated_gradients', row: rows[i]!, target });
        const cells = Object.values(shares).map(Math.abs);
        const near = cells.filter((_, p) => {
          const [u, v] = [((p % 32) + 0.5) / 32, (Math.floor(p / 32) + 0.5) / 32];
          return u > box[0] - 0.1 && u < box[2] + 0.1 && v > box[1] - 0.1 && v < box[3] + 0.1;
        });
        const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
        // The box with its rim takes up about a third of the scene at most.
        assert.ok(sum(near) > 0.6 * sum(cells), `row ${rows[i]}: ${sum(near) / sum(cells)}`);
        looked++;
      }
    }
    assert.ok(looked >= 4);
  });

  it('says what is wrong with annotations', async () => {
    const refused = async (coco: unknown, pattern: RegExp) => {
      const text = typeof coco === 'string' ? coco : JSON.stringify(coco);
      writeFileSync(path.join(trained.folder, 'bad.json'), text);
      const error = await loadDataset(
        { kind: 'boxes', file: 'bad.json', images: 'scenes.zip' },
        { folder: trained.folder, seed: 0 },
      ).then(
        () => assert.fail('it was read'),
        e => e,
      );
      assert.ok(error instanceof VitrineError, String(error));
      assert.match(error.message, pattern);
    };
    const image = { id: 1, file_name: '001.png', width: 32, height: 32 };
    const categories = [{ id: 1, name: 'circle' }];
    const box = { image_id: 1, category_id: 1, bbox: [1, 1, 5, 5] };
    await refused('{', /bad.json is no JSON/);
    await refused({ images: [image] }, /no list of COCO annotations: at "\/annotations"/);
    await refused(
      { images: [image], categories, annotations: [{ ...box, image_id: 7 }] },
      /Annotation 1 names the image 7, which is not in the file/,
    );
    await refused(
      { images: [image], categories, annotations: [{ ...box, bbox: [1, 1, -5, 5] }] },
      /Annotation 1 has a box of -5 by 5/,
    );
    await refused(
      { images: [{ ...image, file_name: 'gone.png' }], categories, annotations: [] },
      /Image 1: there is no "gone.png" in scenes.zip/,
    );
  });
});
