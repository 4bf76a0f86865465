/** How fast a long task goes, and how long it still takes. */
import type { Progress } from './dataset';

export interface Pace {
  /** 0 to 1. */
  share: number;
  /** Or files. */
  bytesPerSecond: number;
  files: boolean;
  secondsLeft: number;
}

/** Measures from its first call on. @param now in milliseconds. */
export function paceMeter(now: () => number = () => performance.now()): (progress: Progress) => Pace {
  let first: { at: number; done: number } | undefined;
  return ({ done, total, files = false }) => {
    first ??= { at: now(), done: 0 };
    const seconds = Math.max(1e-3, (now() - first.at) / 1000);
    const bytesPerSecond = done / seconds;
    return {
      share: total > 0 ? Math.min(1, done / total) : 1,
      bytesPerSecond,
      files,
      secondsLeft: bytesPerSecond > 0 ? Math.max(0, (total - done) / bytesPerSecond) : 0,
    };
  };
}

/** "34 %, 120 MB/s, 80 s left". */
export function paceText({ share, bytesPerSecond, secondsLeft, files }: Pace): string {
  const left = secondsLeft < 100 ? `${Math.ceil(secondsLeft)} s` : `${Math.ceil(secondsLeft / 60)} min`;
  const rate = files
    ? `${Math.round(bytesPerSecond)} files/s`
    : `${(bytesPerSecond / 1e6).toFixed(bytesPerSecond < 1e7 ? 1 : 0)} MB/s`;
  return `${Math.floor(share * 100)} %, ${rate}, ${left} left`;
}
