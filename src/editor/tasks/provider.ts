/**
 * Tasks: `{"type": "vitrine", "task": "train", "experiment": "net.vitrine.json"}` in tasks.json, and the same offered
 * for every experiment of the workspace under "Run Task". A task works as its command does, with a line an epoch in
 * the terminal, and ends with an exit code, so that other tasks can depend on it.
 */
import path from 'node:path';
import * as vscode from 'vscode';
import { messageIn } from '../../names/messages';
import type { RunEvent } from '../../train/runs/run';
import { experimentName } from '../experiments/info';
import { taskType } from '../ids';
import { isCancelled, messageOf } from '../problems';
import type { Rooms } from '../rooms';
import { language } from '../settings';
import { number, percent } from '../text/format';

const { l10n } = vscode;

const kinds = ['train', 'check', 'test'] as const;
type Kind = (typeof kinds)[number];

interface Definition extends vscode.TaskDefinition {
  task: Kind;
  /** Relative to the workspace folder. */
  experiment: string;
}

export function registerTasks(rooms: Rooms): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(taskType, {
    async provideTasks() {
      const experiments = await rooms.experiments.searched();
      return experiments
        .filter(e => e.model)
        .flatMap(e => {
          const uri = vscode.Uri.file(e.file);
          const folder = vscode.workspace.getWorkspaceFolder(uri);
          if (!folder) return [];
          const experiment = path.relative(folder.uri.fsPath, e.file).split(path.sep).join('/');
          return kinds.map(task => taskFor({ type: taskType, task, experiment }, folder, rooms));
        });
    },
    resolveTask(task) {
      const definition = task.definition as Partial<Definition>;
      if (!isDefinition(definition)) return undefined;
      const folder =
        typeof task.scope === 'object' ? task.scope : (vscode.workspace.workspaceFolders ?? [])[0];
      return folder && taskFor(definition, folder, rooms, task.definition);
    },
  });
}

function isDefinition(d: Partial<Definition>): d is Definition {
  return (kinds as readonly unknown[]).includes(d.task) && typeof d.experiment === 'string';
}

function taskFor(
  definition: Definition,
  folder: vscode.WorkspaceFolder,
  rooms: Rooms,
  // The very object that VS Code asked to resolve has to come back.
  original: vscode.TaskDefinition = definition,
): vscode.Task {
  const titles: Record<Kind, string> = {
    train: l10n.t('Train {0}', experimentName(definition.experiment)),
    check: l10n.t('Check {0}', experimentName(definition.experiment)),
    test: l10n.t('Test {0}', experimentName(definition.experiment)),
  };
  const file = vscode.Uri.joinPath(folder.uri, definition.experiment).fsPath;
  const task = new vscode.Task(
    original,
    folder,
    titles[definition.task],
    'Vitrine',
    new vscode.CustomExecution(async () => new Terminal(write => works[definition.task](file, rooms, write))),
  );
  task.detail = definition.experiment;
  task.group = definition.task === 'train' ? vscode.TaskGroup.Build : vscode.TaskGroup.Test;
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true };
  return task;
}

type Write = (line: string) => void;
interface Work {
  /** Whether the task succeeded. */
  done: Promise<boolean>;
  cancel(): void;
}

const works: Record<Kind, (file: string, rooms: Rooms, write: Write) => Work> = {
  train(file, { training }, write) {
    const listening = training.onEvent(event => {
      const line = lineOf(event);
      if (line && training.isTraining(file)) write(line);
    });
    let own = false;
    const run = async () => {
      if (training.busy) {
        write(l10n.t('A training is under way already. Stop it before another one starts.'));
        return false;
      }
      own = true;
      write(l10n.t('Training as {0} says.', path.basename(file)));
      const live = await training.train(file);
      if (live?.state === 'finished') return true;
      write(live?.message ?? l10n.t('The training did not finish.'));
      return false;
    };
    return {
      done: run().finally(() => {
        own = false;
        listening.dispose();
      }),
      // Another training, for which this task did not start, goes on.
      cancel: () => {
        if (own) void training.stop();
      },
    };
  },

  check(file, { engine }, write) {
    return requested(async token => {
      const { diagnostics } = await engine.request('experiment/check', { file }, { token });
      for (const d of diagnostics) write(`${d.file}:${d.line}:${d.column}: ${d.severity}: ${d.message}`);
      if (diagnostics.length === 0) write(l10n.t('No problems.'));
      return !diagnostics.some(d => d.severity === 'error');
    }, write);
  },

  test(file, { engine }, write) {
    return requested(async token => {
      let passed = true;
      const { checks } = await engine.request('checks/list', null, { token });
      for (const { id } of checks) {
        const result = await engine.request(
          'checks/run',
          { experiment: file, only: [id], language: language() },
          { token },
        );
        for (const report of result.checks) {
          const word = {
            passed: l10n.t('passed'),
            failed: l10n.t('failed'),
            skipped: l10n.t('skipped'),
          }[report.outcome];
          const place = report.at ? `${report.at.file}:${report.at.line}:${report.at.column}: ` : '';
          write(`${word}  ${report.title}`);
          write(`        ${place}${messageIn(language(), report.message)}`);
          passed &&= report.outcome !== 'failed';
        }
      }
      return passed;
    }, write);
  },
};

function requested(ask: (token: vscode.CancellationToken) => Promise<boolean>, write: Write): Work {
  const source = new vscode.CancellationTokenSource();
  return {
    done: ask(source.token).catch(e => {
      write(isCancelled(e) ? l10n.t('Cancelled.') : messageOf(e));
      return false;
    }),
    cancel: () => source.cancel(),
  };
}

/** "epoch 3  train loss 0.31  valid loss 0.35  valid accuracy 91.2 %". */
function lineOf(event: RunEvent): string | undefined {
  if (event.event === 'epoch') {
    const parts = [l10n.t('epoch {0}', event.epoch)];
    for (const [split, metrics] of [
      ['train', event.train],
      ['valid', event.valid],
    ] as const)
      for (const [name, value] of Object.entries(metrics ?? {}))
        parts.push(`${split} ${name} ${name === 'accuracy' ? percent(value) : number(value)}`);
    return parts.join('  ');
  }
  if (event.event === 'end') {
    const metrics = Object.entries(event.test ?? {}).map(
      ([name, value]) => `test ${name} ${name === 'accuracy' ? percent(value) : number(value)}`,
    );
    return [l10n.t('Run {0}', event.run), ...metrics].join('  ');
  }
  return undefined;
}

/** The terminal that a task writes to. Closing it ends the work. */
class Terminal implements vscode.Pseudoterminal {
  readonly #write = new vscode.EventEmitter<string>();
  readonly #close = new vscode.EventEmitter<number>();
  readonly onDidWrite = this.#write.event;
  readonly onDidClose = this.#close.event;
  #work: Work | undefined;

  constructor(private readonly begin: (write: Write) => Work) {}

  open(): void {
    this.#work = this.begin(line => this.#write.fire(`${line.replace(/\r?\n/g, '\r\n')}\r\n`));
    void this.#work.done.then(
      ok => this.#close.fire(ok ? 0 : 1),
      e => {
        this.#write.fire(`${messageOf(e)}\r\n`);
        this.#close.fire(1);
      },
    );
  }

  close(): void {
    this.#work?.cancel();
    this.#work = undefined;
  }

  handleInput(data: string): void {
    // Ctrl-C.
    if (data === '\x03') this.#work?.cancel();
  }
}
