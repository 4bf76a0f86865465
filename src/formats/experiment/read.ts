/** From an experiment file to an experiment that can be run, or to what keeps it from being run. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ColumnHead } from '../../data/dataset';
import { datasetKind } from '../../data/load';
import { lookLikeData } from '../../data/table/values';
import { VitrineError } from '../../model/errors';
import type { Diagnostic, SourceRange } from '../../model/graph';
import { listed, nearest } from '../../model/suggest';
import { losses } from './choices';
import { resolveInside, workspaceOf } from './paths';
import type { Experiment } from './schema';
import { setValues } from './settings';
import { type JsonPath, JsonSource } from './source';
import { validate } from './validate';

export interface ExperimentFile {
  /** Absent when there is an error among the diagnostics. Paths in it are absolute, defaults in place. */
  experiment?: Experiment;
  diagnostics: readonly Diagnostic[];
}

/**
 * Reads and checks an experiment file: syntax, fields, ranges, that the files it names exist within the workspace,
 * that the model's file has the class and the data the columns, and that the loss suits the target.
 *
 * @param text what the editor shows, if that differs from the file.
 * @param options.workspace the folder that paths must not leave; found by its marks if absent (`workspaceOf`).
 * @param options.set values that override the file's, by path, e.g. { 'optimizer.lr': '0.01' }.
 */
export async function readExperiment(
  file: string,
  text?: string,
  options: { workspace?: string; set?: Readonly<Record<string, unknown>> } = {},
): Promise<ExperimentFile> {
  const full = path.resolve(file);
  const source = new JsonSource(full, text ?? (await readText(full)));
  const raw = source.value();
  if (!source.root && source.diagnostics.length === 0)
    source.report(
      source.range(0, 1),
      'json-syntax',
      'The file is empty. Expected an object { … } with model, data and loss.',
    );
  if (source.diagnostics.length > 0) return { diagnostics: source.diagnostics };
  const { experiment, problems } = validate(options.set ? setValues(raw, options.set) : raw);
  for (const p of problems) {
    const range = p.atName ? source.placeOfName(p.path) : source.place(p.path);
    source.report(range, p.code, p.message, p.replacement ? replace(range, p.replacement) : undefined);
  }
  if (!experiment) return { diagnostics: source.diagnostics };
  const workspace = options.workspace ?? workspaceOf(full);
  await checkFiles(source, experiment, workspace);
  if (source.diagnostics.every(d => d.severity !== 'error')) await checkColumns(source, experiment);
  const failed = source.diagnostics.some(d => d.severity === 'error');
  return failed ? { diagnostics: source.diagnostics } : { experiment, diagnostics: source.diagnostics };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (e) {
    const { code } = e as NodeJS.ErrnoException;
    throw new VitrineError(
      'file-not-found',
      code === 'ENOENT'
        ? `The experiment file "${path.basename(file)}" does not exist.`
        : `The experiment file "${path.basename(file)}" cannot be read (${code}).`,
      { at: { file } },
    );
  }
}

/** Makes the paths absolute, and looks for the class. */
async function checkFiles(source: JsonSource, experiment: Experiment, workspace: string): Promise<void> {
  const folder = path.dirname(source.file);
  const kind = datasetKind(experiment.data.kind);
  const named = [
    { part: 'model', field: 'file', wanted: 'file' },
    { part: 'model', field: 'weights', wanted: 'file' },
    ...(kind.paths ?? ['file']).map(field => ({
      part: 'data' as const,
      field,
      wanted:
        field === 'file' && (kind.source === 'folder' || kind.source === 'either')
          ? kind.source
          : ('file' as const),
    })),
  ] as const;
  for (const { part, field, wanted } of named) {
    const values = experiment[part] as unknown as Record<string, unknown>;
    const relative = values[field];
    if (typeof relative !== 'string') continue;
    const resolved = await resolveInside(workspace, folder, relative, wanted);
    if (resolved.path !== undefined) {
      values[field] = resolved.path;
      continue;
    }
    const at = source.place([part, field]);
    const near = resolved.code === 'file-not-found' ? await nearFile(folder, relative) : undefined;
    source.report(
      at,
      resolved.code,
      `${part}.${field} is "${relative}", but ${resolved.why}${near ? ` Did you mean "${near}"?` : ''}`,
      near ? replace(at, JSON.stringify(near)) : undefined,
    );
  }
  if (path.extname(experiment.model.file) === '.py' && path.isAbsolute(experiment.model.file))
    await checkClass(source, experiment.model);
}

/** A look at the source's text only; the reader of models has the last word. */
async function checkClass(source: JsonSource, model: Experiment['model']): Promise<void> {
  const text = await readFile(model.file, 'utf8');
  const classes = [...text.matchAll(/^[ \t]*class[ \t]+([A-Za-z_]\w*)/gm)].map(m => m[1]!);
  if (classes.includes(model.class)) return;
  // The name may be imported or made by a call.
  if (/^[A-Za-z_]\w*$/.test(model.class) && new RegExp(`\\b${model.class}\\b`).test(text)) return;
  const near = nearest(model.class, classes) ?? (classes.length === 1 ? classes[0] : undefined);
  const at = source.place(['model', 'class']);
  source.report(
    at,
    'class-not-found',
    `There is no class "${model.class}" in ${path.basename(model.file)}. ${
      near
        ? `Did you mean "${near}"?`
        : classes.length > 0
          ? `It has ${listed(classes)}.`
          : 'It has no class at all.'
    }`,
    near ? replace(at, JSON.stringify(near)) : undefined,
  );
}

async function checkColumns(source: JsonSource, experiment: Experiment): Promise<void> {
  const { data } = experiment;
  const kind = datasetKind(data.kind);
  if (!kind.columns) return;
  let columns: readonly ColumnHead[];
  try {
    columns = await kind.columns(data, { folder: path.dirname(source.file) });
  } catch (e) {
    if (!(e instanceof VitrineError)) throw e;
    source.report(source.place(['data', 'file']), e.code, `${path.basename(data.file)}: ${e.message}`);
    return;
  }
  const names = columns.map(c => c.name);
  const check = (name: string | undefined, at: JsonPath) => {
    if (name === undefined || names.includes(name)) return;
    const near = nearest(name, names);
    const range = source.place(at);
    source.report(
      range,
      'column-not-found',
      `There is no column "${name}" in ${path.basename(data.file)}. ${near ? `Did you mean "${near}"?` : `It has ${listed(names)}.`}${!near && lookLikeData(names) ? ' These look like data: add a first line with the names of the columns.' : ''}`,
      near ? replace(range, JSON.stringify(near)) : undefined,
    );
  };
  check(data.target, ['data', 'target']);
  check(data.split.group, ['data', 'split', 'group']);
  check(data.split.time, ['data', 'split', 'time']);
  for (const [list, at] of [
    [data.features, ['data', 'features']],
    [data.exclude, ['data', 'exclude']],
    [(data as { categories?: string[] }).categories, ['data', 'categories']],
    [experiment.sensitive, ['sensitive']],
  ] as const)
    list?.forEach((name, i) => {
      check(name, [...at, i]);
    });
  const target = columns.find(c => c.name === data.target);
  if (target) checkLoss(source, experiment, target);
}

/** Does the loss suit the target? Fills in what the target is where the file leaves that open. */
function checkLoss(source: JsonSource, experiment: Experiment, column: ColumnHead): void {
  const { data, loss } = experiment;
  const forClasses = losses.find(l => l.name === loss)!.target === 'classes';
  // These compare one score with 0 or 1: a number to the engine, two classes to a person.
  const forTwo = loss.startsWith('bce') || ['sigmoid_focal', 'hinge', 'soft_margin'].includes(loss);
  const at = source.place(['loss']);
  const examples = column.examples.slice(0, 3).map(e => `"${e}"`);
  const mismatch = (message: string, better: string) =>
    source.report(at, 'loss-target-mismatch', message, replace(at, JSON.stringify(better)));
  const isText = column.kind === 'category' || data.targetType === 'classes';
  if (forClasses && data.targetType === 'number')
    mismatch(
      `The loss "${loss}" is for classes, but data.targetType says that the target is a number. Use "mse", or remove data.targetType.`,
      'mse',
    );
  else if ((forClasses || forTwo) && column.kind === 'number' && !column.integers && column.distinct > 20)
    mismatch(
      `The loss "${loss}" is for classes, but the target "${column.name}" is a number (${examples.join(', ')}). Use "mse".`,
      'mse',
    );
  else if (forTwo && column.distinct > 2)
    mismatch(
      `The loss "${loss}" is for two classes, but the target "${column.name}" has ${column.distinct} (${examples.join(', ')}, …). Use "cross_entropy".`,
      'cross_entropy',
    );
  else if (!forClasses && isText && column.distinct > 2)
    mismatch(
      `The loss "${loss}" is for numbers, but the target "${column.name}" has classes (${examples.join(', ')}). Use "cross_entropy".`,
      'cross_entropy',
    );
  // Kinds whose target can only be classes have no such field.
  const { properties } = datasetKind(data.kind).schema as { properties: object };
  if ('targetType' in properties) data.targetType ??= forClasses || forTwo || isText ? 'classes' : 'number';
}

async function nearFile(folder: string, relative: string): Promise<string | undefined> {
  const below = path.dirname(relative);
  const found = await readdir(path.join(folder, below)).catch(() => []);
  const near = nearest(path.basename(relative), found);
  return near && (below === '.' ? near : `${below.replaceAll('\\', '/')}/${near}`);
}

function replace(range: SourceRange, text: string): Diagnostic['fix'] {
  return { title: `Change to ${text}`, range, text };
}
