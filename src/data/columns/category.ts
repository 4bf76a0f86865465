/** A column of categories as the index of each, for nn.Embedding. */
import { type Static, Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { textAt } from '../table/table';
import { isMissing } from '../table/values';
import type { Encoding } from './_encoder';
import { checked, nameField } from './_fields';

const schema = Type.Object(
  {
    as: Type.Literal('category', {
      description:
        'A column of categories, as an index from 1, the most frequent first; 0 is what training did not have. For nn.Embedding(categories + 1, …).',
    }),
    name: nameField,
    column: Type.String({ minLength: 1, description: 'The column.' }),
  },
  { additionalProperties: false },
);

const few = 20;

const state = Type.Object({
  name: Type.String(),
  column: Type.String(),
  categories: Type.Array(Type.String(), { minItems: 1, maxItems: 10_000_000 }),
});

export const encoding: Encoding = {
  as: 'category',
  schema,
  learn(options, { columns: [column], trainRows }): Static<typeof state> {
    const { name } = options as Static<typeof schema>;
    const counts = new Map<string, number>();
    for (const row of trainRows) {
      const text = textAt(column!, row);
      if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    const categories = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([name]) => name);
    return { name, column: column!.name, categories };
  },
  restore(saved) {
    const { name, column, categories } = checked(state, saved);
    const codes = new Map(categories.map((c, i) => [c, i + 1]));
    return {
      part: { name, shape: [], dtype: 'int64', modality: 'table' },
      columns: [column],
      features: [
        {
          name: column,
          kind: 'category',
          // Of many names none is typical.
          ...(categories.length <= few && { categories }),
          span: [0, 1],
          missing: 0,
        },
      ],
      write(values, into, at, row) {
        const value = values[column];
        if (isMissing(value))
          throw new VitrineError(
            'bad-data',
            `Row ${row}, column "${column}": ${value === undefined ? 'there is no such column' : 'the value is missing'}. Expected a category.`,
          );
        into[at] = codes.get(String(value)) ?? 0;
      },
      names: entries => [entries[0] === 0 ? '' : (categories[entries[0]! - 1] ?? '')],
    };
  },
};
