/** Holds an experiment's value against the schema, and says at which place what is wrong in the user's terms. */
import { type TSchema, Type } from '@sinclair/typebox';
import { Value, type ValueError, ValueErrorType } from '@sinclair/typebox/value';
import { datasetKinds } from '../../data/load';
import { ScheduleRunner } from '../../engine/scheduleRunner';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import {
  defaultOptimizer,
  losses,
  lossOptionsSchema,
  optimizerSchema,
  optimizers,
  scheduleSchema,
  schedules,
} from './choices';
import { type Experiment, experimentSchema, type Parts } from './schema';
import type { JsonPath } from './source';

export interface Problem {
  path: JsonPath;
  /** At the name of the field rather than at its value. */
  atName?: boolean;
  code: string;
  message: string;
  /** What to write instead of the value (or of the name, with `atName`). */
  replacement?: string;
}

/** Completes a value with the defaults, or says what is wrong with it. */
export function validate(raw: unknown): { experiment?: Experiment; problems: Problem[] } {
  if (!isObject(raw))
    return {
      problems: [
        {
          path: [],
          code: 'wrong-type',
          message: `Expected an object { … } with model, data and loss, found ${say(raw)}.`,
        },
      ],
    };
  const value = structuredClone(raw);
  const problems: Problem[] = [];
  const schema = experimentSchema(partsOf(value));
  const complete = Value.Default(schema, value);
  const reported = new Set<string>();
  for (const error of Value.Errors(schema, complete)) {
    // One complaint a place: what follows from a field that is absent or of the wrong type says nothing new.
    if (reported.has(error.path)) continue;
    reported.add(error.path);
    const problem = explain(error, schema);
    if (problems.some(p => p.path.join('/') === problem.path.join('/'))) continue;
    problems.push(problem);
  }
  if (problems.length > 0) return { problems };
  const experiment = complete as Experiment;
  problems.push(
    ...checkOptimizer(experiment.optimizer),
    ...checkSchedule(experiment),
    ...checkSplit(experiment.data),
  );
  return problems.length > 0 ? { problems } : { experiment, problems };
}

/** The schemas of what the file chooses, so that messages speak of that only; of the first choice if it is unknown. */
export function partsOf(raw: unknown): Parts {
  const at = (value: unknown, key: string) =>
    isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  const kinds = datasetKinds.map(k => k.id);
  const kind = at(at(raw, 'data'), 'kind');
  const known = datasetKinds.find(k => k.id === kind);
  const name = at(at(raw, 'optimizer'), 'name');
  const optimizer = optimizers.find(o => o.name === (name ?? defaultOptimizer));
  const loss = losses.find(l => l.name === at(raw, 'loss'));
  const scheduleName = at(at(raw, 'schedule'), 'name');
  const schedule = schedules.find(s => s.name === scheduleName);
  return {
    data: known
      ? (known.schema as TSchema)
      : onlyChoice(datasetKinds[0]!.schema as TSchema, 'kind', kinds, 'What the data are.'),
    optimizer: optimizer
      ? withoutDefaults(optimizerSchema(optimizer), ['name', 'lr'])
      : onlyChoice(
          optimizerSchema(optimizers[0]!),
          'name',
          optimizers.map(o => o.name),
          'The optimiser.',
        ),
    schedule: schedule
      ? withoutDefaults(scheduleSchema(schedule), ['name'])
      : onlyChoice(
          scheduleSchema(schedules[0]!),
          'name',
          schedules.map(s => s.name),
          'How the learning rate changes.',
        ),
    lossOptions: loss ? withoutDefaults(lossOptionsSchema(loss), []) : Type.Object({}),
  };
}

/** While it is open which schema holds, only the field that decides is checked. */
function onlyChoice(
  schema: TSchema,
  field: string,
  choices: readonly string[],
  description: string,
): TSchema {
  return {
    ...schema,
    properties: {
      [field]: Type.Union(
        choices.map(c => Type.Literal(c)),
        { description },
      ),
    },
    required: [field],
    additionalProperties: true,
  };
}

/** Completing an experiment fills in the learning rate, but not the options whose defaults the engine knows. */
function withoutDefaults(schema: TSchema, except: readonly string[]): TSchema {
  const properties = Object.entries(schema['properties'] as Record<string, TSchema>).map(([name, s]) => {
    if (except.includes(name) || !('default' in s)) return [name, s] as const;
    const { default: _, ...rest } = s;
    return [name, rest] as const;
  });
  return { ...schema, properties: Object.fromEntries(properties) } as TSchema;
}

function explain(error: ValueError, root: TSchema): Problem {
  const path = pathOf(error.path);
  const name = path.join('.');
  switch (error.type) {
    case ValueErrorType.ObjectAdditionalProperties: {
      const known = Object.keys(
        (error.schema as { properties?: object }).properties ?? propertiesAt(root, path.slice(0, -1)),
      );
      const last = String(path.at(-1));
      const near = nearest(last, known);
      return {
        path,
        atName: true,
        code: 'unknown-field',
        message: `There is no field "${last}" ${path.length > 1 ? `in ${path.slice(0, -1).join('.')}` : 'here'}. ${
          near ? `Did you mean "${near}"?` : `Expected ${listed(known, 20)}.`
        }`,
        replacement: near && JSON.stringify(near),
      };
    }
    case ValueErrorType.ObjectRequiredProperty:
      return {
        path,
        code: 'missing-field',
        message: `"${name}" is missing: ${lowerFirst(error.schema.description ?? 'a value is needed.')}`,
      };
    case ValueErrorType.Literal:
    case ValueErrorType.Union: {
      const choices = literals(error.schema);
      if (choices.length === 0) break;
      const near = typeof error.value === 'string' ? nearest(error.value, choices) : undefined;
      return {
        path,
        code: 'wrong-value',
        message: `${name} is ${say(error.value)}; expected ${listed(choices)}.${near ? ` Did you mean "${near}"?` : ''}`,
        replacement: near && JSON.stringify(near),
      };
    }
  }
  const { expected, code } = expectation(error);
  return { path, code, message: `${name || 'The file'} is ${say(error.value)}; expected ${expected}.` };
}

function expectation(error: ValueError): { expected: string; code: string } {
  const s = error.schema as Record<string, unknown>;
  const low =
    s['minimum'] !== undefined
      ? `at least ${s['minimum']}`
      : s['exclusiveMinimum'] !== undefined
        ? `greater than ${s['exclusiveMinimum']}`
        : '';
  const high =
    s['maximum'] !== undefined
      ? `at most ${s['maximum']}`
      : s['exclusiveMaximum'] !== undefined
        ? `less than ${s['exclusiveMaximum']}`
        : '';
  const bounds = [low, high].filter(Boolean).join(' and ');
  const rightType =
    (s['type'] === 'integer' && Number.isInteger(error.value)) ||
    (s['type'] === 'number' && typeof error.value === 'number');
  const code = rightType ? 'out-of-range' : 'wrong-type';
  const suffix = bounds ? `, ${bounds}` : '';
  switch (s['type']) {
    case 'integer':
      return { expected: `a whole number${suffix}`, code };
    case 'number':
      return { expected: `a number${suffix}`, code };
    case 'boolean':
      return { expected: 'true or false', code };
    case 'array':
      switch (error.type) {
        case ValueErrorType.ArrayMinItems:
        case ValueErrorType.ArrayMaxItems:
          return {
            expected:
              s['minItems'] === s['maxItems']
                ? `a list of ${s['minItems']} values`
                : 'a list that is not empty',
            code: 'out-of-range',
          };
        case ValueErrorType.ArrayUniqueItems:
          return { expected: 'each entry once', code: 'out-of-range' };
        default:
          return { expected: 'a list [ … ]', code };
      }
    case 'object':
      return { expected: 'an object { … }', code };
    case 'string': {
      if (typeof error.value !== 'string') return { expected: 'a text in double quotes', code };
      if (error.type === ValueErrorType.StringMinLength)
        return { expected: 'a text that is not empty', code: 'out-of-range' };
      return { expected: `at most ${s['maxLength']} characters`, code: 'out-of-range' };
    }
    default:
      return { expected: lowerFirst(error.message.replace(/^Expected /, '')), code };
  }
}

/** PyTorch's own rules for options that depend on each other. */
function checkOptimizer(o: Experiment['optimizer']): Problem[] {
  const problems: Problem[] = [];
  if (o['nesterov'] && (!o['momentum'] || o['dampening']))
    problems.push({
      path: ['optimizer', 'nesterov'],
      code: 'wrong-value',
      message: 'Nesterov momentum requires a momentum above 0 and no dampening.',
    });
  return problems;
}

/** What the schedules themselves say of their options, of those within a sequence too. */
function checkSchedule({ schedule, epochs }: Experiment): Problem[] {
  if (!schedule) return [];
  try {
    new ScheduleRunner(schedule, { epochs, stepsPerEpoch: 1 });
    return [];
  } catch (e) {
    if (!(e instanceof VitrineError)) throw e;
    return [{ path: ['schedule'], code: 'wrong-value', message: e.message }];
  }
}

function checkSplit({ split }: Partial<Experiment['data']>): Problem[] {
  const problems: Problem[] = [];
  // An environment has no rows to divide.
  if (!split) return problems;
  if (split.test + split.valid >= 1)
    problems.push({
      path: ['data', 'split'],
      code: 'out-of-range',
      message: `${split.test} for the test and ${split.valid} for validation leave nothing to train on; their sum must be below 1.`,
    });
  if (split.group !== undefined && split.time !== undefined)
    problems.push({
      path: ['data', 'split', 'time'],
      atName: true,
      code: 'wrong-value',
      message: 'Rows are divided by group or by time, not by both. Remove one.',
    });
  return problems;
}

/** Names of the fields below a path of the schema. */
export function propertiesAt(schema: TSchema, path: JsonPath): Record<string, TSchema> {
  let s: TSchema | undefined = schema;
  for (const key of path) s = (s?.['properties'] as Record<string, TSchema> | undefined)?.[key];
  return (s?.['properties'] as Record<string, TSchema> | undefined) ?? {};
}

function literals(schema: TSchema): string[] {
  const options = (schema['anyOf'] as TSchema[] | undefined) ?? [schema];
  if (!options.every(o => 'const' in o)) return [];
  return options.map(o => String(o['const']));
}

/** From a JSON pointer. */
function pathOf(pointer: string): (string | number)[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map(p => p.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map(p => (/^\d+$/.test(p) ? Number(p) : p));
}

function say(value: unknown): string {
  if (value === undefined) return 'absent';
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

function lowerFirst(text: string): string {
  return text[0]!.toLowerCase() + text.slice(1);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
