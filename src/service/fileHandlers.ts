/** Requests that only read files: both roles answer them, so that they never wait for a computation. */
import { initializeWeights } from '../engine/initialize';
import { optionFields } from '../explain/optionFields';
import { methods } from '../explain/registry';
import { contentsOf, graphOf, sampleOf } from '../formats/_contents';
import { formatOf, modelFileOf } from '../formats/_registry';
import { readVersion } from '../formats/_version';
import { workspaceOf } from '../formats/experiment/paths';
import { readExperiment } from '../formats/experiment/read';
import { folderTask, takesLabels } from '../formats/huggingface/tasks';
import { describeModel } from '../model/diff';
import { VitrineError } from '../model/errors';
import { nameOf } from '../names/names';
import { checks } from '../train/checkRegistry';
import { compareModels } from '../train/open/compareModels';
import { openRun, runModelOf } from '../train/open/openRun';
import { compareRuns } from '../train/runs/compareRuns';
import { parameterStatistics } from '../train/runs/parameterStatistics';
import { runFolderOf } from '../train/runs/runFolder';
import { listRuns, readRun, readRunModel, readRunWeights } from '../train/runs/runs';
import { tensorStatistics } from '../train/runs/tensorStatistics';
import { writtenTraining } from '../train/setup/asWritten';
import { experimentInEnvironment } from '../train/setup/inEnvironment';
import { type Exporter, exporters } from './exporters';
import { unsuitedFor } from './inquiries/unsuited';
import { readSide } from './modelSides';
import { Answers } from './modelsSince';
import { pack } from './packed';
import type { Handlers } from './process/server';
import type { ReadModel, ReadModelRequest } from './protocol';
import { withWeightFindings } from './weightFindings';

/** Of a larger tensor, statistics are those of a sample of so many values. */
const mostValues = 1 << 22;

/** @param distFolder where Pyodide and the Python sources lie. */
export function fileHandlers(distFolder: string): Handlers {
  const answers = new Answers();
  const modelsOf = async (
    { weights, ...params }: ReadModelRequest & { weights?: string },
    signal: AbortSignal,
  ): Promise<Record<string, ReadModel>> => {
    const file = await modelFileOf(params.file);
    const format = await formatOf(file);
    const read = await format.read(
      { ...params, file },
      { distFolder, workspaceFolder: workspaceOf(params.file), signal },
    );
    return weights === undefined ? read : withWeightFindings(read, weights);
  };
  return {
    'model/read': (params, { signal }) => modelsOf(params, signal),

    async 'model/readSince'({ since, ...params }, { signal }) {
      return answers.tell(await modelsOf(params, signal), since);
    },

    'model/training': ({ folder, ...source }, { signal }) =>
      writtenTraining(source, { distFolder, workspaceFolder: workspaceOf(source.file), signal }, folder),

    async 'model/acting'({ file, class: name, env, folder }, { signal }) {
      const context = { distFolder, workspaceFolder: workspaceOf(file), signal };
      const { experiment } = await experimentInEnvironment(
        { file, class: name },
        { id: env },
        folder,
        context,
      );
      return { experiment };
    },

    async 'file/contents'({ file }) {
      const contents = await contentsOf(file);
      const { described, lacking, computes } = contents;
      return {
        packed: pack(contents),
        runs: lacking.length === 0 || computes === true,
        ...(described !== undefined && { described }),
        graph: described !== undefined || !(await formatOf(contents.file)).parametersOnly,
      };
    },

    async 'file/graph'({ file }, { signal }) {
      const context = { distFolder, workspaceFolder: workspaceOf(file), signal };
      const { model, ...rest } = await graphOf(file, context);
      return {
        ...rest,
        ...(model && { graph: { file: model.file, name: model.name, packed: pack(model) } }),
      };
    },

    async 'file/tensor'({ file, tensor }) {
      return tensorStatistics(await sampleOf(file, tensor, mostValues));
    },

    async 'folder/task'({ folder }) {
      const task = await folderTask(folder);
      if (task !== 'classify') return { ...(task && { task }) };
      return { task, labels: await takesLabels(folder) };
    },

    async 'model/diff'({ before, after }, { signal }) {
      const context = (file: string) => ({ distFolder, workspaceFolder: workspaceOf(file), signal });
      const [a, b] = [
        await readSide(before, context(before.file)),
        await readSide(after, context(after.file)),
      ];
      return {
        ...(await compareModels(
          { label: before.label, ...a },
          { label: after.label, ...b },
          undefined,
          signal,
        )),
        models: { before: a.model, after: b.model },
        texts: { before: describeModel(a.model), after: describeModel(b.model) },
      };
    },

    async 'model/export'({ to, output, ...request }, { signal }) {
      const exporter = exporterOf(to);
      const { model, weights } = await readVersion(
        { ...request, withWeights: exporter.graphOnly !== true },
        { distFolder, workspaceFolder: workspaceOf(request.file), signal },
      );
      return {
        files: await exporter.write(output, model, initializeWeights(model, 0, weights)),
        untrained: weights === undefined && exporter.graphOnly !== true,
      };
    },

    async 'run/export'({ folder, run, to, output }) {
      const exporter = exporterOf(to);
      const opened = await openRun(runFolderOf(folder, run));
      return {
        files: await exporter.write(
          output,
          runModelOf(opened),
          exporter.graphOnly ? {} : await opened.weights(),
          opened.preparation.target.classes,
        ),
      };
    },

    async 'methods/list'(params) {
      const unsuited = params?.run === undefined ? undefined : await unsuitedFor(params.run);
      return {
        methods: methods.map(({ id, title, summary, scope, ofClass, options }) => ({
          id,
          ...nameOf('method', id, { title, summary }, params?.language),
          scope,
          ...(ofClass && { ofClass }),
          options: optionFields({ options }, params?.language),
          ...(unsuited?.has(id) && { unsuited: unsuited.get(id)! }),
        })),
      };
    },

    async 'checks/list'(params) {
      return { checks: checks.map(c => ({ id: c.id, ...nameOf('check', c.id, c, params?.language) })) };
    },

    async 'experiment/check'({ file, text }) {
      const { diagnostics } = await readExperiment(file, text);
      return { diagnostics };
    },

    async 'run/list'({ folder }) {
      return { runs: await listRuns(folder) };
    },

    async 'run/history'({ folder, run }) {
      return readRun(runFolderOf(folder, run));
    },

    async 'run/compare'({ runs }) {
      return compareRuns(runs);
    },

    async 'run/parameters'({ folder, run }) {
      const runFolder = runFolderOf(folder, run);
      const model = await readRunModel(runFolder);
      const { events } = await readRun(runFolder);
      try {
        const weights = await readRunWeights(runFolder, model);
        return { parameters: parameterStatistics(model, weights, events) };
      } catch (e) {
        // A run in its first seconds has no weights on disk yet: nothing to tell is no error.
        if (e instanceof VitrineError && e.code === 'file-not-found') return { parameters: [] };
        throw e;
      }
    },
  };
}

function exporterOf(to: string): Exporter {
  const exporter = Object.hasOwn(exporters, to) ? exporters[to] : undefined;
  if (!exporter) throw new VitrineError('bad-request', `There is no format "${to}" to write.`);
  return exporter;
}
