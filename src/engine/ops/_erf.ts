/** The error function as statements of a kernel; no backend has it built in. */

/** Horner's rule, highest coefficient first. */
function horner(x: string, coefficients: readonly number[]): string {
  return coefficients.slice(1).reduce((sum, c) => `(${sum}) * ${x} + (${c})`, String(coefficients[0]));
}

/**
 * Statements that set `erfY` to erf(x) to about 2e-7: Cephes' single-precision forms, a polynomial in x² below 1 and
 * 1 - e^-x² P(1/x²) / x above.
 */
export function erfStatements(x: string): string {
  const small = horner(
    'erfZ',
    [
      7.853861353153693e-5, -8.010193625184903e-4, 5.188327685732524e-3, -2.685381193529856e-2,
      1.128358514861418e-1, -3.7612625824233e-1, 1.12837916572671,
    ],
  );
  const middle = horner(
    'erfQ',
    [
      2.326819970068386e-2, -1.387039388740657e-1, 3.687424674597105e-1, -5.824733027278666e-1,
      6.210004621745983e-1, -4.944515323274145e-1, 3.404879937665872e-1, -2.741127028184656e-1,
      5.638259427386472e-1,
    ],
  );
  const large = horner(
    'erfQ',
    [
      -1.047766399936249e1, 1.297719955372516e1, -7.495518717768503, 2.921019019210786, -1.0152652792027,
      4.218463358204948e-1, -2.820767439740514e-1, 5.641895067754075e-1,
    ],
  );
  return `
    const erfX = ${x};
    const erfA = Math.abs(erfX);
    const erfZ = erfX * erfX;
    const erfR = 1 / Math.max(erfA, 0.5);
    const erfQ = erfR * erfR;
    let erfP = ${middle};
    if (erfA >= 2) { erfP = ${large}; }
    let erfY = 1 - Math.exp(-erfZ) * erfR * erfP;
    if (erfX < 0) { erfY = -erfY; }
    if (erfA < 1) { erfY = erfX * (${small}); }`;
}
