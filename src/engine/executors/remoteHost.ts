/** The other side of remote.ts: answers calls with an executor of its own. */
import { VitrineError } from '../../model/errors';
import { messageOf } from '../gpu/device';
import type { Executable, Executor } from './executor';
import { fromWire, type RemoteAnswer, type RemoteCalls, type RemoteMethod } from './remote';

export class RemoteHost {
  private readonly executables = new Map<number, { made: Executable; outputs: readonly string[] }>();
  private opened: Promise<Executor | string> | undefined;

  /** @param open makes the executor, or says in a sentence why there is none. */
  constructor(private readonly open: () => Promise<Executor | string>) {}

  async answer(method: RemoteMethod, params: unknown): Promise<RemoteAnswer> {
    try {
      return await this.handle(method, params);
    } catch (e) {
      if (e instanceof VitrineError && e.code === 'device-lost')
        return { lost: (await this.executor()).lost?.() ?? e.message };
      if (e instanceof VitrineError) return { refused: e.message };
      return { error: messageOf(e) };
    }
  }

  private async handle(method: RemoteMethod, params: unknown): Promise<RemoteAnswer> {
    switch (method) {
      case 'open': {
        this.opened ??= this.open();
        const executor = await this.opened;
        if (typeof executor === 'string') {
          this.opened = undefined;
          return { refused: executor };
        }
        const { executor: what, emulated = false } = executor.backend;
        return { result: { executor: what, emulated } };
      }
      case 'compile': {
        const { executable, plan } = params as RemoteCalls['compile'][0];
        const made = await (await this.executor()).compile(fromWire(plan));
        this.executables.set(executable, { made, outputs: plan.outputs });
        return { result: null };
      }
      case 'run':
      case 'fetch': {
        const { executable, writes, wanted } = params as RemoteCalls['run'][0];
        const known = this.executables.get(executable);
        if (!known) throw new Error(`there is no executable ${executable}`);
        const { made, outputs } = known;
        for (const [buffer, data] of writes) made.write(buffer, data);
        const buffers = wanted ?? outputs;
        if (method === 'run') await made.run(buffers);
        else await made.fetch?.(buffers);
        return { result: { values: buffers.map(b => [b, made.read(b)]) } };
      }
      case 'dispose': {
        const { executable } = params as RemoteCalls['dispose'][0];
        await this.executables.get(executable)?.made.dispose();
        this.executables.delete(executable);
        return { result: null };
      }
      default:
        throw new Error(`there is no call "${String(method satisfies never)}"`);
    }
  }

  private async executor(): Promise<Executor> {
    const executor = await this.opened;
    if (!executor || typeof executor === 'string') throw new Error('it was not opened');
    return executor;
  }
}
