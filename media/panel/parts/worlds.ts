/** How environments look: a drawing each, by the environment's id; worlds of cells are drawn from what they say of themselves. */
import type { Episode } from '../../../src/service/inquiries/episode';
import { themeColour } from './theme';

/** Draws the state at a step into a canvas of this size. */
export type World = (
  c: CanvasRenderingContext2D,
  width: number,
  height: number,
  e: Episode,
  at: number,
) => void;

const worlds: Readonly<Record<string, { draw: World; pace?: number }>> = {
  'CartPole-v1': { draw: cartPole },
  'MountainCar-v0': { draw: mountainCar },
  'Acrobot-v1': { draw: acrobot, pace: 15 },
};

export function worldOf(e: Episode): World | undefined {
  return e.grid ? gridWorld : worlds[e.env]?.draw;
}

/** Steps in a second that look natural. */
export function paceOf(e: Episode): number {
  return e.grid ? 4 : (worlds[e.env]?.pace ?? 50);
}

export function aspectOf(e: Episode): number {
  return e.grid ? e.grid.rows / e.grid.columns : 0.5;
}

export function stateAt(e: Episode, at: number): Float32Array {
  const n = e.names.length;
  return e.observations.subarray(at * n, (at + 1) * n);
}

const ink = () => themeColour('--vscode-foreground', '#888');
const quiet = () => themeColour('--vscode-descriptionForeground', '#888');
const accent = () => themeColour('--series-train', '#3794ff');
const strong = () => themeColour('--series-valid', '#d18616');

function cartPole(c: CanvasRenderingContext2D, width: number, height: number, e: Episode, at: number): void {
  const [x = 0, , angle = 0] = stateAt(e, at);
  const scale = width / 5.2;
  const ground = 0.78 * height;
  const middle = width / 2 + x * scale;
  c.lineWidth = 1.5;
  c.strokeStyle = quiet();
  line(c, 0, ground, width, ground);
  // Where it is over.
  c.setLineDash([4, 4]);
  for (const limit of [-2.4, 2.4])
    line(c, width / 2 + limit * scale, ground - 14, width / 2 + limit * scale, ground + 14);
  c.setLineDash([]);
  const [w, h] = [0.7 * scale, 0.32 * scale];
  c.fillStyle = accent();
  c.fillRect(middle - w / 2, ground - h, w, h);
  const long = Math.min(1.9 * scale, ground - h - 6);
  c.strokeStyle = strong();
  c.lineCap = 'round';
  c.lineWidth = Math.max(5, 0.11 * scale);
  line(c, middle, ground - h, middle + long * Math.sin(angle), ground - h - long * Math.cos(angle));
  c.fillStyle = ink();
  c.beginPath();
  c.arc(middle, ground - h, Math.max(3, 0.06 * scale), 0, 7);
  c.fill();
  const action = e.taken[at];
  if (action === undefined) return;
  // The push.
  const side = action === 1 ? 1 : -1;
  const from = middle + side * (w / 2 + 4);
  c.lineWidth = 3;
  c.strokeStyle = ink();
  arrow(c, from, ground - h / 2, from + side * 0.42 * scale, ground - h / 2);
}

function mountainCar(
  c: CanvasRenderingContext2D,
  width: number,
  height: number,
  e: Episode,
  at: number,
): void {
  const place = (x: number) =>
    [((x + 1.2) / 1.8) * width, height * (0.92 - 0.75 * (0.45 * Math.sin(3 * x) + 0.55))] as const;
  c.strokeStyle = quiet();
  c.lineWidth = 2;
  c.beginPath();
  for (let i = 0; i <= 90; i++) c.lineTo(...place(-1.2 + (1.8 * i) / 90));
  c.stroke();
  const [flagX, flagY] = place(0.5);
  c.strokeStyle = strong();
  line(c, flagX, flagY, flagX, flagY - 26);
  c.fillStyle = strong();
  c.fillRect(flagX, flagY - 26, 14, 9);
  const [x, y] = place(stateAt(e, at)[0] ?? 0);
  c.fillStyle = accent();
  c.beginPath();
  c.arc(x, y - 8, 8, 0, 7);
  c.fill();
}

/** Two links that hang down at angle 0, and the line to swing over. */
function acrobot(c: CanvasRenderingContext2D, width: number, height: number, e: Episode, at: number): void {
  const [cos1 = 1, sin1 = 0, cos2 = 1, sin2 = 0] = stateAt(e, at);
  const unit = height / 4.6;
  const [x0, y0] = [width / 2, height / 2];
  const [x1, y1] = [x0 + unit * sin1, y0 + unit * cos1];
  const [x2, y2] = [x1 + unit * (sin1 * cos2 + cos1 * sin2), y1 + unit * (cos1 * cos2 - sin1 * sin2)];
  c.lineWidth = 1.5;
  c.strokeStyle = quiet();
  c.setLineDash([4, 4]);
  line(c, x0 - 2.4 * unit, y0 - unit, x0 + 2.4 * unit, y0 - unit);
  c.setLineDash([]);
  c.lineCap = 'round';
  c.lineWidth = Math.max(5, 0.12 * unit);
  c.strokeStyle = accent();
  line(c, x0, y0, x1, y1);
  c.strokeStyle = strong();
  line(c, x1, y1, x2, y2);
  c.fillStyle = ink();
  for (const [x, y] of [
    [x0, y0],
    [x1, y1],
  ] as const) {
    c.beginPath();
    c.arc(x, y, Math.max(3, 0.09 * unit), 0, 7);
    c.fill();
  }
}

/** By the names of actions: down and right. */
const moves: Readonly<Record<string, readonly [number, number]>> = {
  up: [-1, 0],
  right: [0, 1],
  down: [1, 0],
  left: [0, -1],
};

function gridWorld(c: CanvasRenderingContext2D, width: number, height: number, e: Episode, at: number): void {
  const { rows, columns, goals, pits } = e.grid!;
  const side = Math.min(width / columns, height / rows);
  const centre = (cell: number) =>
    [((cell % columns) + 0.5) * side, (Math.floor(cell / columns) + 0.5) * side] as const;
  const cellAt = (step: number) => stateAt(e, step).findIndex(v => v > 0.5);
  const corner = (cell: number) => [(cell % columns) * side, Math.floor(cell / columns) * side] as const;
  for (let cell = 0; cell < rows * columns; cell++) {
    const [x, y] = corner(cell);
    if (pits.includes(cell)) fillCell(c, x, y, side, themeColour('--poor', '#c33'), 0.55);
    if (goals.includes(cell)) fillCell(c, x, y, side, themeColour('--good', '#3a3'), 0.55);
    c.strokeStyle = quiet();
    c.lineWidth = 0.5;
    c.strokeRect(x, y, side, side);
    if (pits.includes(cell) || goals.includes(cell)) continue;
    best(c, e, cell, centre(cell), side);
  }
  c.strokeStyle = strong();
  c.lineWidth = 3;
  c.beginPath();
  for (let step = 0; step <= at; step++) c.lineTo(...centre(cellAt(step)));
  c.stroke();
  c.fillStyle = accent();
  c.beginPath();
  c.arc(...centre(cellAt(at)), side * 0.26, 0, 7);
  c.fill();
}

/** An arrow for what the policy would do in a cell, the stronger the surer it is. */
function best(
  c: CanvasRenderingContext2D,
  e: Episode,
  cell: number,
  [x, y]: readonly [number, number],
  side: number,
): void {
  const a = e.actions.length;
  const scores = e.everywhere?.subarray(cell * a, (cell + 1) * a);
  if (!scores) return;
  const order = Array.from(scores.keys()).sort((i, j) => scores[j]! - scores[i]!);
  const move = moves[e.actions[order[0]!]!];
  if (!move) return;
  const lead = scores[order[0]!]! - scores[order[1]!]!;
  c.globalAlpha = 0.25 + 0.6 * Math.min(1, lead);
  c.strokeStyle = ink();
  c.lineWidth = 1.5;
  const [dy, dx] = move;
  arrow(c, x - dx * side * 0.28, y - dy * side * 0.28, x + dx * side * 0.28, y + dy * side * 0.28);
  c.globalAlpha = 1;
}

function fillCell(
  c: CanvasRenderingContext2D,
  x: number,
  y: number,
  side: number,
  colour: string,
  alpha: number,
) {
  c.globalAlpha = alpha;
  c.fillStyle = colour;
  c.fillRect(x, y, side, side);
  c.globalAlpha = 1;
}

function line(c: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  c.beginPath();
  c.moveTo(x0, y0);
  c.lineTo(x1, y1);
  c.stroke();
}

function arrow(c: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  line(c, x0, y0, x1, y1);
  const angle = Math.atan2(y1 - y0, x1 - x0);
  const head = Math.min(7, 0.5 * Math.hypot(x1 - x0, y1 - y0));
  for (const turn of [2.6, -2.6])
    line(c, x1, y1, x1 + head * Math.cos(angle + turn), y1 + head * Math.sin(angle + turn));
}
