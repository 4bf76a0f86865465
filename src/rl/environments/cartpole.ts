/**
 * A pole on a cart: Barto, Sutton and Anderson, "Neuronlike Adaptive Elements That Can Solve Difficult Learning Control
 * Problems" (1983), with the constants, the Euler steps and the limits of Gymnasium's CartPole-v1.
 */
import type { Environment, EnvironmentDefinition } from '../environment';

const gravity = 9.8;
const cart = 1;
const pole = 0.1;
const total = cart + pole;
/** Half of the pole's length. */
const half = 0.5;
const poleMoment = pole * half;
const force = 10;
/** Seconds of a step. */
const tau = 0.02;
const maxAngle = (12 * 2 * Math.PI) / 360;
const maxPosition = 2.4;
const maxSteps = 500;

/** Position, speed, angle in radians, speed of the angle. */
export type CartPoleState = readonly [number, number, number, number];

export function cartPoleStep([x, v, angle, turn]: CartPoleState, action: number): CartPoleState {
  const push = action === 1 ? force : -force;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const t = (push + poleMoment * turn ** 2 * sin) / total;
  const turning = (gravity * sin - cos * t) / (half * (4 / 3 - (pole * cos ** 2) / total));
  const acceleration = t - (poleMoment * turning * cos) / total;
  return [x + tau * v, v + tau * acceleration, angle + tau * turn, turn + tau * turning];
}

export function cartPoleFell([x, , angle]: CartPoleState): boolean {
  return Math.abs(x) > maxPosition || Math.abs(angle) > maxAngle;
}

class CartPole implements Environment {
  private state: CartPoleState = [0, 0, 0, 0];
  private steps = 0;

  reset(random: Parameters<Environment['reset']>[0]): Float64Array {
    const start = () => random.uniform(-0.05, 0.05);
    this.state = [start(), start(), start(), start()];
    this.steps = 0;
    return Float64Array.from(this.state);
  }

  step(action: number) {
    this.state = cartPoleStep(this.state, action);
    this.steps++;
    return {
      observation: Float64Array.from(this.state),
      reward: 1,
      terminated: cartPoleFell(this.state),
      truncated: this.steps >= maxSteps,
    };
  }
}

export const environment: EnvironmentDefinition = {
  id: 'CartPole-v1',
  title: 'Cart pole',
  summary: 'Keep a pole upright on a cart by pushing it to the left or to the right; a reward for each step.',
  observation: {
    names: ['cart position', 'cart velocity', 'pole angle', 'pole angular velocity'],
    low: [-2 * maxPosition, Number.NEGATIVE_INFINITY, -2 * maxAngle, Number.NEGATIVE_INFINITY],
    high: [2 * maxPosition, Number.POSITIVE_INFINITY, 2 * maxAngle, Number.POSITIVE_INFINITY],
  },
  actions: ['left', 'right'],
  maxSteps,
  solvedAt: 475,
  create: () => new CartPole(),
};
