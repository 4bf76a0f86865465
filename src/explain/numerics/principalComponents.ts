/** Principal component analysis of small dense data, in float64. */

export interface PrincipalComponents {
  /** What was subtracted from each row. */
  mean: Float64Array;
  /** Unit vectors, by falling variance; the entry of largest size is positive, as scikit-learn turns them. */
  components: Float64Array[];
  /** Variance along each component (divided by rows - 1). */
  variances: number[];
  /** Sum of the variances of all columns. */
  total: number;
  /** Each row's coordinates. */
  scores: Float64Array[];
}

/**
 * The first `count` components, from the eigenvectors of the smaller of XᵀX and XXᵀ by Jacobi's rotations
 * (Golub and Van Loan, "Matrix Computations", 8.5).
 */
export function principalComponents(rows: readonly ArrayLike<number>[], count: number): PrincipalComponents {
  const n = rows.length;
  const d = rows[0]?.length ?? 0;
  const mean = new Float64Array(d);
  for (const row of rows) for (let j = 0; j < d; j++) mean[j]! += row[j]! / n;
  const centred = rows.map(row => Float64Array.from({ length: d }, (_, j) => row[j]! - mean[j]!));
  const byRows = n < d;
  const size = byRows ? n : d;
  const gram = new Float64Array(size * size);
  if (byRows) {
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) gram[i * n + j] = gram[j * n + i] = dot(centred[i]!, centred[j]!);
  } else {
    for (const x of centred)
      for (let i = 0; i < d; i++) {
        if (x[i] === 0) continue;
        for (let j = 0; j < d; j++) gram[i * d + j]! += x[i]! * x[j]!;
      }
  }
  let total = 0;
  for (let i = 0; i < size; i++) total += gram[i * size + i]! / Math.max(1, n - 1);
  const { values, vectors } = eigen(gram, size);
  const kept = Math.min(count, size);
  const components: Float64Array[] = [];
  for (let k = 0; k < kept; k++) {
    const v = vectors[k]!;
    let c = v;
    if (byRows) {
      c = new Float64Array(d);
      centred.forEach((x, i) => {
        for (let j = 0; j < d; j++) c[j]! += v[i]! * x[j]!;
      });
    }
    const length = Math.sqrt(dot(c, c));
    let largest = 0;
    for (let j = 1; j < d; j++) if (Math.abs(c[j]!) > Math.abs(c[largest]!)) largest = j;
    const scale = length > 0 ? (c[largest]! < 0 ? -1 : 1) / length : 0;
    components.push(c.map(x => x * scale));
  }
  return {
    mean,
    components,
    variances: values.slice(0, kept).map(v => Math.max(0, v) / Math.max(1, n - 1)),
    total,
    scores: centred.map(x => Float64Array.from(components, c => dot(x, c))),
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let s = 0;
  for (let i = 0; i < a.length; i++) s += a[i]! * b[i]!;
  return s;
}

/** Eigenvalues of a symmetric matrix, falling, and their vectors. */
function eigen(matrix: Float64Array, n: number): { values: number[]; vectors: Float64Array[] } {
  const a = matrix.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    let all = 0;
    for (let i = 0; i < n * n; i++) {
      all += a[i]! ** 2;
      if (i % n !== Math.floor(i / n)) off += a[i]! ** 2;
    }
    if (off <= 1e-26 * all) break;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q]!;
        if (apq === 0) continue;
        const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const x = a[k * n + p]!;
          const y = a[k * n + q]!;
          a[k * n + p] = c * x - s * y;
          a[k * n + q] = s * x + c * y;
        }
        for (let k = 0; k < n; k++) {
          const x = a[p * n + k]!;
          const y = a[q * n + k]!;
          a[p * n + k] = c * x - s * y;
          a[q * n + k] = s * x + c * y;
        }
        for (let k = 0; k < n; k++) {
          const x = v[k * n + p]!;
          const y = v[k * n + q]!;
          v[k * n + p] = c * x - s * y;
          v[k * n + q] = s * x + c * y;
        }
      }
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((x, y) => a[y * n + y]! - a[x * n + x]!);
  return {
    values: order.map(i => a[i * n + i]!),
    vectors: order.map(i => Float64Array.from({ length: n }, (_, k) => v[k * n + i]!)),
  };
}
