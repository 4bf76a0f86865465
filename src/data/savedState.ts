/** What a run keeps of its data on the disk: which kind it is, and what was learned. */
import { type Static, type TLiteral, type TProperties, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { VitrineError } from '../model/errors';

/** The head of what is saved of data of a kind. */
export function savedAs<K extends string>(kind: K) {
  return { format: 'vitrine-preparation', version: 1, kind } as const;
}

/** What is saved of data of a kind: its head and `learned`. */
export function stateSchemaOf<K extends string, P extends TProperties>(kind: K, learned: P) {
  const { format, version } = savedAs(kind);
  return Type.Object({
    format: Type.Literal(format),
    version: Type.Literal(version),
    kind: Type.Literal(kind) as TLiteral<K>,
    ...learned,
  });
}

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
