import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('smoke: the extension in VS Code', () => {
  const extension = () => {
    const found = vscode.extensions.getExtension('vitrine.vitrine');
    assert.ok(found, 'VS Code does not know the extension vitrine.vitrine');
    return found;
  };

  it('activates', async () => {
    await extension().activate();
    assert.equal(extension().isActive, true);
  });

  it('registers every command that its manifest declares', async () => {
    await extension().activate();
    const declared: string[] = extension().packageJSON.contributes.commands.map(
      (c: { command: string }) => c.command,
    );
    const known = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      declared.filter(c => !known.has(c)),
      [],
    );
  });

  it('reads a model', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    const uri = vscode.Uri.joinPath(folder.uri, 'net/net.py');
    const document = await vscode.workspace.openTextDocument(uri);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      uri,
      document.positionAt(document.getText().indexOf('nn.Linear(2, 5)') + 5),
    );
    const text = hovers.flatMap(h => h.contents).map(c => (typeof c === 'string' ? c : c.value));
    assert.match(text.join('\n'), /15 = 5·2 \(`?weight`?\) \+ 5 \(`?bias`?\)/);
  });
});
