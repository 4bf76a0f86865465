import * as assert from 'node:assert/strict';
import { experimentInfo, experimentName } from '../../../src/editor/experiments/info';
import { distinctIds } from '../../../src/editor/runs/distinct';
import { appendEvents, follow, progressOf, startLive } from '../../../src/editor/runs/live';
import { headline, isBroken, parseRecord } from '../../../src/editor/runs/record';
import type { RunEvent } from '../../../src/train/runs/run';
import { guessLoss, likelyTargets, newExperimentText } from '../../../src/train/setup/firstExperiment';

const backend = { name: 'webasm', executor: 'x', threads: 1 } as const;
const start: Extract<RunEvent, { event: 'start' }> = {
  event: 'start',
  run: 'r',
  model: 'Net',
  epochs: 10,
  steps: 100,
  parameters: 21,
  backend,
};
const step = (n: number): RunEvent => ({
  event: 'step',
  run: 'r',
  epoch: 1,
  step: n,
  loss: 1 / n,
  learningRate: 0.1,
  samplesPerSecond: 10,
});

describe('ids of runs', () => {
  it('are told apart where a folder was copied with its runs, whichever was read first', () => {
    const copies = [
      { id: 'r1', base: '/w/net copy' },
      { id: 'r1', base: '/w/net' },
      { id: 'r1', base: '/w/b/net copy' },
      { id: 'r2', base: '/w/net copy' },
    ];
    assert.deepEqual(distinctIds(copies), ['r1@net_copy', 'r1', 'r1@b.net_copy', 'r2']);
    assert.deepEqual(distinctIds([...copies].reverse()), ['r2', 'r1@b.net_copy', 'r1', 'r1@net_copy']);
  });
});

describe('a live run', () => {
  it('follows its events', () => {
    const live = startLive(start, '/e.vitrine.json');
    follow(live, step(50));
    assert.equal(progressOf(live), 0.5);
    follow(live, {
      event: 'epoch',
      run: 'r',
      epoch: 5,
      train: { loss: 0.3 },
      valid: { accuracy: 0.9 },
      seconds: 1,
    });
    assert.deepEqual([live.epoch, live.loss, live.valid?.['accuracy']], [5, 0.3, 0.9]);
    follow(live, { event: 'state', run: 'r', state: 'paused' });
    assert.equal(live.state, 'paused');
    follow(live, {
      event: 'end',
      run: 'r',
      backend: 'webasm',
      seconds: 1,
      epochs: 5,
      state: 'stopped',
      test: {},
    });
    assert.equal(live.state, 'stopped');
  });

  it('ignores other runs', () => {
    const live = startLive(start, '/e.vitrine.json');
    follow(live, { ...step(5), run: 'other' } as RunEvent);
    assert.equal(live.step, 0);
  });

  it('goes on where it was resumed', () => {
    const live = startLive({ ...start, resumedFrom: 4 }, '/e.vitrine.json');
    assert.deepEqual([live.epoch, live.step], [4, 40]);
  });
});

describe('events of a long run', () => {
  it('are thinned in the older half; epochs and the newest steps stay', () => {
    const list: RunEvent[] = [start];
    for (let i = 1; i <= 1000; i++) {
      appendEvents(list, [step(i)], 200);
      if (i % 100 === 0)
        appendEvents(
          list,
          [{ event: 'epoch', run: 'r', epoch: i / 100, train: {}, valid: {}, seconds: 1 }],
          200,
        );
    }
    const steps = list.flatMap(e => (e.event === 'step' ? [e.step] : []));
    assert.ok(steps.length <= 250, `${steps.length} steps`);
    assert.equal(list.filter(e => e.event === 'epoch').length, 10);
    assert.equal(list[0]?.event, 'start');
    assert.deepEqual(
      steps.slice(-50),
      Array.from({ length: 50 }, (_, i) => 951 + i),
    );
    assert.deepEqual(
      steps,
      [...steps].sort((a, b) => a - b),
    );
  });
});

describe("a run's record", () => {
  const good = {
    id: '20260101-000000-000-abcd',
    started: '2026-01-01T00:00:00Z',
    state: 'finished',
    experiment: '/e',
    model: { file: '/m.py', class: 'Net', parameters: 21 },
    seed: 0,
    backend: 'webasm',
    epochs: 10,
    epochsDone: 10,
    dataHash: 'x',
    test: { loss: 0.1, accuracy: 0.97 },
  };

  it('is read as it was written', () => {
    assert.deepEqual(parseRecord(JSON.stringify(good)), good);
  });

  it('is believed only as far as it was checked', () => {
    for (const bad of ['', '[]', 'null', '{"id": 1}', JSON.stringify({ ...good, id: '../../etc' })])
      assert.equal(parseRecord(bad), undefined, bad);
    assert.equal(parseRecord(JSON.stringify({ ...good, state: 'exploded' })), undefined);
    assert.equal(parseRecord(JSON.stringify({ ...good, epochs: 'many' }))?.epochs, 0);
    assert.deepEqual(parseRecord(JSON.stringify({ ...good, test: { a: 'x', b: 1 } }))?.test, { b: 1 });
  });

  it('is interrupted when it says that it runs and its process is gone', () => {
    const running = { ...parseRecord(JSON.stringify({ ...good, state: 'running', pid: 7 }))! };
    assert.equal(
      isBroken(running, undefined, () => false),
      true,
    );
    assert.equal(
      isBroken(running, undefined, () => true),
      false,
    );
    assert.equal(
      isBroken(running, running.id, () => false),
      false,
    );
    assert.equal(
      isBroken(parseRecord(JSON.stringify(good))!, undefined, () => false),
      false,
    );
  });

  it('is known by its accuracy, else by its loss', () => {
    assert.deepEqual(headline(good.test), { name: 'accuracy', value: 0.97 });
    assert.deepEqual(headline({ loss: 0.2 }), { name: 'loss', value: 0.2 });
    assert.equal(headline(undefined), undefined);
  });
});

describe('experiment files as the editor sees them', () => {
  it('name their model and data by absolute paths, comments or not', () => {
    const info = experimentInfo(
      '/w/a/net.vitrine.json',
      '// mine\n{ "model": { "file": "../net.py", "class": "Net", "input": [1, 8, 8], "arguments": {"h": 3} }, "data": {"file": "d.csv"} }',
    );
    assert.deepEqual(JSON.parse(JSON.stringify(info.model)), {
      file: '/w/net.py',
      class: 'Net',
      input: [1, 8, 8],
      arguments: { h: 3 },
    });
    assert.equal(info.data?.file, '/w/a/d.csv');
    assert.equal(info.offset, 8);
  });

  it('may be half-written or wrong', () => {
    for (const text of ['', '{', '{"model": 3}', '{"model": {"file": 1}}', '[]'])
      assert.equal(experimentInfo('/w/x.vitrine.json', text).model, undefined, text);
  });

  it('have a name', () => {
    assert.equal(experimentName('/w/digits.vitrine.json'), 'digits');
  });
});

describe('the guided choice', () => {
  const column = (more: object) => ({
    name: 't',
    kind: 'number' as const,
    integers: true,
    distinct: 3,
    rows: 150,
    ...more,
  });

  it('guesses the loss from the target and the size of the output', () => {
    assert.equal(guessLoss(column({ kind: 'category' }), 3), 'cross_entropy');
    assert.equal(guessLoss(column({ distinct: 140, integers: false }), 1), 'mse');
    assert.equal(guessLoss(column({ distinct: 2 }), 1), 'bce_with_logits');
    assert.equal(guessLoss(column({ distinct: 2 }), 2), 'cross_entropy');
    assert.equal(guessLoss(column({ distinct: 140 })), 'mse');
  });

  it('offers the likeliest target first', () => {
    const order = likelyTargets([{ name: 'species' }, { name: 'a' }, { name: 'b' }]).map(c => c.name);
    assert.deepEqual(order, ['species', 'b', 'a']);
    const names = (...all: string[]) => likelyTargets(all.map(name => ({ name }))).map(c => c.name);
    assert.deepEqual(names('y', 'a', 'b'), ['y', 'b', 'a']);
    assert.deepEqual(names('x', 'y'), ['y', 'x']);
    // A place in the plane, and what is there.
    assert.deepEqual(names('x', 'y', 'moon'), ['moon', 'y', 'x']);
  });

  it('writes what was chosen', () => {
    const text = newExperimentText({
      model: { file: 'net.py', class: 'Net' },
      data: { kind: 'csv', file: 'd.csv', target: 'y' },
      loss: 'mse',
    });
    assert.deepEqual(experimentInfo('/w/x.vitrine.json', text).data, { file: '/w/d.csv', target: 'y' });
  });
});
