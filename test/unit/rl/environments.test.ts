import assert from 'node:assert/strict';
import { Random } from '../../../src/model/random';
import {
  type AcrobotState,
  environment as acrobot,
  acrobotArrived,
  acrobotStep,
} from '../../../src/rl/environments/acrobot';
import { cliffStep } from '../../../src/rl/environments/cliff_walking';
import { lakeOutcomes } from '../../../src/rl/environments/frozen_lake';
import {
  type MountainCarState,
  mountainCarArrived,
  mountainCarStep,
} from '../../../src/rl/environments/mountain_car';
import { environments } from '../../../src/rl/registry';
import expected from '../../reference/rl_environments.json';

describe("Environments are Gymnasium's", () => {
  it('MountainCar-v0: 500 steps of given actions', () => {
    const { start, actions, states } = expected['MountainCar-v0'];
    let state = start as unknown as MountainCarState;
    for (const [i, action] of actions.entries()) {
      state = mountainCarStep(state, action);
      const wanted = states[i]!;
      state.forEach((x, k) => {
        assert.ok(Math.abs(x - Number(wanted[k])) < 1e-6, `step ${i}: ${state} is not ${wanted}`);
      });
      assert.equal(mountainCarArrived(state), wanted[2]);
    }
  });

  it('CliffWalking-v1: 500 steps, and every state with every action', () => {
    assert.ok(expected['CliffWalking-v1'].length > 600);
    for (const [state, action, next, reward, terminated] of expected['CliffWalking-v1'])
      assert.deepEqual(
        cliffStep(Number(state), Number(action)),
        [next, reward, terminated],
        `${state}, ${action}`,
      );
  });

  it('Acrobot-v1: 500 steps of given actions, each from the state that Gymnasium came to', () => {
    // It is chaotic: the last digits of sines grow to whole angles within some hundred steps.
    const { start, actions, states } = expected['Acrobot-v1'];
    let before = start as unknown as AcrobotState;
    let arrived = 0;
    for (const [i, action] of actions.entries()) {
      const state = acrobotStep(before, action);
      const wanted = states[i]!;
      state.forEach((x, k) => {
        assert.ok(Math.abs(x - Number(wanted[k])) < 1e-9, `step ${i}: ${state} is not ${wanted}`);
      });
      assert.equal(acrobotArrived(state), wanted.at(-1));
      arrived += Number(wanted.at(-1));
      before = wanted.slice(0, 4) as unknown as AcrobotState;
    }
    assert.ok(arrived > 0, 'the tip was never above the line');
    assert.equal(acrobot.observation.names.length, 6);
  });

  it('FrozenLake-v1: every state with every action, and each outcome of three', () => {
    assert.equal(expected['FrozenLake-v1'].length, 11 * 4);
    for (const [state, action, outcomes] of expected['FrozenLake-v1'])
      assert.deepEqual(lakeOutcomes(Number(state), Number(action)), outcomes, `${state}, ${action}`);
  });

  for (const { id, create, maxSteps, actions, observation } of environments)
    it(`${id} ends an episode after ${maxSteps} steps at the latest`, () => {
      const random = new Random(0);
      const environment = create();
      assert.equal(environment.reset(random).length, observation.names.length);
      let steps = 0;
      for (let over = false; !over; steps++) {
        const step = environment.step(random.integer(actions.length));
        assert.ok(Number.isFinite(step.reward) && step.observation.every(Number.isFinite));
        over = step.terminated || step.truncated;
      }
      assert.ok(steps <= maxSteps);
    });
});
