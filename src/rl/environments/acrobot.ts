/**
 * Two links that hang from a bar, driven at the joint between them: Sutton, "Generalization in Reinforcement Learning: Successful Examples
 * Using Sparse Coarse Coding" (1996), with the equations of Sutton and Barto's book, the Runge-Kutta steps and the limits of Gymnasium's
 * Acrobot-v1.
 */
import type { Random } from '../../model/random';
import type { Environment, EnvironmentDefinition } from '../environment';

const mass = 1;
const length = 1;
/** Where a link's mass is centred, from its joint. */
const centre = 0.5;
const inertia = 1;
const gravity = 9.8;
/** Seconds of a step. */
const tau = 0.2;
const fastest = [4 * Math.PI, 9 * Math.PI] as const;
const maxSteps = 500;

/** Both angles in radians, the second against the first link, and their speeds. */
export type AcrobotState = readonly [number, number, number, number];

export function acrobotStep(state: AcrobotState, action: number): AcrobotState {
  const torque = action - 1;
  const after = (s: AcrobotState, k: AcrobotState, by: number) =>
    s.map((x, i) => x + by * k[i]!) as unknown as AcrobotState;
  const k1 = derivative(state, torque);
  const k2 = derivative(after(state, k1, tau / 2), torque);
  const k3 = derivative(after(state, k2, tau / 2), torque);
  const k4 = derivative(after(state, k3, tau), torque);
  const [a1, a2, v1, v2] = state.map(
    (x, i) => x + (tau / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!),
  ) as unknown as AcrobotState;
  return [wrapped(a1), wrapped(a2), bounded(v1, fastest[0]), bounded(v2, fastest[1])];
}

/** Whether its tip swung a link's length above the bar. */
export function acrobotArrived([a1, a2]: AcrobotState): boolean {
  return -Math.cos(a1) - Math.cos(a2 + a1) > 1;
}

function derivative([a1, a2, v1, v2]: AcrobotState, torque: number): AcrobotState {
  const d1 =
    mass * centre ** 2 +
    mass * (length ** 2 + centre ** 2 + 2 * length * centre * Math.cos(a2)) +
    2 * inertia;
  const d2 = mass * (centre ** 2 + length * centre * Math.cos(a2)) + inertia;
  const pull = mass * centre * gravity * Math.cos(a1 + a2 - Math.PI / 2);
  const swing = mass * length * centre * Math.sin(a2);
  const rest =
    -swing * v2 ** 2 -
    2 * swing * v2 * v1 +
    (mass * centre + mass * length) * gravity * Math.cos(a1 - Math.PI / 2) +
    pull;
  const turn2 =
    (torque + (d2 / d1) * rest - swing * v1 ** 2 - pull) / (mass * centre ** 2 + inertia - d2 ** 2 / d1);
  return [v1, v2, -(d2 * turn2 + rest) / d1, turn2];
}

/** Between -π and π. */
function wrapped(angle: number): number {
  let a = angle;
  while (a > Math.PI) a -= 2 * Math.PI;
  while (a < -Math.PI) a += 2 * Math.PI;
  return a;
}

function bounded(x: number, most: number): number {
  return Math.min(most, Math.max(-most, x));
}

class Acrobot implements Environment {
  private state: AcrobotState = [0, 0, 0, 0];
  private steps = 0;

  reset(random: Random): Float64Array {
    const start = () => random.uniform(-0.1, 0.1);
    this.state = [start(), start(), start(), start()];
    this.steps = 0;
    return this.observe();
  }

  step(action: number) {
    this.state = acrobotStep(this.state, action);
    this.steps++;
    const terminated = acrobotArrived(this.state);
    return {
      observation: this.observe(),
      reward: terminated ? 0 : -1,
      terminated,
      truncated: this.steps >= maxSteps,
    };
  }

  private observe(): Float64Array {
    const [a1, a2, v1, v2] = this.state;
    return Float64Array.of(Math.cos(a1), Math.sin(a1), Math.cos(a2), Math.sin(a2), v1, v2);
  }
}

export const environment: EnvironmentDefinition = {
  id: 'Acrobot-v1',
  title: 'Acrobot',
  summary: 'Swing two links up over a line by a motor between them; each step costs 1 until they are there.',
  observation: {
    names: [
      'cos of angle 1',
      'sin of angle 1',
      'cos of angle 2',
      'sin of angle 2',
      'velocity of angle 1',
      'velocity of angle 2',
    ],
    low: [-1, -1, -1, -1, -fastest[0], -fastest[1]],
    high: [1, 1, 1, 1, ...fastest],
  },
  actions: ['torque -1', 'no torque', 'torque +1'],
  maxSteps,
  solvedAt: -100,
  create: () => new Acrobot(),
};
