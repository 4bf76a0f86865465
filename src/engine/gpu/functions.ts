/**
 * Functions of elementwise shaders that WGSL lacks or promises too little of. Its sine may be off by 2^-11, `pow` knows
 * no negative bases, tanh(x) as (e^x - e^-x) / (e^x + e^-x) overflows, and compilers may take it that no number is NaN.
 * Sine to arctangent are Cephes' single-precision forms (netlib.org/cephes), with its constants.
 */

const functions: Readonly<Record<string, string>> = {
  // Through variables: WGSL refuses constants that are no numbers.
  infinity: `var<private> infinity_bits : u32 = 0x7f800000u;
fn infinity() -> f32 { return bitcast<f32>(infinity_bits); }`,
  not_a_number: `var<private> nan_bits : u32 = 0x7fc00000u;
fn not_a_number() -> f32 { return bitcast<f32>(nan_bits); }`,
  is_nan: 'fn is_nan(x : f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }',
  least:
    'fn least(x : f32, y : f32) -> f32 { if (is_nan(x)) { return x; } if (is_nan(y)) { return y; } return min(x, y); }',
  most: 'fn most(x : f32, y : f32) -> f32 { if (is_nan(x)) { return x; } if (is_nan(y)) { return y; } return max(x, y); }',
  // WGSL lets both be off by a few units in the last place, and GPUs are: then 21 / 7 rounds down to 2.
  quotient: `fn quotient(x : f32, y : f32) -> f32 {
  let q = x / y;
  let whole = round(q);
  return select(q, whole, whole * y == x);
}`,
  root: `fn root(x : f32) -> f32 {
  let s = sqrt(x);
  let whole = round(s);
  return select(s, whole, whole * whole == x);
}`,
  tanh_of: `fn tanh_of(x : f32) -> f32 {
  if (is_nan(x)) { return x; }
  let a = abs(x);
  if (a < 0.1) { let s = x * x; return x * (1.0 + s * (-0.33333333 + s * (0.13333333 - s * 0.053968254))); }
  let e = exp(-2.0 * min(a, 20.0));
  return sign(x) * (1.0 - e) / (1.0 + e);
}`,
  sigmoid: 'fn sigmoid(x : f32) -> f32 { return 1.0 / (1.0 + exp(-x)); }',
  exp_minus_1: `fn exp_minus_1(x : f32) -> f32 {
  if (abs(x) < 0.03) { return x * (1.0 + x * (0.5 + x * (0.16666667 + x * 0.041666667))); }
  return exp(x) - 1.0;
}`,
  log_1_plus: `fn log_1_plus(x : f32) -> f32 {
  if (abs(x) < 0.03) { return x * (1.0 + x * (-0.5 + x * (0.33333333 + x * (-0.25 + x * 0.2)))); }
  return log(1.0 + x);
}`,
  log_10: 'fn log_10(x : f32) -> f32 { return log(x) * 0.4342944819; }',
  hypotenuse: 'fn hypotenuse(x : f32, y : f32) -> f32 { return sqrt(x * x + y * y); }',
  cube_root: 'fn cube_root(x : f32) -> f32 { return sign(x) * power(abs(x), 0.33333333); }',
  power: `fn power(x : f32, y : f32) -> f32 {
  if (y == 0.0) { return 1.0; }
  if (is_nan(x) || is_nan(y)) { return x + y; }
  if (x == 0.0) { return select(0.0, infinity(), y < 0.0); }
  let size = pow(abs(x), y);
  if (x > 0.0) { return size; }
  if (floor(y) != y) { return not_a_number(); }
  return select(size, -size, abs(y) % 2.0 == 1.0);
}`,
  turn: `fn turn(x : f32, quarters : i32) -> f32 {
  let k = round(x * 0.636619772);
  let r = ((x - k * 1.5703125) - k * 4.837512969970703e-4) - k * 7.549789954891882e-8;
  let s = r * r;
  let quarter = (i32(k) + quarters) & 3;
  let sine_of_rest = r + r * s * (-1.6666654611e-1 + s * (8.3321608736e-3 - s * 1.9515295891e-4));
  let cosine_of_rest = 1.0 - 0.5 * s + s * s * (4.166664568298827e-2 + s * (-1.388731625493765e-3 + s * 2.443315711809948e-5));
  let value = select(sine_of_rest, cosine_of_rest, (quarter & 1) == 1);
  return select(value, -value, quarter >= 2);
}`,
  sine: 'fn sine(x : f32) -> f32 { return turn(x, 0); }',
  cosine: 'fn cosine(x : f32) -> f32 { return turn(x, 1); }',
  tangent: 'fn tangent(x : f32) -> f32 { return sine(x) / cosine(x); }',
  arc_sine: `fn arc_sine(x : f32) -> f32 {
  let a = abs(x);
  let far = a > 0.5;
  let z = select(a * a, 0.5 * (1.0 - a), far);
  let t = select(a, sqrt(z), far);
  let p = t + t * z * (1.6666752422e-1 + z * (7.4953002686e-2 + z * (4.5470025998e-2 + z * (2.4181311049e-2 + z * 4.2163199048e-2))));
  return sign(x) * select(p, 1.570796327 - 2.0 * p, far);
}`,
  arc_cosine: `fn arc_cosine(x : f32) -> f32 {
  if (x > 0.5) { return 2.0 * arc_sine(sqrt(0.5 * (1.0 - x))); }
  if (x < -0.5) { return 3.141592654 - 2.0 * arc_sine(sqrt(0.5 * (1.0 + x))); }
  return 1.570796327 - arc_sine(x);
}`,
  arc_tangent: `fn arc_tangent(x : f32) -> f32 {
  let a = abs(x);
  var t = a;
  var base = 0.0;
  if (a > 2.414213562) { t = -1.0 / a; base = 1.570796327; }
  else if (a > 0.4142135624) { t = (a - 1.0) / (a + 1.0); base = 0.7853981634; }
  let z = t * t;
  let y = base + t + t * z * (-3.33329491539e-1 + z * (1.99777106478e-1 + z * (-1.38776856032e-1 + z * 8.05374449538e-2)));
  return sign(x) * y;
}`,
  arc_tangent_2: `fn arc_tangent_2(y : f32, x : f32) -> f32 {
  if (x == 0.0) { return sign(y) * 1.570796327; }
  let base = arc_tangent(y / x);
  if (x > 0.0) { return base; }
  return select(base - 3.141592654, base + 3.141592654, y >= 0.0);
}`,
  erf: `fn erf(x : f32) -> f32 {
  if (is_nan(x)) { return x; }
  let a = min(abs(x), 10.0);
  if (a < 1.0) {
    let s = x * x;
    return x * (1.12837916572671 + s * (-3.7612625582423e-1 + s * (1.128358514861418e-1 + s * (-2.685381193529856e-2 + s * (5.188327685732524e-3 + s * (-8.010193625184903e-4 + s * 7.853861353153693e-5))))));
  }
  let t = 1.0 / (1.0 + 0.5 * a);
  let p = t * exp(-a * a - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))));
  return sign(x) * (1.0 - p);
}`,
};

/** Those that some WGSL calls, and what they call: drivers compile all that stands in a shader. */
export function helpersFor(body: string): string[] {
  const needed = new Set<string>();
  const add = (text: string) => {
    for (const [, name] of text.matchAll(/\b(\w+)\(/g)) {
      const code = Object.hasOwn(functions, name!) && !needed.has(name!) ? functions[name!] : undefined;
      if (code === undefined) continue;
      needed.add(name!);
      add(code);
    }
  };
  add(body);
  return [...needed].map(n => functions[n]!);
}
