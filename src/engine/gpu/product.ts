/**
 * Products of matrices for GPUs, whose factors may lie in memory in any way: a matrix, a matrix turned, or the windows
 * of a picture (convolution as an implicit product, gpu/convolution.ts).
 *
 * A group computes a tile of the result, slice by slice of the factors' depth, which its threads fetch into the group's
 * own memory. No fetch depends on a branch, so that all of a slice are under way at once: waiting for memory is what a
 * GPU spends its time on. Where a result has few tiles and is deep, several
 * groups share a tile, each a part of its depth, and a second kernel adds up what they left.
 */
import { entry, type GroupShader, header } from './wgsl';

/** How one factor of a product is found in the arena. */
export interface Factor {
  /** Along which axis neighbours lie side by side: neighbouring threads fetch along it. */
  along: 'side' | 'depth';
  /** Statements that name, ending in `id`, what the row (or column) with the number `side` needs; `side` is an expression. */
  side(side: string, id: string): string;
  /** The same for a place along the depth. */
  depth(depth: string, id: string): string;
  /** Where the number is, and where not every place has one, the conditions on which it has. */
  cell(sideId: string, depthId: string): { address: string; inside?: readonly string[] };
}

export interface Product {
  batch: number;
  m: number;
  n: number;
  k: number;
  /** Names of the inputs, for the factors' addresses: `at.NAME`. */
  inputs: readonly string[];
  /** Statements before all else; `batch` is the product's number. */
  begin: string;
  a: Factor;
  b: Factor;
  /** Where the cell of row `i` and column `j` goes, relative to the output's start. */
  place(i: string, j: string): string;
  /** What is added to it, " + …". */
  plus(i: string, j: string): string;
}

interface Tile {
  /** Rows and columns of it. */
  side: number;
  /** Rows and columns of what one thread computes: 4 or 8. */
  own: number;
}

/** How deep the slices are. A tile of 128 then fills the 16 KB that every GPU gives to a group. */
const DEPTH = 16;
const tiles: readonly Tile[] = [
  { side: 128, own: 8 },
  { side: 64, own: 4 },
  { side: 32, own: 4 },
];
/** Groups that keep a large GPU busy. */
const ENOUGH_GROUPS = 128;
/** Groups share a tile only where each has as much depth as this. */
const SHARED_DEPTH = 128;
/** Numbers that shared tiles leave to be added up, at most. */
const MOST_SCRATCH = 1 << 24;
/** What the GPU may be asked for along one axis of groups. */
const MOST_GROUPS = 65_535;

/** @returns undefined where the tiles are more than a GPU may be asked for. */
export function productShader(p: Product): GroupShader | undefined {
  const { tile, parts } = layOut(p);
  const groups = [Math.ceil(p.n / tile.side), Math.ceil(p.m / tile.side), p.batch * parts] as const;
  if (groups.some(g => g > MOST_GROUPS)) return undefined;
  const cells = p.batch * p.m * p.n;
  const code = tiledShader(p, tile, parts);
  if (parts === 1) return { code, groups };
  return {
    code,
    groups,
    scratch: { cells: cells * parts, after: addingShader(p, parts, cells), for: cells },
  };
}

/** The largest tile of which there are enough, and into how many parts the depth falls. */
function layOut(p: Product): { tile: Tile; parts: number } {
  const cells = p.batch * p.m * p.n;
  const most = Math.max(1, Math.min(Math.floor(p.k / SHARED_DEPTH), Math.floor(MOST_SCRATCH / cells), 256));
  const of = (tile: Tile) => Math.ceil(p.m / tile.side) * Math.ceil(p.n / tile.side) * p.batch;
  const waste = (tile: Tile) => (of(tile) * tile.side * tile.side) / cells;
  const smallest = tiles.at(-1)!;
  const tile =
    tiles.find(t => of(t) * most >= ENOUGH_GROUPS && waste(t) <= 1.6 * waste(smallest)) ?? smallest;
  const parts = of(tile) >= ENOUGH_GROUPS ? 1 : Math.min(most, Math.ceil((2 * ENOUGH_GROUPS) / of(tile)));
  return { tile, parts };
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const indented = (lines: readonly string[], by: number) => lines.map(l => ' '.repeat(by) + l).join('\n');

function tiledShader(p: Product, tile: Tile, parts: number): string {
  const { side, own } = tile;
  const across = side / own;
  const threads = across * across;
  const quads = own / 4;
  // Each part but the last is of whole slices.
  const part = Math.ceil(p.k / parts / DEPTH) * DEPTH;
  const a = fetching('a', p.a, tile, p.m, p.k, parts === 1 ? p.k : undefined);
  const b = fetching('b', p.b, tile, p.n, p.k, parts === 1 ? p.k : undefined);
  const stride = side / 4;
  const fragment = (of: string, lane: string) =>
    range(quads).map(q => `let ${of}${q} = tile_${of}[t * ${stride}u + ${lane} + ${q * across}u];`);
  const multiply = range(own).flatMap(r =>
    range(quads).map(c => `s${r}_${c} += a${Math.floor(r / 4)}[${r % 4}] * b${c};`),
  );
  const rowOf = (r: number) => `top + ${Math.floor(r / 4) * across * 4 + (r % 4)}u + y * 4u`;
  const columnOf = (c: number) => `left + ${Math.floor(c / 4) * across * 4 + (c % 4)}u + x * 4u`;
  const whole = p.m % side === 0 && p.n % side === 0;
  const store = (r: number, c: number) => {
    const value = `s${r}_${Math.floor(c / 4)}[${c % 4}]`;
    const put =
      parts === 1
        ? `arena[at.result + ${p.place(`i${r}`, `j${c}`)}] = ${value}${p.plus(`i${r}`, `j${c}`)};`
        : `arena[at.result + (group.z * ${p.m}u + i${r}) * ${p.n}u + j${c}] = ${value};`;
    return whole ? put : `if ((i${r} < ${p.m}u) & (j${c} < ${p.n}u)) { ${put} }`;
  };
  return `${header(['result', ...p.inputs])}
var<workgroup> tile_a : array<vec4<f32>, ${DEPTH * stride}>;
var<workgroup> tile_b : array<vec4<f32>, ${DEPTH * stride}>;
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group : vec3<u32>, @builtin(local_invocation_index) lane : u32) {
  let batch = group.z / ${parts}u;
  let top = group.y * ${side}u;
  let left = group.x * ${side}u;
  let y = lane / ${across}u;
  let x = lane % ${across}u;
  let first = (group.z % ${parts}u) * ${part}u;
  let last = min(first + ${part}u, ${p.k}u);
${indented([p.begin, ...a.prepare, ...b.prepare], 2)}
${indented(
  range(own).flatMap(r => range(quads).map(c => `var s${r}_${c} = vec4<f32>();`)),
  2,
)}
  for (var start = first; start < last; start += ${DEPTH}u) {
${indented([...a.fetch, ...b.fetch, ...a.keep, ...b.keep], 4)}
    workgroupBarrier();
    for (var t = 0u; t < ${DEPTH}u; t++) {
${indented([...fragment('a', 'y'), ...fragment('b', 'x'), ...multiply], 6)}
    }
    workgroupBarrier();
  }
${indented(
  [
    ...range(own).map(r => `let i${r} = ${rowOf(r)};`),
    ...range(own).map(c => `let j${c} = ${columnOf(c)};`),
    ...range(own).flatMap(r => range(own).map(c => store(r, c))),
  ],
  2,
)}
}`;
}

/**
 * How a thread fetches its share of a slice: numbers of four neighbouring rows (or columns) at one depth, as the
 * group's memory is written four at a time.
 * @param until where the depth ends, if that is known; else the variable `last` says
 */
function fetching(
  name: 'a' | 'b',
  factor: Factor,
  { side, own }: Tile,
  sides: number,
  k: number,
  until: number | undefined,
): { prepare: string[]; fetch: string[]; keep: string[] } {
  const threads = (side / own) ** 2;
  const rows = side / 4;
  const turns = (rows * DEPTH) / threads;
  const alongDepth = factor.along === 'depth';
  const corner = name === 'a' ? 'top' : 'left';
  // Threads are a multiple of the slice's extent along the axis that they go along: it is the same at each turn.
  const quad = (turn: number) =>
    alongDepth ? `lane / ${DEPTH}u${turn ? ` + ${(turn * threads) / DEPTH}u` : ''}` : `lane % ${rows}u`;
  const depth = (turn: number) =>
    alongDepth ? `lane % ${DEPTH}u` : `lane / ${rows}u${turn ? ` + ${(turn * threads) / rows}u` : ''}`;
  const sideId = (turn: number, e: number) => `${name}${alongDepth ? turn : 0}${e}`;
  const depthId = (turn: number) => `${name}${alongDepth ? 0 : turn}`;
  const clipped = sides % side !== 0;
  const cut = until === undefined || until % DEPTH !== 0;
  const turnsOfSides = alongDepth ? range(turns) : [0];
  const turnsOfDepths = alongDepth ? [0] : range(turns);
  const limit = until === undefined ? 'last' : `${k}u`;
  return {
    prepare: [
      ...turnsOfSides.flatMap(turn =>
        range(4).flatMap(e => {
          const id = sideId(turn, e);
          return [
            `let side_${id} = ${corner} + (${quad(turn)}) * 4u + ${e}u;`,
            factor.side(`side_${id}`, id),
          ];
        }),
      ),
    ],
    fetch: [
      ...turnsOfDepths.flatMap(turn => {
        const id = depthId(turn);
        return [`let depth_${id} = start + ${depth(turn)};`, factor.depth(`depth_${id}`, id)];
      }),
      ...range(turns).map(turn => {
        const parts = range(4).map(e => {
          const { address, inside } = factor.cell(sideId(turn, e), depthId(turn));
          const conditions = [
            ...(clipped ? [`side_${sideId(turn, e)} < ${sides}u`] : []),
            ...(cut ? [`depth_${depthId(turn)} < ${limit}`] : []),
            ...(inside ?? []),
          ];
          if (conditions.length === 0) return `arena[${address}]`;
          // "&", as "&&" would be a branch.
          const there = conditions.map(c => `(${c})`).join(' & ');
          // What is outside is read from a place that is there, and not taken: a read must not wait for a branch.
          return `select(0.0, arena[select(0u, ${address}, ${there})], ${there})`;
        });
        return `let held_${name}${turn} = vec4<f32>(${parts.join(', ')});`;
      }),
    ],
    keep: range(turns).map(
      turn => `tile_${name}[(${depth(turn)}) * ${rows}u + ${quad(turn)}] = held_${name}${turn};`,
    ),
  };
}

/** A thread a cell, which adds up what the groups that shared its tile left. */
function addingShader(p: Product, parts: number, cells: number): string {
  const body = `  let j = cell % ${p.n}u;
  let i = (cell / ${p.n}u) % ${p.m}u;
  let batch = cell / ${p.m * p.n}u;
${p.begin}
  var sum = 0.0;
  for (var part = 0u; part < ${parts}u; part++) {
    sum += arena[at.scratch + ((batch * ${parts}u + part) * ${p.m}u + i) * ${p.n}u + j];
  }
  arena[at.result + ${p.place('i', 'j')}] = sum${p.plus('i', 'j')};`;
  return [header(['result', 'scratch', ...p.inputs]), entry(cells, body)].join('\n');
}

/** A matrix whose rows (or columns) and depth lie at fixed distances, from `from` on. */
export function strided(from: string, sideStride: number, depthStride: number): Factor {
  return {
    along: depthStride === 1 ? 'depth' : 'side',
    side: (side, id) => `let from_${id} = ${from} + ${side} * ${sideStride}u;`,
    depth: (depth, id) => `let deep_${id} = ${depth} * ${depthStride}u;`,
    cell: (sideId, depthId) => ({ address: `from_${sideId} + deep_${depthId}` }),
  };
}
