/** What the encodings' schemas and states share. */
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { savedState } from '../savedState';

export const nameField = Type.String({
  minLength: 1,
  description: "The input's name, as forward's argument is called.",
});

/** @throws bad-file */
export function checked<T extends TSchema>(schema: T, saved: unknown): Static<T> {
  return savedState(schema, saved, 'columns');
}
