/**
 * A walk over a frozen lake with holes in it, where only every third step leads where it should: the map, the states, the actions and the
 * chances of Gymnasium's FrozenLake-v1 (4x4, slippery).
 */
import type { Random } from '../../model/random';
import { cellEnvironment, moved } from '../cells';

const size = 4;
const goal = size * size - 1;
const holes = [5, 7, 11, 12];
const grid = { rows: size, columns: size, goals: [goal], pits: holes };

/** As Gymnasium numbers them here, otherwise than in its other worlds of cells. */
const actions = ['left', 'down', 'right', 'up'];

/** Where a step may lead, each as likely: straight on, or to one of its sides. */
export function lakeOutcomes(cell: number, action: number): [cell: number, reward: number, over: boolean][] {
  return [action + 3, action, action + 1].map(a => {
    const next = moved(grid, cell, actions[a % 4]!);
    return [next, next === goal ? 1 : 0, next === goal || holes.includes(next)];
  });
}

export const environment = cellEnvironment(
  {
    id: 'FrozenLake-v1',
    title: 'Frozen lake',
    summary:
      'Cross slippery ice past four holes; a reward of 1 on the other side, nothing for what falls in.',
    grid,
    actions,
    maxSteps: 100,
    solvedAt: 0.7,
  },
  0,
  (cell, action, random: Random) => lakeOutcomes(cell, action)[random.integer(3)]!,
  (row, column) => `row ${row + 1}, column ${column + 1}`,
);
