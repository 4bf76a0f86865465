/** The files of a run, as it goes: record, events, checkpoints, weights. */
import { join } from 'node:path';
import type { Model, Tensors } from '../../model/graph';
import { makeFolder, writeAtomically } from './atomicFile';
import { type Checkpoint, writeCheckpoint } from './checkpoint';
import { MetricsLog } from './metricsLog';
import { type RunEvent, type RunRecord, runFiles } from './run';
import { saveTensors } from './tensorFile';

/** Numbers of a constant are a list in JSON, however they are held. */
function listed(_: string, value: unknown): unknown {
  return value instanceof Float64Array ? Array.from(value) : value;
}

export class RunWriter {
  private constructor(
    private readonly folder: string,
    private readonly log: MetricsLog,
    private record: RunRecord,
    private readonly constants: ReadonlySet<string>,
    private readonly onEvent: ((event: RunEvent) => void) | undefined,
  ) {}

  /**
   * A new run: its snapshot first, so that whatever is left of it can be read.
   *
   * @param constants left out of the files of weights: what the model's snapshot says of them is all there is to say.
   */
  static async create(
    folder: string,
    record: RunRecord,
    snapshot: { experiment: string; model: Model; preparation: unknown },
    constants: ReadonlySet<string>,
    onEvent?: (event: RunEvent) => void,
  ): Promise<RunWriter> {
    await writeAtomically(join(folder, runFiles.experiment), snapshot.experiment);
    await writeAtomically(join(folder, runFiles.model), JSON.stringify(snapshot.model, listed));
    await writeAtomically(join(folder, runFiles.preparation), JSON.stringify(snapshot.preparation));
    await writeAtomically(join(folder, runFiles.record), printed(record));
    return new RunWriter(
      folder,
      await MetricsLog.open(join(folder, runFiles.metrics)),
      record,
      constants,
      onEvent,
    );
  }

  /** Goes on with a run: events that come after its checkpoint are taken out, for they will happen again. */
  static async resume(
    folder: string,
    record: RunRecord,
    from: Pick<Checkpoint, 'epoch' | 'step'>,
    constants: ReadonlySet<string>,
    onEvent?: (event: RunEvent) => void,
  ): Promise<RunWriter> {
    const log = await MetricsLog.open(join(folder, runFiles.metrics), event =>
      event.event === 'epoch' || event.event === 'layers'
        ? event.epoch <= from.epoch
        : event.event === 'step'
          ? event.step <= from.step
          : event.event !== 'end',
    );
    const writer = new RunWriter(folder, log, record, constants, onEvent);
    await writer.update({});
    return writer;
  }

  get current(): RunRecord {
    return this.record;
  }

  emit(event: RunEvent): void {
    this.log.add(event);
    this.onEvent?.(event);
  }

  /** Changes the record on disk. */
  async update(change: Partial<RunRecord>): Promise<void> {
    this.record = { ...this.record, ...change };
    await writeAtomically(join(this.folder, runFiles.record), printed(this.record));
  }

  flush(): Promise<void> {
    return this.log.flush();
  }

  /** The events that lead to it reach the disk first: a checkpoint never knows of an epoch that the log lacks. */
  async checkpoint(checkpoint: Checkpoint): Promise<void> {
    await this.log.flush();
    await writeCheckpoint(join(this.folder, runFiles.checkpoint), checkpoint);
  }

  /** Weights under the names of PyTorch's state_dict, and no others: `load_state_dict(safetensors.torch.load_file(…))` takes them. */
  async weights(which: 'weights' | 'best', weights: Tensors, about: Record<string, string>): Promise<void> {
    await saveTensors(join(this.folder, runFiles[which]), this.learned(weights), { format: 'pt', ...about });
  }

  /** Weights of an epoch on the way, for explanations of how the run learned. */
  async epoch(epoch: number, weights: Tensors, learningRate: number): Promise<void> {
    const folder = join(this.folder, runFiles.epochs);
    await makeFolder(folder);
    const about = { format: 'pt', epoch: String(epoch), learningRate: String(learningRate) };
    await saveTensors(
      join(folder, `${String(epoch).padStart(6, '0')}.safetensors`),
      this.learned(weights),
      about,
    );
  }

  private learned(weights: Tensors): Tensors {
    return Object.fromEntries(Object.entries(weights).filter(([name]) => !this.constants.has(name)));
  }

  close(): Promise<void> {
    return this.log.close();
  }
}

function printed(record: RunRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}
