/**
 * A car in a valley that is too weak to climb out at once: A. Moore, "Efficient Memory-based Learning for Robot Control" (1990), with the
 * constants and the limits of Gymnasium's MountainCar-v0.
 */
import type { Random } from '../../model/random';
import type { Environment, EnvironmentDefinition } from '../environment';

const low = -1.2;
const high = 0.6;
const fastest = 0.07;
const goal = 0.5;
const force = 0.001;
const gravity = 0.0025;
const maxSteps = 200;

/** Place and speed. */
export type MountainCarState = readonly [number, number];

export function mountainCarStep([place, speed]: MountainCarState, action: number): MountainCarState {
  const clip = (x: number, a: number, b: number) => Math.min(b, Math.max(a, x));
  let v = clip(speed + (action - 1) * force + Math.cos(3 * place) * -gravity, -fastest, fastest);
  const x = clip(place + v, low, high);
  if (x === low && v < 0) v = 0;
  return [x, v];
}

export function mountainCarArrived([place, speed]: MountainCarState): boolean {
  return place >= goal && speed >= 0;
}

class MountainCar implements Environment {
  private state: MountainCarState = [0, 0];
  private steps = 0;

  reset(random: Random): Float64Array {
    this.state = [random.uniform(-0.6, -0.4), 0];
    this.steps = 0;
    return Float64Array.from(this.state);
  }

  step(action: number) {
    this.state = mountainCarStep(this.state, action);
    this.steps++;
    return {
      observation: Float64Array.from(this.state),
      reward: -1,
      terminated: mountainCarArrived(this.state),
      truncated: this.steps >= maxSteps,
    };
  }
}

export const environment: EnvironmentDefinition = {
  id: 'MountainCar-v0',
  title: 'Mountain car',
  summary: 'Rock a weak car out of a valley; each step costs 1 until it is on the hill.',
  observation: { names: ['position', 'velocity'], low: [low, -fastest], high: [high, fastest] },
  actions: ['push left', 'no push', 'push right'],
  maxSteps,
  solvedAt: -110,
  create: () => new MountainCar(),
};
