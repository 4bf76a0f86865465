/** What a run kept of its data, when it comes back from the disk. */
import type { Static, TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { VitrineError } from '../model/errors';

/**
 * What was saved, if it is of the kind.
 *
 * @param what it is a preparation of, e.g. "sounds".
 * @throws bad-file
 */
export function savedState<T extends TSchema>(schema: T, saved: unknown, what: string): Static<T> {
  const error = Value.Errors(schema, saved).First();
  if (error)
    throw new VitrineError(
      'bad-file',
      `This is no saved preparation of ${what}: at "${error.path || '/'}", ${error.message.toLowerCase()}. Train again to write a new one.`,
    );
  return saved as Static<T>;
}
