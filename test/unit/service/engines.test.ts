/** The engines of a process: which there are, why others are not, and what is remembered of them. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEngine } from '../../../src/engine/create';
import { VitrineError } from '../../../src/model/errors';
import { BackendMemory } from '../../../src/service/process/backendMemory';
import { Engines } from '../../../src/service/process/engines';

describe('engines', () => {
  let folder: string;
  let file: string;
  let before: string | undefined;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'vitrine-backends-'));
    file = path.join(folder, 'deep', 'backends.json');
    before = process.env['VITRINE_WEBGPU'];
    process.env['VITRINE_WEBGPU'] = 'off';
  });
  afterEach(() => {
    if (before === undefined) delete process.env['VITRINE_WEBGPU'];
    else process.env['VITRINE_WEBGPU'] = before;
    rmSync(folder, { recursive: true, force: true });
  });
  const memory = () => new BackendMemory(1, file);

  it('refuses names that there are not, and says why a backend is not there', async () => {
    const engines = new Engines('1', undefined, memory());
    const refused = (name: string, code: string, message: RegExp) =>
      assert.rejects(engines.get(name), (e: unknown) => {
        assert.ok(e instanceof VitrineError);
        assert.equal(e.code, code);
        assert.match(e.message, message);
        return true;
      });
    await refused('webgpo', 'bad-usage', /no backend "webgpo". Did you mean "webgpu"\?/);
    await refused(
      'webgpu',
      'bad-request',
      /"webgpu" is not there: it is switched off by VITRINE_WEBGPU=off\. Use "webasm"/,
    );
    await refused('webview', 'bad-request', /it computes in the panel of VS Code, and this is no VS Code/);
    await engines.dispose();
  });

  it('asks a run’s model elsewhere where its backend is not there, unless the user named it', async () => {
    const engines = new Engines('1', undefined, memory());
    assert.equal((await engines.prefer('webgpu')).backend.name, 'webasm');
    assert.equal((await engines.asked(undefined)('webview')).backend.name, 'webasm');
    assert.equal((await engines.asked('cpu')('webgpu')).backend.name, 'cpu');
    await assert.rejects(engines.asked('webgpu')('webasm'), /is not there/);
    await engines.dispose();
  });

  it('opens one again whose device was lost', async () => {
    let opened = 0;
    let lost: string | undefined;
    const engines = new Engines(
      '1',
      async () => {
        opened++;
        return { ...(await createEngine({ backend: 'cpu' })), lost: () => lost };
      },
      memory(),
    );
    await engines.get('webview');
    await engines.get('webview');
    assert.equal(opened, 1);
    lost = 'the panel was closed';
    await engines.get('webview');
    assert.equal(opened, 2);
    lost = undefined;
    await engines.dispose();
  });

  it('reports figures once they were measured, and keeps them on disk', async function () {
    this.timeout(20_000);
    const engines = new Engines('1', undefined, memory());
    const first = await engines.report(false);
    assert.deepEqual(
      first.backends.map(b => [b.name, b.available, b.figures]),
      [
        ['webgpu', false, undefined],
        ['webview', false, undefined],
        ['webasm', true, undefined],
        ['cpu', true, undefined],
      ],
    );
    const { backends } = await engines.report(true);
    for (const b of backends.filter(x => x.available)) assert.ok(b.figures!.product[0]!.gflops > 0, b.name);
    await engines.dispose();
    const later = new Engines('1', undefined, memory());
    const remembered = await later.report(false);
    assert.deepEqual(remembered.backends, backends);
    await later.dispose();
  });

  it('forgets what is damaged, of another machine, or old', async () => {
    const choice = { model: 'Net', backend: 'webasm', why: 'measured', tried: { webasm: 3 } } as const;
    await memory().set('key', choice);
    assert.equal((await memory().get('key'))?.why, 'measured');
    assert.deepEqual(await memory().choices(), [choice]);
    assert.equal(await new BackendMemory(2, file).get('key'), undefined);
    const kept = JSON.parse(readFileSync(file, 'utf8'));
    for (const c of Object.values(kept.choices) as { at: number }[]) c.at -= 8 * 24 * 3600 * 1000;
    writeFileSync(file, JSON.stringify(kept));
    assert.equal(await memory().get('key'), undefined);
    for (const text of ['', '{', '[]', 'null']) {
      writeFileSync(file, text);
      assert.equal(await memory().get('key'), undefined);
    }
  });

  it('does without a folder that it may write to', async () => {
    writeFileSync(path.join(folder, 'deep'), '');
    const blocked = memory();
    const choice = { model: 'Net', backend: 'webasm', why: 'measured', tried: {} } as const;
    await blocked.set('key', choice);
    assert.equal((await blocked.get('key'))?.why, 'measured');
  });
});
