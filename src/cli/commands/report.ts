import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { methodById } from '../../explain/registry';
import { extractFiles, plainName } from '../../explain/report/embedded';
import { VitrineError } from '../../model/errors';
import { type ReportRequest, reportRun } from '../../service/inquiries/reportRun';
import { Engines } from '../../service/process/engines';
import { makeFolder, writeAtomically } from '../../train/runs/atomicFile';
import { type Command, type CommandCall, textOption } from '../command';
import { experimentSuffix } from '../experiments';
import { languageHelp, languageOption } from '../language';

export const command: Command = {
  name: 'report',
  usage:
    'RUN|FILE.vitrine.json [-o report.html] [--row I]… [--method M]… [--by COLUMN]  or  --extract report.html [-o FOLDER]',
  summary:
    'Write a model card of a trained run: one HTML file that works offline, prints, and can be taken apart again.',
  arguments: [0, 1],
  options: {
    output: {
      type: 'string',
      short: 'o',
      value: 'PATH',
      help: 'Where to write; report.html if left out (with --extract: a folder, the current one).',
    },
    row: {
      type: 'string',
      short: 'r',
      multiple: true,
      value: 'I',
      help: 'A row, from 0, whose prediction is explained in it as well; may be given again.',
    },
    method: {
      type: 'string',
      short: 'm',
      multiple: true,
      value: 'M',
      help: 'How: an explanation method, of those rows or of the whole model; may be given again. The usual one if left out.',
    },
    by: {
      type: 'string',
      value: 'COLUMN',
      help: 'Columns, separated by commas, whose groups are compared; "sensitive" of the experiment if left out.',
    },
    positive: {
      type: 'string',
      value: 'CLASS',
      help: 'The class whose prediction groups are compared by; the second of two.',
    },
    extract: {
      type: 'string',
      value: 'REPORT',
      help: 'Write the experiment and the model’s source that a report holds as files again.',
    },
    force: { type: 'boolean', help: 'Replace files that are there.' },
    backend: { type: 'string', value: 'B', help: 'webgpu, webasm or cpu; that of the run if left out.' },
    language: languageHelp,
  },
  async run(call) {
    const report = textOption(call, 'extract');
    const [where] = call.arguments;
    if ((report === undefined) === (where === undefined))
      throw new VitrineError(
        'bad-usage',
        'Give either a run (or an experiment file) to report on, or --extract REPORT.',
      );
    return report === undefined ? write(call, where!) : extract(call, report);
  },
};

async function write(call: CommandCall, where: string): Promise<boolean> {
  const { terminal, signal } = call;
  const file = textOption(call, 'output') ?? 'report.html';
  const backend = textOption(call, 'backend');
  const engines = new Engines();
  try {
    const text = await reportRun(
      { run: where, name: path.basename(file), ...askedFor(call), ...languageOption(call) },
      engines.asked(backend),
      {
        signal,
        onProgress: done => terminal.progress(`report ${Math.round(done * 100)} %`),
      },
    );
    await makeFolder(path.dirname(path.resolve(file)));
    await writeAtomically(path.resolve(file), text);
    if (terminal.json) terminal.result({ report: file, bytes: Buffer.byteLength(text) });
    else terminal.print(`Wrote ${file} (${Math.ceil(Buffer.byteLength(text) / 1024)} KB).`);
    return true;
  } finally {
    await engines.dispose();
  }
}

/** What the report is to have beyond what every one has. */
function askedFor(call: CommandCall): Pick<ReportRequest, 'asked' | 'by' | 'positive'> {
  const list = (name: string) => (call.options[name] ?? []) as readonly string[];
  const rows = list('row').map(text => {
    if (!/^\d+$/.test(text))
      throw new VitrineError('bad-usage', `--row ${text} is no row. Rows are whole numbers from 0.`);
    return Number(text);
  });
  const given = list('method').map(methodById);
  const ofRows: readonly { id?: string }[] = given.some(m => m.scope === 'prediction')
    ? given.filter(m => m.scope === 'prediction')
    : [{}];
  if (rows.length === 0 && ofRows.some(m => m.id))
    throw new VitrineError('bad-usage', `"${ofRows[0]!.id}" explains a prediction. Say which with --row.`);
  const by = textOption(call, 'by')
    ?.split(',')
    .map(name => name.trim());
  const positive = textOption(call, 'positive');
  return {
    asked: [
      ...rows.flatMap(row => ofRows.map(({ id }) => ({ row, ...(id && { method: id }) }))),
      ...given.filter(m => m.scope === 'model').map(m => ({ method: m.id })),
    ],
    ...(by && { by }),
    ...(positive !== undefined && { positive }),
  };
}

/** No report is larger: what is, is none. */
const maxReport = 200 * 1024 * 1024;

async function extract(call: CommandCall, report: string): Promise<boolean> {
  const { terminal } = call;
  const info = await stat(report).catch(() => undefined);
  if (!info?.isFile())
    throw new VitrineError('file-not-found', `There is no file ${report}.`, { at: { file: report } });
  if (info.size > maxReport)
    throw new VitrineError('bad-file', `${report} is too large for a report.`, { at: { file: report } });
  const { experiment, source } = extractFiles(await readFile(report, 'utf8'));
  const folder = path.resolve(textOption(call, 'output') ?? '.');
  // Names come from the file, which may be anyone's: they must be plain names of the two kinds of file.
  plainName(experiment.name, experimentSuffix, report);
  if (source) plainName(source.name, '.py', report);
  const files = [experiment, ...(source ? [source] : [])].map(f => ({
    ...f,
    path: path.join(folder, f.name),
  }));
  if (call.options['force'] !== true) {
    for (const f of files)
      if (await stat(f.path).catch(() => undefined))
        throw new VitrineError(
          'bad-usage',
          `${f.path} is there already. Extract into another folder with -o, or replace it with --force.`,
        );
  }
  await makeFolder(folder);
  for (const f of files) await writeAtomically(f.path, f.text);
  if (terminal.json) terminal.result({ files: files.map(f => f.path) });
  else terminal.print(...files.map(f => `Wrote ${f.path}.`));
  return true;
}
