import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { readExperiment } from '../../../src/formats/experiment/read';

const root = path.resolve('media/samples');
const folders = readdirSync(root, { withFileTypes: true })
  .filter(e => e.isDirectory() && !e.name.startsWith('.'))
  .map(e => e.name);

describe('The gallery of samples', () => {
  const overview = readFileSync(path.join(root, 'README.md'), 'utf8');

  for (const name of folders) {
    it(`${name}: a manifest in both languages, a text, experiments that are right, an origin`, async () => {
      const folder = path.join(root, name);
      const manifest = JSON.parse(readFileSync(path.join(folder, 'sample.json'), 'utf8')) as Record<
        string,
        unknown
      >;
      for (const field of ['title', 'summary', 'shows'])
        for (const language of ['en', 'zh-cn'])
          assert.ok(
            ((manifest[field] as Record<string, string>)[language] ?? '').length > 1,
            `${field}, ${language}`,
          );
      assert.ok(existsSync(path.join(folder, String(manifest['start']))));
      assert.match(readFileSync(path.join(folder, 'README.md'), 'utf8'), /^# .+\n\n\S/);
      const experiments = readdirSync(folder).filter(f => f.endsWith('.vitrine.json'));
      assert.ok(experiments.length > 0);
      for (const file of experiments) {
        const { diagnostics } = await readExperiment(path.join(folder, file));
        assert.deepEqual(diagnostics, []);
      }
      assert.ok(overview.includes(`| \`${name}\``), 'media/samples/README.md says where its data come from');
    });
  }

  it('is small', () => {
    const size = (folder: string): number =>
      readdirSync(folder, { withFileTypes: true })
        .filter(e => e.name !== '.vitrine')
        .reduce((n, e) => {
          const file = path.join(folder, e.name);
          return n + (e.isDirectory() ? size(file) : statSync(file).size);
        }, 0);
    assert.ok(size(root) < 10e6, `${size(root)} bytes`);
  });
});
