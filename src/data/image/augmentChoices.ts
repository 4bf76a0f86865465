/** The transforms of `augment` as a form offers them, read from their schema. */
import type { TObject, TSchema } from '@sinclair/typebox';
import { datasetKinds } from '../load';
import { augmentSchema } from './augment';

export interface AugmentField {
  name: string;
  default: number;
  minimum: number;
  maximum: number;
  /** Whole numbers only. */
  whole: boolean;
}

export interface AugmentChoice {
  name: string;
  description: string;
  fields: readonly AugmentField[];
}

/** As the experiment file has it: a name, and numbers by their names. */
export type Transform = { readonly name: string } & Readonly<Record<string, number | string>>;

export const augmentChoices: readonly AugmentChoice[] = (
  augmentSchema as unknown as { items: { anyOf: { properties: Record<string, TSchema> }[] } }
).items.anyOf.map(({ properties: { name, ...fields } }) => ({
  name: String(name!['const']),
  description: String(name!.description),
  fields: Object.entries(fields).map(([field, schema]) => ({
    name: field,
    default: Number(schema.default),
    minimum: Number(schema['minimum']),
    maximum: Number(schema['maximum']),
    whole: schema['type'] === 'integer',
  })),
}));

/** Where an experiment's `data` says how its pictures are altered; undefined for data that are no pictures. */
export function augmentPlace(data: {
  readonly kind: string;
  readonly image?: unknown;
}): string[] | undefined {
  const schema = datasetKinds.find(k => k.id === data.kind)?.schema as TObject | undefined;
  if (schema?.properties['augment']) return ['data', 'augment'];
  return data.image === undefined ? undefined : ['data', 'image', 'augment'];
}

/** What stands there. */
export function transformsOf(data: {
  readonly kind: string;
  readonly image?: unknown;
  readonly augment?: unknown;
}): readonly Transform[] {
  const holder = data.image ? (data.image as { augment?: unknown }) : data;
  return Array.isArray(holder.augment) ? (holder.augment as Transform[]) : [];
}
