import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MetricsLog, readEvents, shortRun } from '../../../src/train/runs/metricsLog';
import type { RunEvent } from '../../../src/train/runs/run';

describe('The log of a run', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vitrine-log-'));
  const clock = performance.now;
  afterEach(() => {
    performance.now = clock;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** How many of 50 steps it keeps that come within a second, an hour after it began. */
  const kept = async (steps: number): Promise<number> => {
    const file = path.join(folder, `${steps}.jsonl`);
    let now = 0;
    performance.now = () => now;
    const log = await MetricsLog.open(file);
    log.add({ event: 'start', run: 'r', model: 'M', epochs: 1, steps, parameters: 1 } as RunEvent);
    now = 3_600_000;
    for (let step = 1; step <= 50; step++, now += 20)
      log.add({ event: 'step', run: 'r', epoch: 1, step, loss: 1, learningRate: 1, samplesPerSecond: 1 });
    await log.close();
    return (await readEvents(file)).filter(e => e.event === 'step').length;
  };

  it('keeps all steps of a short run, however long each takes, and fewer and fewer of a long one', async () => {
    assert.equal(await kept(shortRun), 50);
    assert.equal(await kept(shortRun + 1), 1);
  });
});
