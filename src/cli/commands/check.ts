import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { overviewOf } from '../../data/overview/overview';
import { yieldToOthers } from '../../engine/yielding';
import type { ReadModel } from '../../formats/_format';
import { checkWeights } from '../../formats/checkpoint/weights';
import { readExperiment } from '../../formats/experiment/read';
import { lossSpec } from '../../formats/experiment/write';
import { VitrineError } from '../../model/errors';
import type { Diagnostic, Severity } from '../../model/graph';
import { shownFinding } from '../../model/limitation';
import { datasetOf, modelOf } from '../../train/setup/assemble';
import { bindingsFor } from '../../train/setup/bindings';
import { dataDiagnostics } from '../../train/setup/dataDiagnostics';
import { checkScores } from '../../train/setup/fits';
import { packInputs } from '../../train/setup/packInputs';
import { forScoresOf } from '../../train/setup/unnamed';
import { type Command, type CommandCall, textOption } from '../command';
import { experimentSuffix, splitFragment } from '../experiments';
import { readModels } from '../readModels';
import { printable, type Terminal } from '../terminal';

export const command: Command = {
  name: 'check',
  usage: 'FILE… [--weights CHECKPOINT] [--json]',
  summary: 'Check models and experiments; exit code 1 if there is an error.',
  arguments: [1, Number.POSITIVE_INFINITY],
  options: {
    weights: {
      type: 'string',
      value: 'CHECKPOINT',
      help: 'Also: does this .safetensors, .pt or .pth file fit the model?',
    },
  },
  async run(call) {
    const each = new Map<string, Diagnostic>();
    for (const file of call.arguments)
      for (const d of await checkFile(file, call)) {
        // The same line is found once for each class that uses it.
        const key = JSON.stringify([d.file, d.line, d.column, d.code, d.message]);
        if (!each.has(key)) each.set(key, d);
      }
    const diagnostics = [...each.values()];
    if (call.terminal.json) {
      call.terminal.result({
        diagnostics: diagnostics.map(({ file, line, column, severity, code, message, fix }) => ({
          file,
          line,
          column,
          severity,
          code,
          message,
          ...(fix && { fix }),
        })),
      });
    } else show(diagnostics, call.terminal, call.arguments.length);
    return !diagnostics.some(d => d.severity === 'error');
  },
};

async function checkFile(argument: string, call: CommandCall): Promise<readonly Diagnostic[]> {
  const { file, class: wanted } = argument.endsWith(experimentSuffix)
    ? { file: argument }
    : splitFragment(argument);
  try {
    if (file.endsWith(experimentSuffix)) return await checkExperiment(file, call);
    const read = await readModels(file, {
      ...(wanted !== undefined && { class: wanted }),
      distFolder: call.distFolder,
      signal: call.signal,
    });
    const weights = textOption(call, 'weights');
    return [
      ...Object.values(read)
        .flatMap(r => r.diagnostics)
        .map(shownFinding),
      ...(weights === undefined ? [] : await checkAgainst(read, path.resolve(weights), wanted)),
    ];
  } catch (e) {
    // A file that is not there is bad usage; what is wrong inside of one is a finding.
    const usage = ['file-not-found', 'bad-usage', 'cancelled'];
    if (!(e instanceof VitrineError) || (usage.includes(e.code) && !e.details.diagnostics)) throw e;
    const found = e.details.diagnostics ?? [finding(e, file)];
    return file.endsWith(experimentSuffix) ? found : found.map(shownFinding);
  }
}

/** The checkpoint against the class that is named, or else the one that it fits best. */
async function checkAgainst(
  read: Readonly<Record<string, ReadModel>>,
  weights: string,
  wanted: string | undefined,
): Promise<readonly Diagnostic[]> {
  let best: readonly Diagnostic[] | undefined;
  for (const { model } of wanted === undefined ? Object.values(read) : [read[wanted] ?? {}]) {
    if (!model) continue;
    const found = await checkWeights(model, weights);
    if (best === undefined || found.length < best.length) best = found;
  }
  return best ?? [];
}

/** The file itself, then whether its data and its model fit each other. */
async function checkExperiment(file: string, call: CommandCall): Promise<readonly Diagnostic[]> {
  const { experiment, diagnostics } = await readExperiment(file);
  if (!experiment) return diagnostics;
  const found = [...diagnostics];
  try {
    const dataset = await datasetOf(experiment, file, call);
    const { warnings } = await overviewOf(dataset, yieldToOthers);
    found.push(...dataDiagnostics(path.resolve(file), await readFile(file, 'utf8'), warnings));
    const model = await modelOf(experiment, file, dataset, call);
    bindingsFor(packInputs(model, dataset.parts), dataset.sampleShape, 1);
    const loss = lossSpec(experiment).name;
    checkScores(model, dataset, loss);
    for (const note of forScoresOf(dataset, model, loss).notes.slice(dataset.notes.length))
      found.push({
        ...finding(new VitrineError('bad-data', note), file),
        severity: 'information',
        code: 'unnamed-classes',
      });
    const weights = textOption(call, 'weights') ?? experiment.model.weights;
    if (weights !== undefined) found.push(...(await checkWeights(model, path.resolve(weights))));
  } catch (e) {
    if (!(e instanceof VitrineError) || e.code === 'cancelled') throw e;
    found.push(...(e.details.diagnostics ?? [finding(e, file)]));
  }
  return found;
}

function finding(e: VitrineError, file: string): Diagnostic {
  const { at } = e.details;
  const line = at?.line ?? 1;
  const column = at?.column ?? 1;
  return {
    file: at?.file ?? path.resolve(file),
    line,
    column,
    endLine: at?.endLine ?? line,
    endColumn: at?.endColumn ?? column + 1,
    severity: 'error',
    code: e.code,
    message: e.message,
  };
}

function show(diagnostics: readonly Diagnostic[], terminal: Terminal, files: number): void {
  const paint: Record<Severity, (t: string) => string> = {
    error: t => terminal.red(t),
    warning: t => terminal.yellow(t),
    information: t => terminal.blue(t),
    hint: t => terminal.dim(t),
  };
  for (const d of diagnostics) {
    const place = `${path.relative('', d.file)}:${d.line}:${d.column}`;
    terminal.print(
      `${terminal.bold(place)} ${paint[d.severity](d.severity)} ${printable(d.message)} ${terminal.dim(d.code)}`,
    );
    if (d.fix) terminal.print(`  ${terminal.dim('fix:')} ${printable(d.fix.title)}`);
  }
  const errors = diagnostics.filter(d => d.severity === 'error').length;
  const others = diagnostics.length - errors;
  if (diagnostics.length === 0)
    terminal.print(terminal.green(files === 1 ? 'No problems.' : `No problems in ${files} files.`));
  else terminal.print('', `${errors} ${errors === 1 ? 'error' : 'errors'}, ${others} other`);
}
