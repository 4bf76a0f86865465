/**
 * A tool that language models in the editor may call. Each is one file here; what it is called and what it takes is in
 * package.json (languageModelTools), which a test holds to `toolNames`. Results are JSON with the numbers, the run and
 * the seed; errors say what to do next, so that a model can act on them.
 */
import type * as vscode from 'vscode';
import type { Rooms } from '../rooms';

export interface Tool<Input> {
  /** What the user is asked before it is run; nothing is asked if absent. */
  confirm?(input: Input): { title: string; message: string };
  /** What is shown while it works. */
  progress(input: Input): string;
  run(input: Input, rooms: Rooms, token: vscode.CancellationToken): Promise<unknown>;
}
