/** Learning rates, advance by advance, against PyTorch's (test/reference/engine_schedules.py). */
import assert from 'node:assert/strict';
import { schedules } from '../../../src/engine/definitions';
import { ScheduleRunner, type ScheduleSpec } from '../../../src/engine/scheduleRunner';
import { VitrineError } from '../../../src/model/errors';
import { reference } from './_reference';

interface Case {
  spec: ScheduleSpec;
  total: number;
  /** For each advance, of each of the two groups. */
  rates: [number, number][];
  momenta?: number[];
  /** What the plateau hears. */
  values?: number[];
}

const bases = [0.1, 0.02] as const;
const cases = reference<Case[]>('engine_schedules.json');

describe('schedules', () => {
  for (const c of cases) {
    it(JSON.stringify(c.spec), () => {
      const make = () =>
        new ScheduleRunner({ ...c.spec, per: 'epoch' }, { epochs: c.total, stepsPerEpoch: 1 });
      let runner = make();
      for (let t = 0; t < c.total; t++) {
        bases.forEach((base, i) => {
          const expected = c.rates[t]![i]!;
          const got = runner.rate(base, t, t);
          assert.ok(Math.abs(got - expected) <= 1e-12, `rate ${t}: ${got}, not ${expected}`);
        });
        const momentum = runner.momentum(t, t);
        if (c.momenta) assert.ok(Math.abs(momentum! - c.momenta[t]!) <= 1e-12, `momentum ${t}: ${momentum}`);
        else assert.equal(momentum, undefined);
        if (c.values) runner.observe(c.values[t]!);
        // As after a resume.
        const state = runner.state();
        runner = make();
        if (state) runner.restore(JSON.parse(JSON.stringify(state)));
      }
    });
  }

  it('has a case for each', () => {
    const tested = new Set(cases.map(c => c.spec.name));
    assert.deepEqual(
      [...schedules.keys()].filter(name => !tested.has(name)),
      [],
    );
  });

  it('advances by steps where that is asked for, or usual', () => {
    const run = { epochs: 4, stepsPerEpoch: 5 };
    const step = new ScheduleRunner({ name: 'StepLR', step_size: 2, gamma: 0.5, per: 'step' }, run);
    assert.equal(step.rate(1, 0, 4), 0.25);
    const cycle = new ScheduleRunner({ name: 'OneCycleLR' }, run);
    assert.ok(cycle.rate(1, 3, 19) < 1e-5);
  });

  for (const [spec, message] of [
    [{ name: 'StepLr', step_size: 2 }, /no schedule "StepLr".*Did you mean "StepLR"/],
    [{ name: 'StepLR' }, /"StepLR".*step_size/],
    [{ name: 'StepLR', step_size: 0 }, /"StepLR".*"step_size".*0/],
    [
      { name: 'SequentialLR', schedules: [{ name: 'LinearLR' }], milestones: [3] },
      /1 schedules need 0 milestones/,
    ],
    [{ name: 'SequentialLR', schedules: [{}], milestones: [] }, /needs a "name"/],
    [
      {
        name: 'SequentialLR',
        schedules: [{ name: 'LinearLR' }, { name: 'ReduceLROnPlateau' }],
        milestones: [3],
      },
      /cannot be part/,
    ],
  ] as [ScheduleSpec, RegExp][]) {
    it(`refuses ${JSON.stringify(spec)}`, () => {
      assert.throws(
        () => new ScheduleRunner(spec, { epochs: 5, stepsPerEpoch: 1 }),
        e => e instanceof VitrineError && e.code === 'bad-experiment' && message.test(e.message),
      );
    });
  }
});
