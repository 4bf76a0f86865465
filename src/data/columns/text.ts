/** A column of texts as token ids, filled up with 0. */
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { textAt } from '../table/table';
import { Tokenizer, tokenizerFor, tokenizerKinds, tokenizerSchema } from '../text/tokenizer';
import type { Encoding } from './_encoder';
import { checked, nameField } from './_fields';

const schema = Type.Object(
  {
    as: Type.Literal('text', { description: 'A column of texts, as token ids.' }),
    name: nameField,
    column: Type.String({ minLength: 1, description: 'The column.' }),
    tokenizer: Type.Optional(tokenizerKinds),
    lower: Type.Boolean({ default: false, description: 'Read capital letters as small ones.' }),
    vocabulary: Type.Integer({
      minimum: 3,
      maximum: 1_000_000,
      default: 10_000,
      description: 'The most tokens to know, learned from the training texts.',
    }),
    length: Type.Integer({
      minimum: 1,
      maximum: 65_536,
      default: 32,
      description:
        'Tokens that the model sees; longer texts are cut, shorter ones filled up with the token 0.',
    }),
  },
  { additionalProperties: false },
);

const state = Type.Object({
  name: Type.String(),
  column: Type.String(),
  length: Type.Integer({ minimum: 1, maximum: 65_536 }),
  tokenizer: tokenizerSchema,
});

export const encoding: Encoding = {
  as: 'text',
  schema,
  async learn(options, { columns: [column], trainRows, folder }): Promise<Static<typeof state>> {
    const { name, tokenizer, vocabulary, lower, length } = options as Static<typeof schema>;
    const learned = await tokenizerFor(tokenizer ?? 'words', {
      texts: Array.from(trainRows, row => textAt(column!, row) ?? ''),
      vocabulary,
      lower,
      resolve: file => path.resolve(folder, file),
    });
    return { name, column: column!.name, length, tokenizer: learned.state };
  },
  restore(saved) {
    const { name, column, length, tokenizer: learned } = checked(state, saved);
    const tokenizer = new Tokenizer(learned);
    return {
      part: { name, shape: [length], dtype: 'int64', modality: 'text' },
      columns: [column],
      features: [{ name: column, kind: 'category', span: [0, length], missing: 0 }],
      write(values, into, at, row) {
        const value = values[column];
        if (value === undefined)
          throw new VitrineError('bad-data', `Row ${row}: there is no column "${column}" with a text.`);
        const ids = tokenizer.encode(String(value ?? '')).slice(0, length);
        into.fill(0, at, at + length);
        into.set(ids, at);
      },
      names: entries => Array.from(entries, id => (id === 0 ? '' : (tokenizer.vocabulary[id] ?? ''))),
    };
  },
};
