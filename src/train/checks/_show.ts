/** A figure in a check's sentence: three digits are what a person compares. */
export function show(x: number): string {
  return String(Number(x.toPrecision(3)));
}
