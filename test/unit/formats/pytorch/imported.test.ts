/** What a file imports, as it is kept from edit to edit and found anew when anything of it has changed. */
import { strict as assert } from 'node:assert';
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Imported } from '../../../../src/formats/pytorch/imported';
import { folderWith } from './_reader';

describe('files that a file imports', () => {
  const main = 'from parts import Part\nimport more.helpers\n';
  let folder: string;
  let imported: Imported;
  beforeEach(() => {
    folder = folderWith({ 'model.py': main, 'parts.py': 'p = 1\n', 'more/other.py': 'o = 1\n' });
    imported = new Imported();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** As if nothing had been done here for a minute. */
  const later = () => {
    for (const f of [folder, join(folder, 'more')])
      utimesSync(f, Date.now() / 1000 - 60, Date.now() / 1000 - 60);
  };
  const found = async (text = main, texts?: Record<string, string>) => {
    const { files } = await imported.of(folder, 'model.py', text, texts);
    return Object.entries(files).map(([name, t]) => `${name}: ${t.split('\n')[0]}`);
  };
  const first = 'model.py: from parts import Part';

  it('are the same after an edit elsewhere, with the text as it is now', async () => {
    later();
    assert.deepEqual(await found(), [first, 'parts.py: p = 1']);
    assert.deepEqual(await found(`# above\n${main}`), ['model.py: # above', 'parts.py: p = 1']);
  });

  it('are found that were not there before', async () => {
    later();
    await found();
    writeFileSync(join(folder, 'more', 'helpers.py'), 'h = 1\n');
    assert.deepEqual(await found(), [first, 'parts.py: p = 1', 'more/helpers.py: h = 1']);
  });

  it('are found at once in a folder that changes in the same moment', async () => {
    await found();
    const now = new Date();
    utimesSync(join(folder, 'more'), now, now);
    await found();
    writeFileSync(join(folder, 'more', 'helpers.py'), 'h = 1\n');
    utimesSync(join(folder, 'more'), now, now);
    assert.deepEqual(await found(), [first, 'parts.py: p = 1', 'more/helpers.py: h = 1']);
  });

  it('have the text that is on the disk, or that the editor has', async () => {
    later();
    await found();
    writeFileSync(join(folder, 'parts.py'), 'p = 22\n');
    assert.deepEqual(await found(), [first, 'parts.py: p = 22']);
    assert.deepEqual(await found(main, { [join(folder, 'parts.py')]: 'p = 3\n' }), [
      first,
      'parts.py: p = 3',
    ]);
    const unsaved = { [join(folder, 'more', 'helpers.py')]: 'h = 4\n' };
    assert.deepEqual(await found(main, unsaved), [first, 'parts.py: p = 22', 'more/helpers.py: h = 4']);
    assert.deepEqual(await found(), [first, 'parts.py: p = 22']);
  });

  it('are those of another folder once the file there says the names, on the disk or in the editor', async () => {
    const inner = join(folder, 'more', 'parts.py');
    const at = async (texts?: Record<string, string>) =>
      Object.values((await imported.of(folder, 'more/net.py', 'from parts import Part\n', texts)).files)[1];
    writeFileSync(inner, 'other = 1\n');
    writeFileSync(join(folder, 'parts.py'), 'Part = 1\n');
    later();
    assert.equal(await at(), 'Part = 1\n');
    assert.equal(await at({ [inner]: 'o = 1\n' }), 'Part = 1\n');
    assert.equal(await at({ [inner]: 'Part = 2\n' }), 'Part = 2\n');
    assert.equal(await at(), 'Part = 1\n');
    writeFileSync(inner, 'Part = 33\n');
    assert.equal(await at(), 'Part = 33\n');
  });

  it('are gone when they are deleted, and others when the imports change', async () => {
    later();
    await found();
    rmSync(join(folder, 'parts.py'));
    assert.deepEqual(await found(), [first]);
    mkdirSync(join(folder, 'parts'));
    writeFileSync(join(folder, 'parts', '__init__.py'), 'i = 1\n');
    assert.deepEqual(await found(), [first, 'parts/__init__.py: i = 1']);
    later();
    assert.deepEqual(await found('import more.other\n'), [
      'model.py: import more.other',
      'more/other.py: o = 1',
    ]);
  });
});
