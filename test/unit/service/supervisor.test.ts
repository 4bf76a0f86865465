import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Explanation } from '../../../src/explain/method';
import { readSafetensors } from '../../../src/formats/safetensors/read';
import { VitrineError } from '../../../src/model/errors';
import { type Restart, Supervisor, type SupervisorOptions } from '../../../src/service/process/supervisor';
import { runFiles } from '../../../src/train/runs/run';
import { runsFolder } from '../../../src/train/runs/runFolder';
import { readRun } from '../../../src/train/runs/runs';
import { Listener, program, Workspace } from './_workspace';

let workspace: Workspace;
let listener: Listener;
let restarts: Restart[];
let log: string[];
let open: Supervisor[];

beforeEach(() => {
  workspace = new Workspace();
  listener = new Listener();
  restarts = [];
  log = [];
  open = [];
});

afterEach(async () => {
  for (const s of open) await s.dispose();
  workspace.dispose();
});

function supervise(change: Partial<SupervisorOptions> = {}): Supervisor {
  const supervisor = new Supervisor({
    program,
    role: 'engine',
    log: line => log.push(line),
    onRunEvent: listener.hear,
    onRestart: r => restarts.push(r),
    ...change,
  });
  open.push(supervisor);
  return supervisor;
}

const folderOf = (experiment: string, run: string) => join(runsFolder(dirname(experiment)), run);
const weightsOf = async (experiment: string, run: string) =>
  (await readSafetensors(join(folderOf(experiment, run), runFiles.weights))).tensors;
const rejectedWith = (code: string) => (e: unknown) => {
  assert.ok(e instanceof VitrineError, `${e}`);
  assert.equal(e.code, code, e.message);
  return true;
};

/** Long enough to be hit in the middle; a checkpoint each epoch. */
const long = { epochs: 80, checkpointEvery: 1 };

describe('the engine process, supervised', function () {
  this.timeout(60_000);

  it('is killed in the middle of a run, comes back, and ends bit for bit where it would have', async () => {
    const experiment = workspace.sample('net', long);
    const supervisor = supervise();
    const whole = await supervisor.request('run/start', { experiment });
    await listener.end(whole.run);

    const { run } = await supervisor.request('run/start', { experiment });
    await listener.epoch(run, 20);
    const before = supervisor.pid!;
    process.kill(before, 'SIGKILL');
    const end = await listener.end(run);

    assert.ok(end.event === 'end' && end.state === 'finished' && end.epochs === 80);
    assert.notEqual(supervisor.pid, before);
    assert.equal(restarts.length, 1);
    assert.match(restarts[0]!.reason, /was ended by SIGKILL/);
    const [resumed] = restarts[0]!.runs;
    assert.equal(resumed!.run, run);
    assert.ok(resumed!.resumedFrom! >= 19, `it went on from epoch ${resumed!.resumedFrom}`);
    assert.deepEqual(await weightsOf(experiment, run), await weightsOf(experiment, whole.run));
    const numbers = async (id: string) =>
      (await readRun(folderOf(experiment, id))).events.flatMap(e =>
        e.event === 'epoch' ? [{ epoch: e.epoch, train: e.train, valid: e.valid }] : [],
      );
    assert.deepEqual(await numbers(run), await numbers(whole.run));
    const [first, second] = [whole.run, run].map(id => readRun(folderOf(experiment, id)));
    assert.deepEqual((await second!).record.test, (await first!).record.test);
  });

  it('repeats what only reads, and rejects what does not', async () => {
    const experiment = workspace.sample('net', { ...long, epochs: 1 });
    const supervisor = supervise();
    await supervisor.request('engine/info', null);
    const reading = supervisor.request('data/samples', { experiment, split: 'test', offset: 0, count: 5 });
    const starting = supervisor.request('run/start', { experiment });
    const rejected = assert.rejects(starting, rejectedWith('engine-lost'));
    process.kill(supervisor.pid!, 'SIGKILL');
    assert.equal((await reading).samples.length, 5);
    await rejected;
    // No half-started run comes back by itself.
    assert.deepEqual(restarts[0]?.runs ?? [], []);
  });

  it('gives up after so many losses, says so, and starts again when asked', async () => {
    const experiment = workspace.sample('net', { ...long, epochs: 1_000_000 });
    const supervisor = supervise({ restarts: { times: 1, withinMs: 60_000 } });
    const { run } = await supervisor.request('run/start', { experiment });
    await listener.epoch(run, 2);
    process.kill(supervisor.pid!, 'SIGKILL');
    await listener.when(e => e.event === 'start' && e.resumedFrom !== undefined);
    process.kill(supervisor.pid!, 'SIGKILL');
    const failed = await listener.when(e => e.event === 'state' && e.state === 'failed');
    assert.ok(
      failed.event === 'state' && /lost 2 times within 1 minutes/.test(failed.message!),
      JSON.stringify(failed),
    );
    assert.ok((await supervisor.request('engine/info', null)).pid > 0);
    const { runs } = await supervisor.request('run/list', { folder: dirname(experiment) });
    assert.equal(runs[0]!.state, 'stopped');
    assert.match(runs[0]!.message!, /Interrupted after \d+ of 1000000 epochs/);
  });

  it('is ended when it hangs', async () => {
    const supervisor = supervise({ hang: { pingEveryMs: 200, missed: 10 } });
    const { pid } = await supervisor.request('engine/info', null);
    process.kill(pid, 'SIGSTOP');
    const info = await supervisor.request('engine/info', null);
    assert.notEqual(info.pid, pid);
    assert.ok(log.some(l => /answers no more/.test(l)));
  });

  it('pauses, continues and stops runs', async () => {
    const experiment = workspace.sample('net', { ...long, epochs: 1_000_000 });
    const supervisor = supervise();
    const { run } = await supervisor.request('run/start', { experiment });
    await listener.epoch(run, 1);
    await supervisor.request('run/pause', { run });
    await listener.when(e => e.event === 'state' && e.state === 'paused');
    const at = listener.numbers(run).length;
    await supervisor.request('engine/info', null);
    assert.equal(listener.numbers(run).length, at);
    await supervisor.request('run/continue', { run });
    await listener.epoch(run, at + 1);
    await supervisor.request('run/learningRate', { run, learningRate: 1e-4 });
    await listener.when(e => e.event === 'step' && e.learningRate === 1e-4);
    for (const learningRate of [0, Number.NaN, -1])
      await assert.rejects(
        supervisor.request('run/learningRate', { run, learningRate }),
        rejectedWith('bad-request'),
      );
    await supervisor.request('run/stop', { run });
    const end = await listener.end(run);
    assert.ok(end.event === 'end' && end.state === 'stopped');
    await assert.rejects(supervisor.request('run/stop', { run }), rejectedWith('bad-request'));
    const resumed = await supervisor.request('run/start', { experiment, resume: run });
    assert.equal(resumed.run, run);
    await supervisor.request('run/stop', { run });
  });

  it('leaves when its parent does, with a checkpoint of the run', async () => {
    const experiment = workspace.sample('net', { ...long, epochs: 1_000_000, checkpointEvery: 1_000_000 });
    const supervisor = supervise();
    const { run } = await supervisor.request('run/start', { experiment });
    await listener.epoch(run, 3);
    const pid = supervisor.pid!;
    await supervisor.dispose();
    assert.throws(() => process.kill(pid, 0), /ESRCH/);
    const { record } = await readRun(folderOf(experiment, run));
    assert.equal(record.state, 'stopped');
    assert.ok(record.epochsDone >= 3);
    await assert.rejects(supervisor.request('engine/info', null), rejectedWith('engine-lost'));
  });

  it('says in words that the program cannot be started', async () => {
    const supervisor = supervise({
      program: join(workspace.folder, 'nowhere.js'),
      restarts: { times: 0, withinMs: 1000 },
    });
    await assert.rejects(supervisor.request('run/start', { experiment: 'x' }), rejectedWith('engine-lost'));
  });

  it('brings errors over with their code, place and findings, and without stack', async () => {
    const experiment = workspace.sample('net', { loss: 'mee' });
    const supervisor = supervise();
    await assert.rejects(supervisor.request('run/start', { experiment }), (e: unknown) => {
      assert.ok(e instanceof VitrineError && e.code === 'bad-experiment');
      assert.match(e.message, /loss is "mee"; expected .* Did you mean "mse"/);
      assert.equal(e.details.at!.file, experiment);
      assert.ok(e.details.at!.line! > 1);
      assert.ok(e.details.diagnostics![0]!.fix);
      return true;
    });
    await assert.rejects(
      supervisor.request('run/history', { folder: workspace.folder, run: '../../etc' }),
      rejectedWith('bad-request'),
    );
    await assert.rejects(
      // A caller of another version: nothing that our types allow.
      supervisor.request('no/such' as 'engine/info', null),
      rejectedWith('bad-request'),
    );
    const broken = supervisor.request('run/list', null as never);
    await assert.rejects(broken, (e: unknown) => {
      assert.ok(e instanceof VitrineError && e.code === 'internal');
      assert.doesNotMatch(e.message, /TypeError|at .*\.js/);
      return true;
    });
    assert.ok(
      log.some(l => /TypeError/.test(l)),
      'the log has the stack',
    );
  });

  it('cancels what is asked, by signal and by token', async () => {
    const experiment = workspace.sample('net');
    const supervisor = supervise();
    const abort = new AbortController();
    const asked = supervisor.request('run/start', { experiment }, { cancel: abort.signal });
    abort.abort();
    await assert.rejects(asked, rejectedWith('cancelled'));
    const token = { isCancellationRequested: true, onCancellationRequested: () => ({ dispose() {} }) };
    await assert.rejects(
      supervisor.request('run/start', { experiment }, { cancel: token }),
      rejectedWith('cancelled'),
    );
    assert.deepEqual((await supervisor.request('run/list', { folder: dirname(experiment) })).runs, []);
  });

  it('carries typed arrays as they are', async () => {
    const experiment = workspace.sample('digits');
    const page = await supervise().request('data/samples', {
      experiment,
      split: 'test',
      offset: 2,
      count: 3,
    });
    assert.equal(page.modality, 'image');
    assert.equal(page.samples.length, 3);
    for (const { pixels } of page.samples) {
      assert.ok(pixels instanceof Float32Array && pixels.length === 64);
      assert.ok(pixels.every(p => p >= 0 && p <= 1));
    }
    assert.equal(page.total, 360);
  });

  it('explains, tells how far it is, and lets go when cancelled', async () => {
    const experiment = workspace.sample('digits', { epochs: 1 });
    const supervisor = supervise();
    const { run } = await supervisor.request('run/start', { experiment });
    await listener.end(run);
    const done: number[] = [];
    const ask = { run: experiment, method: 'integrated_gradients', row: 3 };
    const early: Explanation[] = [];
    const explanation = await supervisor.request('explain', ask, {
      onProgress: d => done.push(d),
      onPartial: value => early.push(value as Explanation),
    });
    assert.equal(explanation.row, 3);
    assert.equal(early.length, 1, 'the answer comes before its trust');
    assert.equal(early[0]!.trust.pending, true);
    assert.deepEqual(early[0]!.attribution, explanation.attribution);
    assert.ok(explanation.trust.measures.length > 0);
    assert.ok(done.length > 0 && done.at(-1) === 1, `the progress was ${done}`);
    const { pid } = supervisor;
    const abort = new AbortController();
    const long = { ...ask, method: 'shapley_value_sampling', options: { permutations: 1000 } };
    const asked = supervisor.request('explain', long, {
      cancel: abort.signal,
      onProgress: () => abort.abort(),
    });
    await assert.rejects(asked, rejectedWith('cancelled'));
    await supervisor.request('engine/info', null);
    assert.equal(supervisor.pid, pid);
  });

  it('shows samples with what a run says of them, as soon as it says something', async () => {
    const experiment = workspace.sample('net', { ...long, epochs: 1_000_000, checkpointEvery: 1_000_000 });
    const supervisor = supervise();
    const { run } = await supervisor.request('run/start', { experiment });
    const page = { experiment, run, split: 'valid', offset: 0, count: 4 } as const;
    const early = await supervisor.request('data/samples', page);
    assert.equal(early.samples.length, 4);
    await listener.epoch(run, 2);
    await supervisor.request('run/stop', { run });
    await listener.end(run);
    const { samples } = await supervisor.request('data/samples', page);
    for (const { prediction, target } of samples) {
      assert.ok(prediction!.probability! >= 0.5);
      assert.equal(prediction!.correct, prediction!.label === target);
    }
    const { parameters } = await supervisor.request('run/parameters', { folder: dirname(experiment), run });
    for (const p of parameters) {
      assert.equal(
        p.histogram.reduce((a, b) => a + b, 0),
        p.shape.reduce((a, b) => a * b, 1),
      );
      assert.ok(p.min <= p.mean && p.mean <= p.max && p.gradientNorm! >= 0);
    }
    await assert.rejects(
      supervisor.request('data/samples', { ...page, offset: -1 }),
      rejectedWith('bad-request'),
    );
  });
});
