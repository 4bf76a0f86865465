/** What the tests of this folder share: the extension's door, the workspace, waiting, and the messages a user sees. */
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { VitrineApi } from '../../src/editor/api';
import type { RunEvent, RunRecord } from '../../src/train/runs/run';

export async function activate(): Promise<VitrineApi> {
  const extension = vscode.extensions.getExtension<VitrineApi>('vitrine.vitrine');
  assert.ok(extension, 'VS Code does not know the extension vitrine.vitrine');
  return extension.activate();
}

const [folder] = vscode.workspace.workspaceFolders ?? [];

/** A file or folder of the workspace, which is a fresh copy of the samples. */
export function file(relative: string): vscode.Uri {
  assert.ok(folder, 'no folder is open');
  return vscode.Uri.joinPath(folder.uri, relative);
}

export function write(relative: string, content: string | Uint8Array): vscode.Uri {
  const uri = file(relative);
  fs.mkdirSync(path.dirname(uri.fsPath), { recursive: true });
  fs.writeFileSync(uri.fsPath, content);
  return uri;
}

export const read = (relative: string): string => fs.readFileSync(file(relative).fsPath, 'utf8');

export async function show(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
  return document;
}

/** Asks again until the answer is there; fails with `what` and the last answer. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | null | Thenable<T | undefined | false | null>,
  seconds = 30,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) assert.fail(`waited ${seconds} s for ${what}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** Place of the first `text` in a document, or of the end of it. */
export function placeOf(document: vscode.TextDocument, text: string, end = false): vscode.Position {
  const at = document.getText().indexOf(text);
  assert.ok(at >= 0, `"${text}" is not in ${document.fileName}`);
  return document.positionAt(at + (end ? text.length : Math.min(1, text.length)));
}

/** Diagnostics of Vitrine for a file, once there is one (or, with `none`, once there is none). */
export function findings(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(d => d.source === 'Vitrine');
}

export function codeOf(d: vscode.Diagnostic): string {
  return String(typeof d.code === 'object' ? d.code.value : d.code);
}

export interface Message {
  severity: 'information' | 'warning' | 'error';
  text: string;
}

/** Catches the messages that the user would see while `work` runs; they are all dismissed. */
export async function messagesOf(work: () => Thenable<unknown>): Promise<Message[]> {
  const caught: Message[] = [];
  const window = vscode.window as unknown as Record<string, unknown>;
  const doors = {
    showInformationMessage: 'information',
    showWarningMessage: 'warning',
    showErrorMessage: 'error',
  } as const;
  const before = Object.keys(doors).map(name => [name, window[name]] as const);
  for (const [name, severity] of Object.entries(doors))
    window[name] = async (text: string) => {
      caught.push({ severity, text });
    };
  try {
    await work();
    // What is told without being waited for is told in the next turns of the loop.
    await new Promise(resolve => setTimeout(resolve, 100));
  } finally {
    for (const [name, f] of before) window[name] = f;
  }
  return caught;
}

/** The events of the next run, as they come; `ended` waits for the last one. */
export function watchRun(api: VitrineApi) {
  const events: RunEvent[] = [];
  const listening = api.onRunEvent(e => events.push(e));
  const isLast = (e: RunEvent) => e.event === 'end' || (e.event === 'state' && e.state === 'failed');
  return {
    events,
    of: <E extends RunEvent['event']>(kind: E) =>
      events.filter((e): e is Extract<RunEvent, { event: E }> => e.event === kind),
    async ended(seconds = 60): Promise<RunEvent> {
      try {
        return await until('the end of the run', () => events.find(isLast), seconds);
      } finally {
        listening.dispose();
      }
    },
  };
}

/** Folders of all runs of the workspace. */
export async function runFolders(): Promise<string[]> {
  const found = await vscode.workspace.findFiles('**/.vitrine/runs/*/run.json');
  return found.map(f => path.dirname(f.fsPath));
}

export async function folderOf(run: string): Promise<string> {
  return until(`the folder of run ${run}`, async () =>
    (await runFolders()).find(f => path.basename(f) === run),
  );
}

export function recordOf(folder: string): RunRecord {
  return JSON.parse(fs.readFileSync(path.join(folder, 'run.json'), 'utf8'));
}

export function linesOf(folder: string): RunEvent[] {
  return fs
    .readFileSync(path.join(folder, 'metrics.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(l => JSON.parse(l));
}

/** Names and shapes of the tensors in a safetensors file, by its header. */
export function tensorsOf(name: string): Record<string, number[]> {
  const bytes = fs.readFileSync(name);
  const length = Number(bytes.readBigUInt64LE(0));
  const header: Record<string, { shape: number[]; data_offsets: [number, number] }> = JSON.parse(
    bytes.toString('utf8', 8, 8 + length),
  );
  const tensors = Object.entries(header).filter(([key]) => key !== '__metadata__');
  const end = Math.max(...tensors.map(([, t]) => t.data_offsets[1]));
  assert.equal(bytes.length, 8 + length + end, `${name} has as many bytes as its header says`);
  return Object.fromEntries(tensors.map(([key, t]) => [key, t.shape]));
}

/** Trains an experiment by the command and gives its events and its folder. */
export async function train(api: VitrineApi, experiment: vscode.Uri) {
  const run = watchRun(api);
  const messages = await messagesOf(() => vscode.commands.executeCommand('vitrine.train', experiment));
  const failure = messages.find(m => m.severity === 'error');
  assert.equal(failure, undefined, failure?.text);
  await run.ended();
  const [start] = run.of('start');
  assert.ok(start, 'the run says that it starts');
  return { ...run, id: start.run, messages, folder: await folderOf(start.run) };
}
