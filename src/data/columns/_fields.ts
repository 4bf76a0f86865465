/** What the encodings' schemas and states share. */
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { VitrineError } from '../../model/errors';

export const nameField = Type.String({
  minLength: 1,
  description: "The input's name, as forward's argument is called.",
});

/** @throws bad-file */
export function checked<T extends TSchema>(schema: T, saved: unknown): Static<T> {
  const error = Value.Errors(schema, saved).First();
  if (error)
    throw new VitrineError(
      'bad-file',
      `This is no saved preparation of columns: at "${error.path || '/'}", ${error.message.toLowerCase()}. Train again to write a new one.`,
    );
  return saved as Static<T>;
}
