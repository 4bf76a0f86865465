import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import metrics from 'registry:train/metrics#metric';
import { experimentJsonSchema } from '../../../../src/formats/experiment/jsonSchema';

const file = path.join(process.cwd(), 'media/schemas/experiment.schema.json');

type Schema = {
  description?: string;
  default?: unknown;
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
};

describe('The JSON schema of experiment files', () => {
  const schema = experimentJsonSchema((metrics as readonly { id: string }[]).map(m => m.id)) as Schema;

  it('is the one that ships (VITRINE_WRITE_SCHEMAS=1 npm run test:unit writes it anew)', () => {
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    if (process.env['VITRINE_WRITE_SCHEMAS']) writeFileSync(file, text);
    assert.equal(readFileSync(file, 'utf8'), text);
  });

  it('describes every field and every choice', () => {
    const walk = (s: Schema, at: string): void => {
      for (const [name, field] of Object.entries(s.properties ?? {})) {
        assert.ok('const' in field || field.description, `${at}.${name} has no description`);
        for (const choice of field.anyOf ?? [])
          if ('const' in choice)
            assert.ok(choice.description, `${at}.${name}: ${choice.const} has no description`);
        walk(field, `${at}.${name}`);
        for (const choice of field.anyOf ?? []) walk(choice, `${at}.${name}`);
      }
    };
    walk(schema, '');
  });

  it('asks only for what has no default', () => {
    assert.deepEqual(schema.required, ['model', 'data', 'loss']);
    const kinds = schema.properties!['data']!.anyOf!;
    const csv = kinds.find(k => k.properties!['kind']!.const === 'csv')!;
    assert.deepEqual(csv.required, ['kind', 'file', 'target']);
    const images = kinds.find(k => k.properties!['kind']!.const === 'images')!;
    assert.deepEqual(images.required, ['kind', 'file']);
    assert.equal(schema.properties!['optimizer']!.required, undefined);
  });
});
