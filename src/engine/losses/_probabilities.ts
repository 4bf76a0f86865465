import type { Tensor } from '../../model/graph';

/** Targets of binary losses lie between 0 and 1. */
export function checkProbabilities(target: Tensor): string | undefined {
  for (const t of target.data) {
    if (!(t >= 0 && t <= 1)) return `The target ${t} is not between 0 and 1, as this loss needs it.`;
  }
  return undefined;
}
