import assert from 'node:assert/strict';
import type { PanelState } from '../../../src/editor/panelProtocol';
import { StepEvents } from '../../../src/train/loop/stepEvents';
import { historyOf } from '../../../src/train/runs/history';
import type { RunEvent } from '../../../src/train/runs/run';
import digits from '../media/fixtures/digits.json';

const backend = { name: 'cpu', executor: 'x', threads: 1 } as const;
const start = (extra: object = {}): RunEvent => ({
  event: 'start',
  run: 'r',
  model: 'Net',
  epochs: 4,
  steps: 8,
  parameters: 10,
  backend,
  ...extra,
});
const step = (n: number, loss: number): RunEvent => ({
  event: 'step',
  run: 'r',
  epoch: Math.ceil(n / 2),
  step: n,
  loss,
  learningRate: 0.1,
  samplesPerSecond: 100,
});
const epoch = (n: number, loss: number): RunEvent => ({
  event: 'epoch',
  run: 'r',
  epoch: n,
  train: { loss, accuracy: 0.5 },
  valid: { loss: loss + 1, accuracy: 0.4 },
  seconds: 2,
});

describe('the history of a run', () => {
  it('says how far it is and how long it will take', () => {
    const h = historyOf([start(), step(1, 3), step(2, 2), epoch(1, 2), step(3, 1.5)]);
    assert.equal(h.done, 1);
    assert.equal(h.total, 4);
    assert.equal(h.fraction, 3 / 8);
    assert.equal(h.secondsLeft, (5 / 8) * 4 * 2);
    assert.deepEqual(h.metrics, ['accuracy']);
    assert.deepEqual(
      h.epochs.map(e => e.step),
      [2],
    );
  });

  it('has every step of a short run, however few events there were, and the last of a long one', () => {
    for (const [total, kept] of [
      [300, 300],
      [2001, 2],
    ] as const) {
      const events: RunEvent[] = [start()];
      const steps = new StepEvents({ run: 'r', perEpoch: 10, total, emit: e => events.push(e) });
      for (let n = 1; n <= 300; n++) steps.add({ step: n, loss: 1 / n, learningRate: n / 1000, rows: 4 });
      steps.tell();
      steps.tell();
      const h = historyOf(events);
      const few = events.length;
      assert.ok(few < 20, `${few} events`);
      if (kept === 300) {
        assert.deepEqual(
          h.steps.step,
          Array.from({ length: 300 }, (_, i) => i + 1),
        );
        assert.deepEqual(
          h.steps.loss,
          h.steps.step.map(n => 1 / n),
        );
        assert.deepEqual(
          h.steps.learningRate,
          h.steps.step.map(n => n / 1000),
        );
      } else assert.equal(h.steps.step.length, few - 1);
      assert.equal(h.steps.step.at(-1), 300);
      // A resume from the middle of what came in one event.
      const again = historyOf([...events, start({ resumedFrom: 2 }), step(40, 7)]);
      assert.equal(again.steps.step.at(-1), 40);
      assert.equal(again.steps.loss.at(-1), 7);
    }
  });

  it('is under way again when a run that was stopped goes on, and no longer says that it was stopped', () => {
    const stopped: RunEvent = {
      event: 'state',
      run: 'r',
      state: 'stopped',
      message: 'Stopped after 1 of 3 epochs.',
    };
    const events = [start(), epoch(1, 2), stopped, start({ resumedFrom: 1 }), epoch(2, 1)];
    assert.equal(historyOf(events.slice(0, 3)).state, 'stopped');
    assert.equal(historyOf(events).state, 'running');
    assert.deepEqual(historyOf(events).messages, []);
    assert.equal(historyOf([...events, stopped]).state, 'stopped');
  });

  it('lets the replay after a resume replace what was lost', () => {
    const h = historyOf([
      start(),
      step(1, 3),
      step(2, 2),
      epoch(1, 2),
      step(3, 9),
      step(4, 9),
      start({ resumedFrom: 1 }),
      step(3, 1),
    ]);
    assert.deepEqual(h.steps.step, [1, 2, 3]);
    assert.deepEqual(h.steps.loss, [3, 2, 1]);
    assert.equal(h.resumedFrom, 1);
  });

  it('keeps state, messages and the final test', () => {
    const h = historyOf([
      start(),
      epoch(4, 1),
      { event: 'state', run: 'r', state: 'failed', message: 'The loss became NaN.' },
      {
        event: 'end',
        run: 'r',
        backend: 'cpu',
        seconds: 9,
        epochs: 4,
        state: 'finished',
        test: { accuracy: 1 },
      },
    ]);
    assert.equal(h.state, 'finished');
    assert.equal(h.messages[0]?.message, 'The loss became NaN.');
    assert.deepEqual(h.test, { accuracy: 1 });
    assert.equal(h.seconds, 9);
    assert.equal(h.fraction, 1);
  });

  it('reads a real run', () => {
    const { run } = digits as unknown as PanelState;
    const h = historyOf(run!.events, run!.record);
    assert.equal(h.state, 'finished');
    assert.equal(h.done, 12);
    assert.equal(h.epochs.length, 12);
    assert.equal(h.epochs.at(-1)!.step, h.steps.step.at(-1));
    assert.ok(h.steps.loss[0]! > h.steps.loss.at(-1)!);
    assert.equal(Object.keys(h.gradientNorms!).length, 8);
  });

  it('has nothing to say about no events', () => {
    const h = historyOf([]);
    assert.equal(h.fraction, 0);
    assert.equal(h.secondsLeft, undefined);
  });
});
