import * as assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {
  commands,
  contexts,
  items,
  panelType,
  section,
  settings,
  taskType,
  tools,
  views,
} from '../../../src/editor/ids';

interface Contributed {
  command: string;
  title: string;
  category?: string;
  when?: string;
  enablement?: string;
}

const root = path.join(__dirname, '../../../..');
const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const nls = JSON.parse(fs.readFileSync(path.join(root, 'package.nls.json'), 'utf8'));
const { contributes } = manifest;

describe('the manifest and the ids in code', () => {
  it('have the same commands', () => {
    assert.deepEqual(
      contributes.commands.map((c: Contributed) => c.command).sort(),
      Object.values(commands).sort(),
    );
  });

  it('give every command the category and a title', () => {
    for (const c of contributes.commands as Contributed[]) {
      assert.equal(c.category, 'Vitrine', c.command);
      assert.match(c.title, /^%command\./, c.command);
    }
  });

  it('offer in menus only commands that exist', () => {
    const known = new Set<string>(Object.values(commands));
    for (const [menu, entries] of Object.entries<Contributed[]>(contributes.menus))
      for (const e of entries) assert.ok(known.has(e.command), `${menu}: ${e.command}`);
    for (const e of contributes.keybindings as Contributed[]) assert.ok(known.has(e.command), e.command);
  });

  it('have the same views, in the same container', () => {
    assert.deepEqual(
      contributes.viewsContainers.activitybar.map((v: { id: string }) => v.id),
      [views.container],
    );
    const { container, ...rest } = views;
    assert.deepEqual(
      contributes.views[container].map((v: { id: string }) => v.id).sort(),
      Object.values(rest).sort(),
    );
    for (const w of contributes.viewsWelcome as { view: string }[])
      assert.ok(Object.values<string>(rest).includes(w.view), w.view);
  });

  it('have the same settings, each described and with a default', () => {
    const declared = contributes.configuration.flatMap((c: { properties: object }) =>
      Object.entries(c.properties),
    );
    assert.deepEqual(
      declared.map(([name]: [string]) => name).sort(),
      Object.values(settings)
        .map(s => `${section}.${s}`)
        .sort(),
    );
    for (const [name, s] of declared as [string, Record<string, unknown>][])
      for (const key of ['markdownDescription', 'default', 'scope', 'order'])
        assert.ok(key in s, `${name} has no ${key}`);
  });

  it('have the same tools for language models, each described to the model and to the user', () => {
    assert.deepEqual(
      contributes.languageModelTools.map((t: { name: string }) => t.name).sort(),
      Object.values(tools).sort(),
    );
    for (const t of contributes.languageModelTools as Record<string, unknown>[]) {
      assert.match(String(t['name']), /^[a-z]+_[a-z]+$/, 'a verb and a noun');
      assert.equal(t['toolReferenceName'], t['name']);
      assert.ok(String(t['modelDescription']).length > 100, `${t['name']} says what it returns`);
      const schema = t['inputSchema'] as { properties: Record<string, { description?: string }> };
      for (const [name, p] of Object.entries(schema.properties))
        assert.ok(p.description, `${t['name']}.${name}`);
    }
  });

  it('have the same type of task', () => {
    assert.deepEqual(
      contributes.taskDefinitions.map((t: { type: string }) => t.type),
      [taskType],
    );
  });

  it('use in `when` clauses only contexts and items that code sets', () => {
    const all = [
      ...Object.values<Contributed[]>(contributes.menus).flat(),
      ...contributes.commands,
      ...contributes.viewsWelcome,
    ].flatMap((e: Contributed) => [e.when ?? '', e.enablement ?? '']);
    const known = new Set<string>([
      ...Object.values(contexts),
      ...Object.values(items),
      ...Object.values(views).map(String),
      panelType,
    ]);
    for (const clause of all)
      for (const [name] of clause.matchAll(/\bvitrine\.[a-zA-Z]+(?:\.[a-zA-Z]+)*\b(?!\\)/g))
        assert.ok(
          known.has(name) || clause.includes(`\\.vitrine`) || clause.includes('resourceFilename'),
          `"${name}" in "${clause}"`,
        );
  });

  it('restores the panel after a reload', () => {
    assert.ok(manifest.activationEvents.includes(`onWebviewPanel:${panelType}`));
  });

  it('have a text for every key, and no text without one', () => {
    const used = new Set([...JSON.stringify(manifest).matchAll(/%([\w.]+)%/g)].map(m => m[1]!));
    assert.deepEqual(
      [...used].filter(k => !(k in nls)),
      [],
    );
    assert.deepEqual(
      Object.keys(nls).filter(k => !used.has(k)),
      [],
    );
  });

  it('point to files that are there', () => {
    const files = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map((v: { icon: string }) => v.icon),
      ...(contributes.walkthroughs ?? []).flatMap((w: { steps: { media: Record<string, unknown> }[] }) =>
        w.steps.flatMap(s =>
          Object.values(s.media).flatMap(m =>
            typeof m === 'string' ? [m] : Object.values(m as Record<string, string>),
          ),
        ),
      ),
    ].filter((f: string) => f.startsWith('media/') || f.startsWith('./'));
    for (const f of files) assert.ok(fs.existsSync(path.join(root, f)), f);
  });
});

describe('docs/diagnostics.md', () => {
  const text = fs.readFileSync(path.join(root, 'docs/diagnostics.md'), 'utf8');
  const headings = [...text.matchAll(/^### (.+)$/gm)].map(m => m[1]!);

  it('has a heading for each code that readers and checkers report', () => {
    const codes = new Set<string>();
    for (const folder of ['src/formats/experiment', 'src/formats/pytorch', 'src/data/overview'])
      for (const e of fs.readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })) {
        if (!e.isFile() || !/\.(ts|py)$/.test(e.name)) continue;
        const source = fs.readFileSync(path.join(e.parentPath, e.name), 'utf8');
        for (const m of source.matchAll(/\bcode: '([a-z]+(?:-[a-z]+)+)'/g)) codes.add(m[1]!);
        for (const m of source.matchAll(/\bsay\(\s*"(?:error|warning|hint)",\s*"([a-z-]+)"/g))
          codes.add(m[1]!);
      }
    assert.ok(codes.size > 10, `only ${codes.size} found`);
    assert.deepEqual(
      [...codes].filter(c => !headings.includes(c)),
      [],
    );
  });

  it('names each code once', () => {
    assert.deepEqual(headings, [...new Set(headings)]);
  });
});
