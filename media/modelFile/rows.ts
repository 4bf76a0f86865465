/** Which tensors the table shows, in which order, and which of its rows are in view. Pure. */
import type { StoredTensor } from '../../src/formats/_format';
import { elementCount } from '../panel/logic/numbers';

export type Column = 'name' | 'dtype' | 'shape' | 'values' | 'bytes';

export interface Order {
  column: Column;
  descending: boolean;
}

/** Words of the filter, each of which has to be in the name, type or shape. */
export function rowsOf(
  tensors: readonly StoredTensor[],
  filter: string,
  order: Order | undefined,
): readonly StoredTensor[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length
    ? tensors.filter(t => {
        const text = `${t.name} ${t.dtype} ${t.shape.join('x')}`.toLowerCase();
        return words.every(w => text.includes(w));
      })
    : tensors;
  if (!order) return found;
  const key: Record<Column, (t: StoredTensor) => string | number> = {
    name: t => t.name,
    dtype: t => t.dtype,
    shape: t => t.shape.length,
    values: t => elementCount(t.shape),
    bytes: t => t.bytes,
  };
  const of = key[order.column];
  const sign = order.descending ? -1 : 1;
  return [...found].sort((a, b) => {
    const [x, y] = [of(a), of(b)];
    if (typeof x === 'string' && typeof y === 'string')
      return sign * x.localeCompare(y, undefined, { numeric: true });
    return sign * (Number(x) - Number(y)) || a.name.localeCompare(b.name, undefined, { numeric: true });
  });
}

/** The rows that are drawn for a scroll position: those in view and some around. */
export function visibleRows(
  count: number,
  rowHeight: number,
  scrollTop: number,
  height: number,
): { from: number; to: number } {
  const around = 8;
  const from = Math.max(0, Math.floor(scrollTop / rowHeight) - around);
  const to = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + around);
  return { from: Math.min(from, count), to: Math.max(to, Math.min(from, count)) };
}

/** Sums for the header. */
export function totals(tensors: readonly StoredTensor[]): { parameters: number; bytes: number } {
  return tensors.reduce(
    (sum, t) => ({
      parameters: sum.parameters + (counted.test(t.name) ? 0 : elementCount(t.shape)),
      bytes: sum.bytes + t.bytes,
    }),
    { parameters: 0, bytes: 0 },
  );
}

/** What batch normalization counts as rows go by: no parameter, as PyTorch says. */
const counted = /(^|\.)(running_(mean|var)|num_batches_tracked)$/;

/** 1.23 GB; powers of ten, as disks have them. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  let x = bytes;
  for (; x >= 999.5 && unit < units.length - 1; unit++) x /= 1000;
  return `${unit === 0 ? x : Number(x.toPrecision(3))} ${units[unit]}`;
}
