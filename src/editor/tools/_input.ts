/** What a language model gives a tool, held against the schema in the manifest: models invent fields and leave some out. */
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';

export interface InputSchema {
  properties?: Readonly<Record<string, { type?: string | readonly string[]; minimum?: number }>>;
  required?: readonly string[];
}

/** @throws bad-request with the field, what was found and what is expected. */
export function checkInput(tool: string, schema: InputSchema, input: unknown): asserts input is object {
  const fields = schema.properties ?? {};
  const names = Object.keys(fields);
  const fail = (message: string): never => {
    throw new VitrineError('bad-request', `${tool}: ${message}`);
  };
  if (typeOf(input) !== 'object')
    fail(`the input is ${typeOf(input)}; expected an object with ${listed(names)}.`);
  const given = input as Readonly<Record<string, unknown>>;
  for (const name of schema.required ?? []) if (given[name] == null) fail(`"${name}" is missing.`);
  for (const [name, value] of Object.entries(given)) {
    const field = Object.hasOwn(fields, name) ? fields[name]! : undefined;
    if (!field) {
      const near = nearest(name, names);
      fail(`there is no "${name}". ${near ? `Did you mean "${near}"?` : `It takes ${listed(names)}.`}`);
    }
    // What is left out is often written as null.
    if (value == null || field?.type === undefined) continue;
    const types = [field.type].flat() as string[];
    const found = typeOf(value);
    if (!types.includes(found) && !(found === 'integer' && types.includes('number')))
      fail(`"${name}" is ${JSON.stringify(value)?.slice(0, 60)}; expected ${types.join(' or ')}.`);
    if (field.minimum !== undefined && (value as number) < field.minimum)
      fail(`"${name}" is ${value}; expected at least ${field.minimum}.`);
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** The input without what is null, which means that it was left out. */
export function withoutNulls<T extends object>(input: T): T {
  return Object.fromEntries(Object.entries(input).filter(([, v]) => v != null)) as T;
}

/** Numbers in six digits, for JSON.stringify: what is more is noise, and is paid for by the token. */
export function brief(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}
