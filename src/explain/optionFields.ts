/** A method's options as a form shows them, read from its schema. Pure; what they are called is `names`' matter. */
import type { TObject } from '@sinclair/typebox';
import { optionNaming } from '../names/names';
import type { ExplanationMethod } from './method';

export type OptionValue = string | number | boolean | readonly (string | number)[];

/** What an option's value may be chosen from, where the model or the data have it. */
export type OptionSource = 'modules' | 'columns' | 'examples';

export interface OptionField {
  name: string;
  /** In words, in the reader's language. */
  title: string;
  description: string;
  kind: 'choice' | 'integer' | 'number' | 'boolean' | 'text' | 'list';
  default: OptionValue;
  /** Of a choice. */
  choices?: readonly string[];
  minimum?: number;
  maximum?: number;
  from?: OptionSource;
}

const sources: Readonly<Record<string, OptionSource>> = {
  layer: 'modules',
  column: 'columns',
  columns: 'columns',
  concept: 'examples',
  against: 'examples',
};

const kinds: Readonly<Record<string, OptionField['kind']>> = {
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  array: 'list',
};

export function optionFields(
  method: Pick<ExplanationMethod, 'options'>,
  language?: string,
): readonly OptionField[] {
  return Object.entries((method.options as TObject).properties).map(([name, schema]) => {
    const choices = (schema['anyOf'] as { const: string }[] | undefined)?.map(c => c.const);
    const kind = choices ? 'choice' : (kinds[schema['type']] ?? 'text');
    // Layers of attention are counted, not named.
    const from = kind === 'text' || kind === 'list' ? sources[name] : undefined;
    const bound = (key: string) => (typeof schema[key] === 'number' ? (schema[key] as number) : undefined);
    const [minimum, maximum] = [bound('minimum'), bound('maximum')];
    return {
      name,
      ...optionNaming(name, schema.description ?? '', language),
      kind,
      default: schema['default'] as OptionValue,
      ...(choices && { choices }),
      ...(minimum !== undefined && { minimum }),
      ...(maximum !== undefined && { maximum }),
      ...(from && { from }),
    };
  });
}
