/** Offers every tool to the editor's language models. */
import * as vscode from 'vscode';
import { tools as ids } from '../ids';
import { isCancelled, messageOf } from '../problems';
import type { Rooms } from '../rooms';
import { brief, checkInput, type InputSchema, withoutNulls } from './_input';
import { tool as checkFairness } from './checkFairness';
import { tool as compareRuns } from './compareRuns';
import { tool as describeModel } from './describeModel';
import { tool as explainPrediction } from './explainPrediction';
import type { Tool } from './tool';
import { tool as trainModel } from './trainModel';

const tools: Record<keyof typeof ids, Tool<never>> = {
  describeModel,
  trainModel,
  explainPrediction,
  compareRuns,
  checkFairness,
};

export function registerTools(rooms: Rooms): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(tools).map(([key, tool]) =>
      vscode.lm.registerTool(
        ids[key as keyof typeof ids],
        adapted(ids[key as keyof typeof ids], tool as Tool<object>, rooms),
      ),
    ),
  );
}

function adapted(name: string, tool: Tool<object>, rooms: Rooms): vscode.LanguageModelTool<object> {
  const declared: { name: string; inputSchema: InputSchema }[] =
    rooms.context.extension.packageJSON.contributes.languageModelTools;
  const schema = declared.find(t => t.name === name)?.inputSchema ?? {};
  return {
    prepareInvocation({ input }) {
      const confirm = tool.confirm?.(input);
      return {
        invocationMessage: tool.progress(input),
        ...(confirm && { confirmationMessages: confirm }),
      };
    },
    async invoke({ input }, token) {
      if (!vscode.workspace.isTrusted)
        throw new Error(
          'The workspace is not trusted: models are not evaluated. The user has to trust it first.',
        );
      try {
        checkInput(name, schema, input);
        const result = await tool.run(withoutNulls(input), rooms, token);
        return new vscode.LanguageModelToolResult([
          new vscode.LanguageModelTextPart(JSON.stringify(result, brief)),
        ]);
      } catch (e) {
        if (isCancelled(e)) throw new vscode.CancellationError();
        rooms.log.warn(e instanceof Error ? (e.stack ?? e.message) : String(e));
        throw new Error(messageOf(e));
      }
    },
  };
}
