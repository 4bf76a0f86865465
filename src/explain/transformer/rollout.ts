/** Attention over several layers as one: rollout, and the largest flow. */

/**
 * Per layer the mean over heads, half of it the residual connection, each row summing to 1.
 *
 * @param map [heads, length, length]
 * @returns [length, length]
 */
export function withResidual(map: Float32Array, heads: number, length: number): Float64Array {
  const out = new Float64Array(length * length);
  for (let h = 0; h < heads; h++) {
    for (let i = 0; i < out.length; i++) out[i]! += map[h * out.length + i]! / heads;
  }
  for (let q = 0; q < length; q++) {
    let sum = 0;
    for (let k = 0; k < length; k++) {
      const i = q * length + k;
      out[i] = 0.5 * out[i]! + (q === k ? 0.5 : 0);
      sum += out[i];
    }
    for (let k = 0; k < length; k++) out[q * length + k]! /= sum;
  }
  return out;
}

/** a · b of square matrices. */
export function product(a: ArrayLike<number>, b: ArrayLike<number>, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const v = a[i * n + k]!;
      if (v !== 0) for (let j = 0; j < n; j++) out[i * n + j]! += v * b[k * n + j]!;
    }
  }
  return out;
}

/**
 * The largest flow from a position behind the last layer down to each position of the input, through edges whose
 * capacities are the layers' matrices (Abnar and Zuidema 2020), by Dinic's algorithm (1970).
 *
 * @param layers [length, length] each, from the first layer to the last.
 */
export function largestFlows(layers: readonly Float64Array[], length: number, from: number): Float64Array {
  return Float64Array.from({ length }, (_, to) => largestFlow(layers, length, from, to));
}

function largestFlow(layers: readonly Float64Array[], length: number, source: number, sink: number): number {
  const depth = layers.length;
  // Nodes: position p at level l, the source at level `depth`, the input at level 0.
  const node = (l: number, p: number) => l * length + p;
  const count = (depth + 1) * length;
  const heads: number[] = [];
  const capacity: number[] = [];
  const edges: number[][] = Array.from({ length: count }, () => []);
  const connect = (a: number, b: number, c: number) => {
    edges[a]!.push(heads.length);
    heads.push(b);
    capacity.push(c);
    edges[b]!.push(heads.length);
    heads.push(a);
    capacity.push(0);
  };
  for (let l = 0; l < depth; l++)
    for (let q = 0; q < length; q++)
      for (let k = 0; k < length; k++) {
        const c = layers[l]![q * length + k]!;
        if (c > 0) connect(node(l + 1, q), node(l, k), c);
      }
  const [start, end] = [node(depth, source), node(0, sink)];
  let total = 0;
  const level = new Int32Array(count);
  for (;;) {
    level.fill(-1);
    level[start] = 0;
    const queue = [start];
    for (let at = 0; at < queue.length; at++) {
      const v = queue[at]!;
      for (const e of edges[v]!) {
        if (capacity[e]! > 1e-12 && level[heads[e]!]! < 0) {
          level[heads[e]!] = level[v]! + 1;
          queue.push(heads[e]!);
        }
      }
    }
    if (level[end]! < 0) return total;
    const next = new Int32Array(count);
    const push = (v: number, limit: number): number => {
      if (v === end) return limit;
      for (; next[v]! < edges[v]!.length; next[v]!++) {
        const e = edges[v]![next[v]!]!;
        const w = heads[e]!;
        if (capacity[e]! <= 1e-12 || level[w] !== level[v]! + 1) continue;
        const sent = push(w, Math.min(limit, capacity[e]!));
        if (sent > 0) {
          capacity[e]! -= sent;
          capacity[e ^ 1]! += sent;
          return sent;
        }
      }
      return 0;
    };
    for (let sent = push(start, Number.POSITIVE_INFINITY); sent > 0; ) {
      total += sent;
      sent = push(start, Number.POSITIVE_INFINITY);
    }
  }
}
