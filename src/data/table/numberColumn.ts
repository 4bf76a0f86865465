/** A column of numbers as a saved preparation has it. */
import { type Static, Type } from '@sinclair/typebox';
import type { FeatureInfo } from '../dataset';
import { isMissing, parseNumber } from './values';

export const numberColumnSchema = Type.Object({
  name: Type.String(),
  decimal: Type.Union([Type.Literal('.'), Type.Literal(',')]),
  shift: Type.Number(),
  scale: Type.Number({ exclusiveMinimum: 0 }),
  mean: Type.Number(),
  std: Type.Number(),
  min: Type.Number(),
  max: Type.Number(),
});

export type NumberColumn = Static<typeof numberColumnSchema>;

type Cell = string | number | null | undefined;

/** The cell's number as the column writes its numbers; NaN for anything else. */
export function numberIn(cell: Cell, { decimal }: Pick<NumberColumn, 'decimal'>): number {
  if (typeof cell === 'number') return cell;
  return isMissing(cell) ? Number.NaN : parseNumber(cell, decimal);
}

/** What stands where a number was expected, for a message. */
export function foundIn(cell: Cell, absent: string): string {
  return cell === undefined ? absent : isMissing(cell) ? 'nothing' : `"${cell}"`;
}

export function scaled(x: number, { shift, scale }: Pick<NumberColumn, 'shift' | 'scale'>): number {
  return (x - shift) / scale;
}

/** What people are told of it; `entry` is its place in a flattened sample. */
export function featureOf({ mean, std, min, max }: NumberColumn, name: string, entry: number): FeatureInfo {
  return { name, kind: 'number', mean, std, min, max, span: [entry, entry + 1], missing: 0 };
}
