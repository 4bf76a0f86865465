/** Options of a method: defaults filled in, names and values checked against its TypeBox schema. */
import type { Static, TObject } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { VitrineError } from '../model/errors';
import { listed, nearest } from '../model/suggest';

/**
 * @throws bad-request naming the option that is unknown or wrong, what was found and what is expected.
 */
export function readOptions<T extends TObject>(
  schema: T,
  given: Readonly<Record<string, unknown>> = {},
  of: string,
): Static<T> {
  const known = Object.keys(schema.properties);
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    throw new VitrineError(
      'bad-request',
      `${of} has no option "${name}".${near ? ` Did you mean "${near}"?` : known.length ? ` It has ${listed(known)}.` : ''}`,
    );
  }
  // A list may be given as its only member, as command lines do.
  const whole = Object.entries(given).map(([name, v]) => [
    name,
    schema.properties[name]?.['type'] === 'array' && !Array.isArray(v) ? [v] : v,
  ]);
  const value = Value.Default(schema, structuredClone(Object.fromEntries(whole)));
  const error = Value.Errors(schema, value).First();
  if (error) {
    const name = error.path.slice(1);
    const allowed = (error.schema.anyOf as { const?: unknown }[] | undefined)?.map(s => String(s.const));
    throw new VitrineError(
      'bad-request',
      `Option "${name}" of ${of}: found ${JSON.stringify(error.value)}, ${
        allowed
          ? `expected ${listed(allowed)}`
          : error.message.charAt(0).toLowerCase() + error.message.slice(1)
      }.`,
    );
  }
  return value as Static<T>;
}
