/** Tables that are read in pieces: the same as in memory, but for the order of rows. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Dataset } from '../../../src/data/dataset';
import { loadDataset } from '../../../src/data/load';
import { restorePreparation } from '../../../src/data/preparation';
import { paceMeter, paceText } from '../../../src/data/progress';
import { lastRowEnd, parseBlock } from '../../../src/data/stream/blocks';
import { VitrineError } from '../../../src/model/errors';
import { Random } from '../../../src/model/random';
import { assertClose, folder } from './_load';

const rows = 4000;
const random = new Random(3, 'stream');
const lines = Array.from({ length: rows }, (_, i) => {
  const x = random.normal(50, 12);
  const gap = i % 97 === 5;
  const colour = ['red', 'green', 'blue, "dark"'][random.integer(3)]!;
  const quoted = colour.includes('"') ? '"blue, ""dark""\nsky"' : colour;
  const day = new Date(Date.UTC(2024, 0, 1 + (i % 700))).toISOString().slice(0, 10);
  return [
    gap ? '' : x.toFixed(4),
    (random.uniform() ** 4 * 1e6).toFixed(1),
    quoted,
    day,
    x > 50 ? 'yes' : 'no',
  ].join(',');
});
const header = 'x,amount,colour,day,y';

/** Small enough for a test, with many blocks. */
const memory = 1 << 14;

function load(text: string, options: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
  const file = `stream-${Math.abs(hash(text))}.csv`;
  writeFileSync(path.join(folder, file), text);
  return loadDataset(
    { kind: 'csv', file, target: 'y', missing: 'median', ...options },
    { folder, seed: 1, memory, ...more },
  );
}

function hash(text: string): number {
  let h = 0;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return h;
}

async function failure(text: string, options: Record<string, unknown> = {}): Promise<string> {
  try {
    await load(text, options);
  } catch (e) {
    assert.ok(e instanceof VitrineError, String((e as Error).stack));
    return e.message;
  }
  return assert.fail('loading succeeded');
}

describe('Blocks of rows', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  it('end where a row does, not within quotes', () => {
    assert.equal(lastRowEnd(bytes('a,b\n"c\nd",e\nf')), 12);
    assert.equal(lastRowEnd(bytes('"c\nd')), 0);
  });

  it('are rows and their lines, with quotes and without', () => {
    assert.deepEqual(
      [...parseBlock('1,2\r\n\r\n3,4\n', ',')],
      [
        { cells: ['1', '2'], line: 0 },
        { cells: ['3', '4'], line: 2 },
      ],
    );
    assert.deepEqual(
      [...parseBlock('1,"a\nb"\n\n3,4\n', ',')],
      [
        { cells: ['1', 'a\nb'], line: 0 },
        { cells: ['3', '4'], line: 3 },
      ],
    );
  });
});

describe('A table that is read in pieces', () => {
  const text = `${header}\n${lines.join('\n')}\n`;
  let data: Dataset;
  let whole: Dataset;
  before(async () => {
    data = await load(text, { columns: { amount: { scale: 'log' } } });
    whole = await load(text, { columns: { amount: { scale: 'log' } } }, { memory: 1 << 30 });
  });

  it('has the rows of the whole, each in one part, about as many as asked for', () => {
    assert.ok(data.epochOrder && !whole.epochOrder);
    const all = [...data.splits.train, ...data.splits.valid, ...data.splits.test];
    assert.deepEqual(
      all.sort((a, b) => a - b),
      Array.from({ length: rows }, (_, i) => i),
    );
    assert.ok(Math.abs(data.splits.test.length / rows - 0.2) < 0.03);
    assert.ok(Math.abs(data.splits.valid.length / rows - 0.1) < 0.03);
    assert.equal(data.hash, whole.hash);
    for (const row of [0, 5, 1234, rows - 1]) {
      const { split: _, ...own } = data.raw(row);
      const { split: __, ...expected } = whole.raw(row);
      assert.deepEqual(own, expected);
    }
  });

  it('learns from its training rows what two passes in memory would', () => {
    const train = [...data.splits.train];
    const values = train.map(r => whole.raw(r).values['x']).filter(v => v !== null) as number[];
    const mean = values.reduce((a, b) => a + b) / values.length;
    const std = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length);
    assertClose([data.features[0]!.mean!, data.features[0]!.std!], [mean, std], 1e-10);
    // Fewer rows than the sample for quantiles holds: the median is exact.
    const sorted = values.sort((a, b) => a - b);
    const state = data.preparation() as { columns: { fill?: number; name: string }[] };
    const n = sorted.length;
    assertClose([state.columns[0]!.fill!], [(sorted[(n - 1) >> 1]! + sorted[n >> 1]!) / 2], 1e-12);
    assert.deepEqual([...data.features[2]!.categories!].sort(), ['blue, "dark"\nsky', 'green', 'red']);
    const logs = train.map(r => Math.log1p(Number(whole.raw(r).values['amount'])));
    const logMean = logs.reduce((a, b) => a + b) / logs.length;
    const some = [3, 500, 2999];
    const { input } = data.batch(some);
    const width = input.shape[1]!;
    const logStd = Math.sqrt(logs.reduce((s, v) => s + (v - logMean) ** 2, 0) / logs.length);
    assertClose(
      some.map((_, i) => input.data[i * width + 1]!),
      some.map(r => (Math.log1p(Number(whole.raw(r).values['amount'])) - logMean) / logStd),
      1e-5,
    );
  });

  it('is prepared later as it was in training', () => {
    const some = [5, 100, 3999];
    const restored = restorePreparation(JSON.parse(JSON.stringify(data.preparation())));
    assert.deepEqual(restored.prepare(some.map(r => data.raw(r).values)), data.batch(some).input);
  });

  it('gives every training row once an epoch, in another order each time, the same for the same seed', () => {
    const order = (seed: number, epoch: number, step = 33) => {
      const o = data.epochOrder!(seed, epoch);
      const out: number[] = [];
      for (let at = 0; at < o.length; at += step) out.push(...o.subarray(at, at + step));
      return out;
    };
    const first = order(1, 0);
    assert.deepEqual(
      [...first].sort((a, b) => a - b),
      [...data.splits.train],
    );
    assert.deepEqual(order(1, 0, 64), first);
    assert.notDeepEqual(order(1, 1), first);
    assert.notDeepEqual(order(2, 0), first);
    // From anywhere: a run that was killed goes on in the middle.
    const o = data.epochOrder!(1, 0);
    assert.deepEqual([...o.subarray(1000, 1010)], first.slice(1000, 1010));
    assert.deepEqual([...o.subarray(first.length - 3, first.length + 9)], first.slice(-3));
  });

  it('tells how far it has come', async () => {
    const seen: number[] = [];
    await load(text, {}, { onProgress: (p: { done: number; total: number }) => seen.push(p.done / p.total) });
    assert.equal(seen.at(-1), 1);
    let at = 0;
    const pace = paceMeter(() => at);
    pace({ what: 'data', done: 0, total: 100e6 });
    at = 2000;
    assert.equal(paceText(pace({ what: 'data', done: 25e6, total: 100e6 })), '25 %, 13 MB/s, 6 s left');
  });

  it('stops when cancelled', async () => {
    await assert.rejects(
      load(text, {}, { signal: AbortSignal.abort() }),
      (e: unknown) => e instanceof VitrineError && e.code === 'cancelled',
    );
  });

  it('names line and column of what is wrong, wherever it is', async () => {
    const at = (line: number, by: string) =>
      `${header}\n${[...lines.slice(0, line), by, ...lines.slice(line)].join('\n')}\n`;
    // Rows with line breaks in quotes take more than one line.
    const lineOf = (row: number) => `${[header, ...lines.slice(0, row)].join('\n')}\n`.split('\n').length;
    for (const [by, message] of [
      [
        '1,2,red',
        new RegExp(`^Line ${lineOf(3000)} has 3 values, but the header names 5 columns.*"day" is the first`),
      ],
      [
        'big,2,red,2024-01-01,yes',
        new RegExp(`^Line ${lineOf(3000)}, column "x": found "big", expected a number`),
      ],
      [
        '1,2,red,someday,yes',
        new RegExp(`^Line ${lineOf(3000)}, column "day": found "someday", expected a date`),
      ],
    ] as const)
      assert.match(await failure(at(3000, by)), message);
    assert.match(
      await failure(at(3000, ',2,red,2024-01-01,yes'), { missing: 'error' }),
      /^Line \d+, column "x": the value is missing/,
    );
    assert.match(
      await failure(`${header}\n${lines.map(l => l.replace(/(yes|no)$/, 'yes')).join('\n')}`),
      /only one class/,
    );
    assert.match(await failure(text, { split: { time: 'day' } }), /needs all rows in memory/);
  });

  it('keeps groups together, weighs classes, and predicts numbers', async () => {
    const grouped = await load(text, {
      split: { group: 'colour', test: 0.4, valid: 0 },
      classWeights: 'balanced',
    }).catch((e: Error) => e);
    // Three groups may all fall into one part.
    if (!(grouped instanceof Error)) {
      const of = (part: 'train' | 'test') =>
        new Set([...grouped.splits[part]].map(r => grouped.raw(r).values['colour']));
      for (const c of of('test')) assert.ok(!of('train').has(c));
    }
    const weighed = await load(text, { classWeights: 'balanced' });
    assert.equal(weighed.target.classWeights!.length, 2);
    const number = await load(text, { target: 'amount', exclude: ['y'] });
    assert.deepEqual(number.batch([7]).targets.shape, [1, 1]);
    assert.equal(number.batch([7]).targets.data[0], Math.fround(Number(whole.raw(7).values['amount'])));
  });
});
