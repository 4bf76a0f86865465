/** Findings that tell of a limit of Vitrine and not of a mistake. */
import type { Diagnostic } from './graph';

/** What cannot be read, for reasons that need not be the code's. */
const limits = new Set(['unsupported-op', 'input-shape-needed', 'time-limit', 'memory-limit']);

/**
 * A finding as whoever wrote the code sees it: what Vitrine cannot read is an error for all that needs the model, and a
 * warning in a file that PyTorch may run as it stands.
 */
export function shownFinding<D extends Pick<Diagnostic, 'severity' | 'code'>>(d: D): D {
  return d.severity === 'error' && limits.has(d.code) ? { ...d, severity: 'warning' } : d;
}
