/** Is a difference more than chance? Tests of means, and what is left of many of them. */

export interface TTest {
  t: number;
  degrees: number;
  /** That the first mean is not larger, by chance alone; two-sided where asked for. */
  p: number;
}

/** Welch's t-test (1947): equal variances are not assumed. SciPy's ttest_ind(equal_var=False). */
export function welch(
  a: { mean: number; variance: number; count: number },
  b: { mean: number; variance: number; count: number },
  sides: 'greater' | 'two-sided',
): TTest {
  const [va, vb] = [a.variance / a.count, b.variance / b.count];
  const error = Math.sqrt(va + vb);
  const difference = a.mean - b.mean;
  if (!(error > 0)) {
    // Without any variance a difference is certain, and none is none.
    const p = difference === 0 ? 1 : sides === 'two-sided' || difference > 0 ? 0 : 1;
    return {
      t: difference === 0 ? 0 : Math.sign(difference) * Number.MAX_VALUE,
      degrees: a.count + b.count - 2,
      p,
    };
  }
  const t = difference / error;
  const degrees = (va + vb) ** 2 / (va ** 2 / (a.count - 1) + vb ** 2 / (b.count - 1));
  const tail = studentTail(Math.abs(t), degrees);
  return { t, degrees, p: sides === 'two-sided' ? 2 * tail : t > 0 ? tail : 1 - tail };
}

/** Mean and variance (divided by n - 1). */
export function momentsOf(values: ArrayLike<number>): { mean: number; variance: number; count: number } {
  const count = values.length;
  let mean = 0;
  for (let i = 0; i < count; i++) mean += values[i]! / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[i]! - mean) ** 2;
  return { mean, variance: count > 1 ? squares / (count - 1) : 0, count };
}

/** P(T > t) of Student's distribution, t ≥ 0. */
export function studentTail(t: number, degrees: number): number {
  return 0.5 * incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** The regularised incomplete beta function, by Lentz's continued fraction (Press et al., "Numerical Recipes", 6.4). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  if (x > (a + 1) / (a + b + 2)) return 1 - (front * fraction(1 - x, b, a)) / b;
  return (front * fraction(x, a, b)) / a;
}

function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  d = 1 / (Math.abs(d) < tiny ? tiny : d);
  let h = d;
  for (let m = 1; m <= 500; m++) {
    for (const step of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 + step * d;
      d = 1 / (Math.abs(d) < tiny ? tiny : d);
      c = 1 + step / c;
      if (Math.abs(c) < tiny) c = tiny;
      h *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return h;
}

/** Lanczos' approximation. */
function logGamma(x: number): number {
  const g = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  let sum = 0.99999999999980993;
  g.forEach((c, i) => {
    sum += c / (z + i + 1);
  });
  const t = z + g.length - 0.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Benjamini and Hochberg (1995): p-values that stay below a level for the wanted share of false finds. */
export function falseDiscovery(p: readonly number[]): number[] {
  const order = p.map((_, i) => i).sort((a, b) => p[b]! - p[a]!);
  const out = new Array<number>(p.length);
  let least = 1;
  order.forEach((i, k) => {
    least = Math.min(least, (p[i]! * p.length) / (p.length - k));
    out[i] = least;
  });
  return out;
}
