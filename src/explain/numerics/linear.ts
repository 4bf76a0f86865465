/** Weighted least squares, small and dense, in float64. */

/**
 * Minimises Σ w (y - X b)² + ridge · |b|² by the normal equations and Cholesky's factorisation.
 *
 * @param rows rows of X.
 * @returns b, or undefined when the rows do not determine it.
 */
export function leastSquares(
  rows: readonly ArrayLike<number>[],
  y: ArrayLike<number>,
  w: ArrayLike<number>,
  ridge: number | ArrayLike<number> = 0,
): Float64Array | undefined {
  const n = rows[0]?.length ?? 0;
  const a = new Float64Array(n * n);
  const b = new Float64Array(n);
  rows.forEach((x, r) => {
    const weight = w[r]!;
    if (weight === 0) return;
    for (let i = 0; i < n; i++) {
      const xi = weight * x[i]!;
      if (xi === 0) continue;
      b[i]! += xi * y[r]!;
      for (let j = 0; j <= i; j++) a[i * n + j]! += xi * x[j]!;
    }
  });
  for (let i = 0; i < n; i++) a[i * n + i]! += typeof ridge === 'number' ? ridge : ridge[i]!;
  return solve(a, b, n);
}

/** Solves a symmetric positive definite system in place; the lower triangle is read. */
export function solve(a: Float64Array, b: Float64Array, n: number): Float64Array | undefined {
  for (let i = 0; i < n; i++) {
    const size = a[i * n + i]!;
    for (let j = 0; j <= i; j++) {
      let s = a[i * n + j]!;
      for (let k = 0; k < j; k++) s -= a[i * n + k]! * a[j * n + k]!;
      if (i !== j) a[i * n + j] = s / a[j * n + j]!;
      else if (s > 1e-10 * size) a[i * n + i] = Math.sqrt(s);
      else return undefined;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) b[i]! -= a[i * n + k]! * b[k]!;
    b[i]! /= a[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) b[i]! -= a[k * n + i]! * b[k]!;
    b[i]! /= a[i * n + i]!;
  }
  return b;
}
