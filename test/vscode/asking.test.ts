import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { activate, file, messagesOf, until, write } from './support';

const uses = path.resolve(__dirname, '../../../test/reference/huggingface_uses');
const copied = ['entailer', 'answerer', 'clip', 'whisper'];

describe('asking a model of Hugging Face', function () {
  this.timeout(120_000);
  const at = (name: string) => file(`asked/${name}`);
  const config = (name: string) => at(`${name}/config.json`);
  /** What was asked for, and what stood there already. */
  const seen: { title: string; value: string }[] = [];
  const window = vscode.window as unknown as Record<string, unknown>;
  const own = { ...window };

  before(async () => {
    await activate();
    for (const name of copied) fs.cpSync(path.join(uses, name), at(name).fsPath, { recursive: true });
    write('asked/not.wav', 'this is no sound');
  });
  afterEach(() => {
    for (const door of ['showInputBox', 'showQuickPick', 'showOpenDialog']) window[door] = own[door];
    seen.length = 0;
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    fs.rmSync(at('').fsPath, { recursive: true, force: true });
  });

  /** Types the lines and picks the rows with these labels, in their order; undefined is Escape. */
  function typing(lines: (string | undefined)[], picks: (RegExp | undefined)[] = [], chosen?: vscode.Uri) {
    window['showInputBox'] = async ({ title, value, validateInput }: vscode.InputBoxOptions) => {
      seen.push({ title: title ?? '', value: value ?? '' });
      const line = lines.shift();
      if (line === undefined) return undefined;
      const problem = await validateInput?.(line);
      if (problem) seen.push({ title: String(problem), value: line });
      return problem ? undefined : line;
    };
    window['showQuickPick'] = async (items: vscode.QuickPickItem[]) => {
      const wanted = picks.shift();
      return wanted && items.find(i => wanted.test(i.label));
    };
    window['showOpenDialog'] = async () => chosen && [chosen];
  }
  const ask = (name: string) =>
    messagesOf(() => vscode.commands.executeCommand('vitrine.askModel', config(name)));
  const page = async (name: string) =>
    (
      await until(`the answers of ${name}`, () =>
        vscode.workspace.textDocuments.find(
          d => d.uri.scheme === 'vitrine-answers' && d.uri.query === at(name).fsPath,
        ),
      )
    ).getText();

  it('gives a text classes of ones own, shown as text that means nothing to Markdown', async () => {
    typing(['the *film* was <b>good</b>', 'good, bad'], [/my classes/]);
    assert.deepEqual(await ask('entailer'), [{ severity: 'information', text: 'entailer has answered.' }]);
    const text = await page('entailer');
    assert.match(text, /the \\\*film\\\* was &lt;b\\>good&lt;\/b\\>/);
    assert.match(text, /\| good \| [█░]{10} \d+\.\d % \|/);
    assert.match(text, /\| bad \| [█░]{10} \d+\.\d % \|/);
    assert.ok(
      !vscode.workspace.textDocuments.some(d => d.isUntitled && d.languageId === 'markdown'),
      'nothing that asks to be saved',
    );
  });

  it('refuses classes that are none or stand there twice, and keeps what was asked before', async () => {
    for (const [labels, problem] of [
      [' , ', /at least one/],
      ['a, b, a', /"a" stands there twice/],
    ] as const) {
      seen.length = 0;
      typing(['the film', labels], [/my classes/]);
      assert.deepEqual(await ask('entailer'), []);
      assert.match(seen.at(-1)!.title, problem);
    }
    assert.ok(seen[0]!.value.startsWith('the *film*'), 'the text of the last time');
  });

  it('answers a question and is asked again without choosing anew', async () => {
    typing(['the film was good. the dog sat on the mat', 'what was good?']);
    await ask('answerer');
    assert.match(await page('answerer'), /what was good\?/);
    typing(['the film was bad', 'what was bad?']);
    await ask('answerer');
    assert.deepEqual(
      seen.slice(-2).map(s => s.value),
      ['the film was good. the dog sat on the mat', 'what was good?'],
    );
    await until('both answers, the newest first', async () => {
      const text = await page('answerer');
      const [newer, older] = [text.indexOf('what was bad?'), text.indexOf('what was good?')];
      return newer > 0 && older > newer;
    });
  });

  it('says nothing where the asking is broken off at any step', async () => {
    for (const lines of [[undefined], ['a text', undefined], ['a text', '']]) {
      typing(lines);
      assert.deepEqual(await ask('answerer'), []);
    }
    typing([], [undefined]);
    assert.deepEqual(await ask('entailer'), []);
    typing(['a, b']);
    assert.deepEqual(await ask('clip'), [], 'no picture was chosen');
  });

  it('says that a file is no sound or no picture, and that a folder holds no model', async () => {
    typing([], [], at('not.wav'));
    const [sound] = await ask('whisper');
    assert.equal(sound?.severity, 'error');
    assert.match(sound!.text, /not\.wav cannot be read as a sound/);
    typing(['a cat, a dog'], [], at('not.wav'));
    const [picture] = await ask('clip');
    assert.equal(picture?.severity, 'error');
    assert.match(picture!.text, /not\.wav/);
    write('asked/broken/config.json', '{"model_type": 3');
    const [broken] = await ask('broken');
    assert.equal(broken?.severity, 'error');
    assert.match(broken!.text, /config\.json/);
  });
});
