/**
 * A walk along a cliff: Sutton and Barto, "Reinforcement Learning" (2018), example 6.6, with the states, the actions and the rewards of
 * Gymnasium's CliffWalking-v1 (without slipping).
 */
import { cellActions, cellEnvironment, moved } from '../cells';

const rows = 4;
const columns = 12;
const start = (rows - 1) * columns;
const goal = rows * columns - 1;
const grid = {
  rows,
  columns,
  goals: [goal],
  pits: Array.from({ length: goal - start - 1 }, (_, i) => start + 1 + i),
};

/** @returns where a step leads, what it brings and whether the walk is over. */
export function cliffStep(
  state: number,
  action: number,
): [state: number, reward: number, terminated: boolean] {
  const next = moved(grid, state, cellActions[action]!);
  // The cliff lies between start and goal: who falls begins again.
  if (next > start && next < goal) return [start, -100, false];
  return [next, -1, next === goal];
}

export const environment = cellEnvironment(
  {
    id: 'CliffWalking-v1',
    title: 'Cliff walking',
    summary: 'Walk along a cliff to the other side; each step costs 1, a fall 100 and the way back.',
    grid,
    // Gymnasium sets no limit itself; its registry of environments gives none either.
    maxSteps: 200,
    // The shortest way takes thirteen steps.
    solvedAt: -13,
  },
  start,
  cliffStep,
  (row, column) => `row ${row + 1}, column ${column + 1}`,
);
