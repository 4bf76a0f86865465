/** What the extension hands to whoever activates it: our tests and measurements. Not for other extensions. */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { RunEvent } from '../train/runs/run';
import type { PanelState } from './panelProtocol';
import type { Rooms } from './rooms';
import type { LiveRun } from './runs/live';

export interface VitrineApi {
  /** Milliseconds that activation took, from the first line of `activate` to its last. */
  readonly activationMilliseconds: number;
  /** The process that computes, while there is one. */
  readonly enginePid: number | undefined;
  readonly engineStarted: boolean;
  /** What the panel shows, page or no page. */
  readonly panel: PanelState;
  readonly live: LiveRun | undefined;
  onRunEvent(listener: (event: RunEvent) => void): { dispose(): void };
  /** Watches this process's event loop until `stop`. */
  watchEventLoop(): { stop(): EventLoopDelay };
}

/** Milliseconds by which timers came late. */
export interface EventLoopDelay {
  mean: number;
  p99: number;
  max: number;
  /** The longest that the loop was held by work of this process, at most: late, and computing meanwhile. */
  blocked: number;
}

export function createApi(rooms: Rooms, activationMilliseconds: number): VitrineApi {
  return {
    activationMilliseconds,
    get enginePid() {
      return rooms.engine.pid;
    },
    get engineStarted() {
      return rooms.engine.started;
    },
    get panel() {
      return rooms.panel.state;
    },
    get live() {
      return rooms.training.live;
    },
    onRunEvent: listener => rooms.engine.onRunEvent(listener),
    watchEventLoop() {
      const resolution = 5;
      const monitor: IntervalHistogram = monitorEventLoopDelay({ resolution });
      monitor.enable();
      // A timer is late when something held the loop, or when the machine gave the process no time: only in the first
      // case has the process computed meanwhile.
      let blocked = 0;
      let last = { at: performance.now(), cpu: process.cpuUsage() };
      const timer = setInterval(() => {
        const now = { at: performance.now(), cpu: process.cpuUsage() };
        const late = now.at - last.at - resolution;
        const busy = (now.cpu.user - last.cpu.user + now.cpu.system - last.cpu.system) / 1000;
        blocked = Math.max(blocked, Math.min(late, busy));
        last = now;
      }, resolution);
      return {
        stop() {
          monitor.disable();
          clearInterval(timer);
          // The monitor's timer itself takes `resolution`; what is beyond that is delay.
          const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolution);
          return {
            mean: late(monitor.mean),
            p99: late(monitor.percentile(99)),
            max: late(monitor.max),
            blocked,
          };
        },
      };
    },
  };
}
