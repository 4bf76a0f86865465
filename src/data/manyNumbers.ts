import type { TargetInfo } from './dataset';

/** More numbers than anyone reads. */
const many = 64;

/** What stands for a prediction of many numbers where people read it: its length in time, or its sizes. */
export function manyNumbers(
  count: number,
  target: Pick<TargetInfo, 'shape' | 'spoken'> | undefined,
): string | undefined {
  const { spoken, shape } = target ?? {};
  if (spoken && shape) return `${(spoken.secondsPerFrame * shape[0]!).toFixed(2)} s`;
  return count > many ? `${(shape ?? [count]).join(' × ')} numbers` : undefined;
}
