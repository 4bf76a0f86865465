/** Losses, optimisers and schedules by name, and their options with defaults filled in and checked. */

import allLosses from 'registry:engine/losses#loss';
import allOptimizers from 'registry:engine/optimizers#optimizer';
import allSchedules from 'registry:engine/schedules#schedule';
import type { TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { VitrineError } from '../model/errors';
import { listed, nearest } from '../model/suggest';
import type { LossDefinition } from './loss';
import type { OptimizerDefinition } from './optimizer';
import type { ScheduleDefinition } from './schedule';

export const losses: ReadonlyMap<string, LossDefinition> = new Map(
  (allLosses as readonly LossDefinition[]).map(l => [l.name, l] as const),
);

export const optimizers: ReadonlyMap<string, OptimizerDefinition> = new Map(
  (allOptimizers as readonly OptimizerDefinition[]).map(o => [o.name, o] as const),
);

export const schedules: ReadonlyMap<string, ScheduleDefinition> = new Map(
  (allSchedules as readonly ScheduleDefinition[]).map(s => [s.name, s] as const),
);

/** @throws bad-experiment when the schedule does not exist. */
export function requireSchedule(name: string): ScheduleDefinition {
  return schedules.get(name) ?? unknown('schedule', name, schedules);
}

/** @throws bad-experiment when the loss does not exist. */
export function requireLoss(name: string): LossDefinition {
  return losses.get(name) ?? unknown('loss', name, losses);
}

/** @throws bad-experiment when the optimiser does not exist. */
export function requireOptimizer(name: string): OptimizerDefinition {
  return optimizers.get(name) ?? unknown('optimizer', name, optimizers);
}

/**
 * Options with the schema's defaults for those that are absent.
 *
 * @throws bad-experiment naming the first option that does not fit.
 */
export function completeOptions<T>(
  what: string,
  schema: unknown,
  given: Readonly<Record<string, unknown>>,
): T {
  const options = Value.Default(schema as TSchema, structuredClone(given));
  const [error] = Value.Errors(schema as TSchema, options);
  if (error) {
    const at = error.path.replace(/^\//, '').replaceAll('/', '.');
    const value = error.value === undefined ? '' : `, but is ${JSON.stringify(error.value)}`;
    throw new VitrineError(
      'bad-experiment',
      `${what}: ${at ? `"${at}"` : 'the options'}: ${error.message}${value}.`,
    );
  }
  return options as T;
}

function unknown(kind: string, name: string, known: ReadonlyMap<string, unknown>): never {
  const near = nearest(name, known.keys());
  throw new VitrineError(
    'bad-experiment',
    `There is no ${kind} "${name}". ${near ? `Did you mean "${near}"? ` : ''}There are ${listed([...known.keys()], 40)}.`,
  );
}
