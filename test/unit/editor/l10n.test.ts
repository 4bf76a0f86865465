import * as assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { english } from '../../../media/panel/strings';
import { meanings } from '../../../src/formats/pytorch/signatures';

const pageSentences: Readonly<Record<string, string>> = english;

const root = path.join(__dirname, '../../../..');
const read = (file: string) =>
  JSON.parse(fs.readFileSync(path.join(root, file), 'utf8')) as Record<string, string>;

/** The literals handed to l10n.t (or to the `t` of the hover) in the editor's source. */
function sentences(): Set<string> {
  const found = new Set<string>();
  const folder = path.join(root, 'src/editor');
  for (const e of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!e.isFile() || !e.name.endsWith('.ts')) continue;
    const text = fs.readFileSync(path.join(e.parentPath, e.name), 'utf8');
    for (const m of text.matchAll(/(?:\bl10n\.t|[^\w.]t)\(\s*'((?:[^'\\]|\\.)*)'/g))
      found.add(m[1]!.replace(/\\'/g, "'").replace(/\\n/g, '\n'));
  }
  for (const meaning of Object.values(meanings)) found.add(meaning);
  return found;
}

const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(m => m[0]).sort();

describe('translations', () => {
  const used = sentences();
  const languages = fs
    .readdirSync(path.join(root, 'l10n'))
    .flatMap(f => /^bundle\.l10n\.([\w-]+)\.json$/.exec(f)?.[1] ?? []);

  it('are looked for in real sentences', () => {
    assert.ok(used.size > 100, `only ${used.size} found`);
  });

  for (const language of languages) {
    it(`${language}: every sentence of the editor, and no others`, () => {
      const bundle = read(`l10n/bundle.l10n.${language}.json`);
      const own = Object.keys(bundle).filter(k => !k.startsWith('panel:'));
      assert.deepEqual(
        [...used].filter(s => !(s in bundle)),
        [],
      );
      assert.deepEqual(
        own.filter(k => !used.has(k)),
        [],
      );
    });

    it(`${language}: the same places for values`, () => {
      const bundle = read(`l10n/bundle.l10n.${language}.json`);
      for (const [english, text] of Object.entries(bundle))
        if (!english.startsWith('panel:')) assert.deepEqual(places(text), places(english), english);
    });

    it(`${language}: every sentence of the panel, with the same places for values`, () => {
      const bundle = read(`l10n/bundle.l10n.${language}.json`);
      const panel = Object.keys(bundle).filter(k => k.startsWith('panel:'));
      // Other pages have sentences of their own under the same prefix.
      assert.deepEqual(
        Object.keys(pageSentences).filter(k => !(`panel:${k}` in bundle)),
        [],
      );
      for (const key of panel) {
        const sentence = pageSentences[key.slice('panel:'.length)];
        if (sentence !== undefined) assert.deepEqual(places(bundle[key]!), places(sentence), key);
      }
    });

    it(`${language}: the manifest's texts`, () => {
      const english = read('package.nls.json');
      assert.deepEqual(Object.keys(read(`package.nls.${language}.json`)).sort(), Object.keys(english).sort());
    });
  }
});
