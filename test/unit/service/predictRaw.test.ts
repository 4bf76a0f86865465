/** Predicting rows from anywhere: typed, selected, piped; what cannot be read is told apart from what can. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SavedPreparation } from '../../../src/data/dataset';
import { isLargeTable, readRowBlocks } from '../../../src/data/stream/rowBlocks';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { VitrineError } from '../../../src/model/errors';
import {
  type PredictedRow,
  predictBlocks,
  predictFile,
  predictRaw,
  rowsOfText,
} from '../../../src/service/inquiries/predictFile';
import { predictionsCsv, predictionsCsvParts } from '../../../src/service/inquiries/predictionTable';
import { launch } from '../../../src/train/launch';
import { type OpenRun, openRun } from '../../../src/train/open/openRun';

describe('Predicting rows from anywhere', function () {
  this.timeout(120_000);
  let folder: string;
  let engine: Engine;
  let run: OpenRun;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'vitrine-predict-'));
    cpSync('media/samples/iris', folder, { recursive: true, filter: f => !f.includes('.vitrine/') });
    engine = await createEngine({ backend: 'webasm' });
    const { done, folder: made } = await launch({
      experiment: path.join(folder, 'iris.vitrine.json'),
      distFolder: path.resolve('dist'),
      engineFor: async () => engine,
      set: { epochs: 10 },
    });
    await done;
    run = await openRun(made);
  });
  after(async () => {
    await engine?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const flower = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
  const line = '5.1,3.5,1.4,0.2';
  const header = Object.keys(flower).join(',');

  it('takes JSON, JSON Lines and tables with or without the target', async () => {
    const texts = [
      JSON.stringify(flower),
      JSON.stringify([flower]),
      `${JSON.stringify(flower)}\n`,
      `${header}\n${line}`,
      `${header.replaceAll(',', ';')}\n${line.replaceAll(',', ';').replaceAll('.', ',')}`,
      `${header},species\n${line},setosa`,
    ];
    const expected = await predictRaw(run, [flower], engine);
    for (const text of texts)
      assert.deepEqual(
        await predictRaw(run, await rowsOfText(text, run.preparation), engine),
        expected,
        text,
      );
    assert.equal(expected[0]!.prediction, 'setosa');
    const two = await rowsOfText(`${JSON.stringify(flower)}\n${JSON.stringify(flower)}`, run.preparation);
    assert.equal(two.length, 2);
  });

  it('names nested fields by their path, as files of JSON Lines do', async () => {
    const [row] = await rowsOfText(
      '{"who": {"age": 30, "home": {"city": "Oslo"}}, "old": true}',
      run.preparation,
    );
    assert.deepEqual({ ...row }, { 'who.age': 30, 'who.home.city': 'Oslo', old: 'true' });
    await assert.rejects(
      () => rowsOfText('{"who": {"ages": [1, 2]}}', run.preparation),
      /Row 1, column "who\.ages": found a list/,
    );
  });

  it('says what is wrong with a row, and predicts the others if asked', async () => {
    const rows = [flower, { ...flower, petal_width: 'wide' }, { sepal_length: 1 }, flower];
    await assert.rejects(
      () => predictRaw(run, rows, engine),
      (e: unknown) =>
        e instanceof VitrineError && /^Row 2, column "petal_width": found "wide"/.test(e.message),
    );
    const out = await predictRaw(run, rows, engine, { keepGoing: true });
    assert.deepEqual(
      out.map(r => [r.prediction, r.error?.slice(0, 30)]),
      [
        ['setosa', undefined],
        [null, 'Row 2, column "petal_width": f'],
        [null, 'Row 3 has no column "sepal_wid'],
        ['setosa', undefined],
      ],
    );
    const csv = predictionsCsv(out, 'species').split('\n');
    assert.match(csv[0]!, /^row,species,probability of setosa,.*,error$/);
    assert.match(csv[2]!, /^1,,,,,"Row 2, column ""petal_width""/);
    for (const [text, message] of [
      ['', /the text is empty/],
      ['[1, 2]', /Row 1: found 1, expected an object/],
      ['{"petal_width": [1]}', /Row 1, column "petal_width": found a list/],
      [line, /no rows|no column/],
    ] as const)
      await assert.rejects(
        async () => predictRaw(run, await rowsOfText(text, run.preparation), engine),
        (e: unknown) => e instanceof VitrineError && message.test(e.message),
        text,
      );
  });

  it('explains each row where asked', async () => {
    const [row] = await predictRaw(run, [flower], engine, { explain: 'integrated_gradients' });
    const { attribution, trust, text } = row!.explanation!;
    assert.deepEqual(Object.keys(attribution!), Object.keys(flower));
    assert.ok(trust > 0 && text.length > 20);
    const csv = predictionsCsv([row!], 'species');
    assert.match(csv, /share of petal_length.*trust,why/);
  });

  it('reads a large table some rows at a time, and predicts what it does at once', async () => {
    const lines = readFileSync(path.join(folder, 'iris.csv'), 'utf8').trim().split('\n');
    const many = Array.from({ length: 9000 }, (_, i) => lines[1 + (i % 150)]!);
    const put = (name: string, head: string, rows: readonly string[]) => {
      const file = path.join(folder, name);
      writeFileSync(file, `\uFEFF# made for a test\r\n${[head, ...rows].join('\r\n')}`);
      return file;
    };
    const numbers = new Set(Object.keys(flower));
    const commas = many.map(l => l.replaceAll(',', ';').replaceAll('.', ','));
    const blocks: Awaited<ReturnType<typeof run.preparation.readRows>>[] = [];
    const file = put('many.csv', lines[0]!.replaceAll(',', ';'), commas);
    for await (const rows of readRowBlocks(file, numbers)) blocks.push(rows);
    assert.deepEqual(
      blocks.map(b => b.length),
      [4096, 4096, 808],
    );
    const again = blocks.flat();
    assert.deepEqual(
      run.preparation.prepare(again),
      run.preparation.prepare(await run.preparation.readRows(file)),
    );
    assert.equal(await isLargeTable(file, 1000), true);
    assert.equal(await isLargeTable(file), false);
    const ragged = put('ragged.csv', lines[0]!, [...many, '1,2,3']);
    await assert.rejects(
      async () => {
        for await (const _ of readRowBlocks(ragged, numbers));
      },
      (e: VitrineError) =>
        /^Line 9003 has 3 values, but the header names 5/.test(e.message) && e.details.at?.line === 9003,
    );
    // In parts, rows are counted through, and a mistake is told by its row in the file.
    const part: SavedPreparation = Object.create(run.preparation, {
      rowBlocks: {
        value: async function* () {
          yield [flower, flower];
          yield [flower, { ...flower, petal_width: 'wide' }];
        },
      },
    });
    const rows: PredictedRow[] = [];
    const inParts = { ...run, preparation: part };
    for await (const some of predictBlocks(inParts, file, engine, { keepGoing: true })) rows.push(...some);
    assert.deepEqual(
      rows.map(r => [r.row, r.error?.slice(0, 5)]),
      [
        [0, undefined],
        [1, undefined],
        [2, undefined],
        [3, 'Row 4'],
      ],
    );
    await assert.rejects(() => predictFile(inParts, file, engine), /many\.csv: Row 4, column "petal_width"/);
    const csv = predictionsCsvParts('species', true);
    assert.equal(csv(rows.slice(0, 2)) + csv(rows.slice(2)), predictionsCsv(rows, 'species'));
  });

  it('reads the weights and compiles the model once for all blocks of one size', async () => {
    const asked = { evaluators: 0, weights: 0 };
    const counted: Engine = {
      backend: engine.backend,
      trainer: (...request) => engine.trainer(...request),
      evaluator: (...request) => {
        asked.evaluators++;
        return engine.evaluator(...request);
      },
      dispose: async () => {},
    };
    const preparation: SavedPreparation = Object.create(run.preparation, {
      rowBlocks: {
        value: async function* () {
          for (const count of [2, 2, 2, 1]) yield new Array(count).fill(flower);
        },
      },
    });
    const weights = () => {
      asked.weights++;
      return run.weights();
    };
    const rows = await predictFile({ ...run, preparation, weights }, path.join(folder, 'iris.csv'), counted);
    assert.equal(new Set(rows.map(r => r.prediction)).size, 1);
    assert.deepEqual([rows.length, asked], [7, { evaluators: 2, weights: 1 }]);
  });

  it('stops when cancelled', async () => {
    await assert.rejects(
      () => predictFile(run, path.join(folder, 'iris.csv'), engine, { signal: AbortSignal.abort() }),
      (e: unknown) => e instanceof VitrineError && e.code === 'cancelled',
    );
  });
});
