/** Columns of numbers as one vector, scaled as the training rows say. */
import { type Static, Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { checkNumbers } from '../table/features';
import { featureOf, foundIn, numberColumnSchema, numberIn, scaled } from '../table/numberColumn';
import { numberAt } from '../table/table';
import type { Encoding } from './_encoder';
import { checked, nameField } from './_fields';

const schema = Type.Object(
  {
    as: Type.Literal('numbers', { description: 'Columns of numbers as one vector.' }),
    name: nameField,
    columns: Type.Array(Type.String(), {
      minItems: 1,
      uniqueItems: true,
      description: 'The columns, in order.',
    }),
    scale: Type.Union(
      [
        Type.Literal('standard', { description: 'Mean 0 and standard deviation 1 over the training rows.' }),
        Type.Literal('none', { description: 'As they are.' }),
      ],
      { default: 'standard', description: 'How numbers are scaled; learned from the training rows only.' },
    ),
  },
  { additionalProperties: false },
);

const state = Type.Object({
  name: Type.String(),
  columns: Type.Array(numberColumnSchema),
});

export const encoding: Encoding = {
  as: 'numbers',
  schema,
  learn(options, { table, columns, trainRows }): Static<typeof state> {
    const { name, scale } = options as Static<typeof schema>;
    checkNumbers(table, columns);
    return {
      name,
      columns: columns.map(column => {
        const values = Array.from(trainRows, row => numberAt(column, row)).filter(x => !Number.isNaN(x));
        const n = Math.max(1, values.length);
        const mean = values.reduce((a, b) => a + b, 0) / n;
        const std = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / n);
        return {
          name: column.name,
          decimal: column.decimal,
          shift: scale === 'standard' ? mean : 0,
          scale: scale === 'standard' && std > 0 ? std : 1,
          mean,
          std,
          min: values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
          max: values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
        };
      }),
    };
  },
  restore(saved) {
    const { name, columns } = checked(state, saved);
    return {
      part: { name, shape: [columns.length], dtype: 'float32', modality: 'table' },
      columns: columns.map(c => c.name),
      features: columns.map((c, i) => featureOf(c, c.name, i)),
      write(values, into, at, row) {
        columns.forEach((c, i) => {
          const value = values[c.name];
          const x = numberIn(value, c);
          if (!Number.isFinite(x))
            throw new VitrineError(
              'bad-data',
              `Row ${row}, column "${c.name}": found ${foundIn(value, 'no such column')}, expected a number.`,
            );
          into[at + i] = scaled(x, c);
        });
      },
    };
  },
};
