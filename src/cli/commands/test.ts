import path from 'node:path';
import { Engines } from '../../service/process/engines';
import type { CheckReport } from '../../train/checkRegistry';
import { checks, runChecks } from '../../train/checkRegistry';
import { type Command, textOption } from '../command';
import { printable, type Terminal } from '../terminal';

export const command: Command = {
  name: 'test',
  usage: 'FILE.vitrine.json [--check ID[,ID]] [--json]',
  summary: 'Put a model to checks before (and after) it is trained; exit code 1 if one fails.',
  arguments: [1, 1],
  options: {
    check: { type: 'string', value: 'ID[,ID]', help: 'Only these checks.' },
    backend: { type: 'string', value: 'B', help: 'webgpu, webasm or cpu; the experiment’s if left out.' },
  },
  more: () => ['Checks:', ...checks.flatMap(c => [`  ${c.id}`, `      ${c.summary}`])],
  async run(call) {
    const { terminal, signal, distFolder } = call;
    const only = textOption(call, 'check')
      ?.split(',')
      .map(id => id.trim());
    const backend = textOption(call, 'backend');
    const engines = new Engines();
    try {
      const reports = await runChecks(call.arguments[0]!, {
        distFolder,
        signal,
        ...(only && { only }),
        engineFor: name => engines.get(backend ?? name),
        onProgress: (done, title) => terminal.progress(`${title} ${Math.round(done * 100)} %`),
        onResult: report => {
          if (!terminal.json) show(report, terminal);
        },
      });
      if (terminal.json) terminal.result({ checks: reports });
      return reports.every(r => r.outcome !== 'failed');
    } finally {
      await engines.dispose();
    }
  },
};

function show({ outcome, title, message, at, seconds }: CheckReport, terminal: Terminal): void {
  const mark = {
    passed: terminal.green('passed '),
    failed: terminal.red('failed '),
    skipped: terminal.yellow('skipped'),
  }[outcome];
  terminal.print(`${mark} ${terminal.bold(title)} ${terminal.dim(`${seconds.toFixed(1)} s`)}`);
  terminal.print(`        ${printable(message)}`);
  if (at) terminal.print(`        ${terminal.dim(`${path.relative('', at.file)}:${at.line}:${at.column}`)}`);
}
