/** Values given on the command line (`--set optimizer.lr=0.01`) or by a caller, over those of the file. */
import type { TSchema } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import { type Experiment, experimentSchema } from './schema';
import { partsOf, propertiesAt, validate } from './validate';

/**
 * A new experiment with some values replaced. Texts are read as the field's type: "0.01" for a number, "[1, 8, 8]" for
 * a list; so what comes from a command line needs no quotes. `null` or "null" takes an optional value away.
 *
 * @throws VitrineError bad-usage naming the path, what was found and what was expected.
 */
export function applySettings(
  experiment: Experiment,
  settings: Readonly<Record<string, unknown>>,
): Experiment {
  const { experiment: out, problems } = validate(setValues(experiment, settings));
  if (out) return out;
  throw new VitrineError('bad-usage', `The setting does not fit. ${problems.map(p => p.message).join(' ')}`);
}

/** The same without checking the result. @throws VitrineError bad-usage for a path that there is not. */
export function setValues(raw: unknown, settings: Readonly<Record<string, unknown>>): unknown {
  const out = structuredClone(raw);
  for (const [name, value] of Object.entries(settings)) set(out, name, value);
  return out;
}

function set(root: unknown, name: string, value: unknown): void {
  const path = name.split('.');
  const schema = schemaAt(name, path, root);
  let at = root as Record<string, unknown>;
  for (const key of path.slice(0, -1)) {
    if (!isObject(at[key]) || !Object.hasOwn(at, key)) at[key] = {};
    at = at[key] as Record<string, unknown>;
  }
  const parsed = typeof value === 'string' ? fromText(value, schema) : value;
  if (parsed === null || parsed === undefined) delete at[path.at(-1)!];
  else at[path.at(-1)!] = parsed;
}

/** The schema of a path; undefined below free objects such as model.arguments. */
function schemaAt(name: string, path: readonly string[], root: unknown): TSchema | undefined {
  const whole = experimentSchema(partsOf(root));
  for (let n = 0; n < path.length; n++) {
    const known = propertiesAt(whole, path.slice(0, n));
    const key = path[n]!;
    if (Object.hasOwn(known, key)) {
      // model.arguments takes any name.
      if ('patternProperties' in known[key]!) {
        if (path.slice(n + 1).some(p => p === '__proto__' || p === ''))
          throw new VitrineError('bad-usage', `"${name}" cannot be set.`);
        return n === path.length - 1 ? known[key] : undefined;
      }
      continue;
    }
    const near = nearest(key, Object.keys(known));
    const above = path.slice(0, n).join('.');
    const options = Object.keys(known).filter(k => k !== '$schema');
    throw new VitrineError(
      'bad-usage',
      options.length === 0
        ? `"${name}" cannot be set: "${above}" is a single value.`
        : `There is no setting "${name}". ${near ? `Did you mean "${above ? `${above}.` : ''}${near}"?` : `${above ? `"${above}"` : 'An experiment'} has ${listed(options, 20)}.`}`,
    );
  }
  return path.reduce<TSchema>((_, __, i) => propertiesAt(whole, path.slice(0, i))[path[i]!]!, Type.Unknown());
}

function fromText(text: string, schema: TSchema | undefined): unknown {
  if (text === 'null') return null;
  const isText =
    schema?.['type'] === 'string' ||
    (schema?.['anyOf'] as TSchema[] | undefined)?.every(o => o['type'] === 'string');
  if (isText) return text;
  try {
    return JSON.parse(text);
  } catch {
    // "a,b" for a list of names.
    if (schema?.['type'] === 'array' && (schema['items'] as TSchema)?.['type'] === 'string')
      return text.split(',').map(s => s.trim());
    return text;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
