/** The GPU's tab: hands the engine's calls to a worker, and says what goes on. */
import source from 'worker:media/gpu/worker.ts';
import './gpu.css';
import type { FromGpuPage, GpuReply, ToGpuPage } from '../../src/editor/gpuProtocol';

declare function acquireVsCodeApi(): { postMessage(message: FromGpuPage): void };
const vscode = acquireVsCodeApi();

const place = document.getElementById('app')!;
const main = document.createElement('main');
const title = document.createElement('h1');
const device = document.createElement('p');
const work = document.createElement('p');
const hint = document.createElement('p');
title.textContent = 'GPU';
device.id = 'device';
work.id = 'work';
hint.className = 'hint';
main.append(title, device, work, hint);
place.append(main);

let strings: Readonly<Record<string, string>> = {};
let steps = 0;
let drawn = 0;

const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
const worker = new Worker(url);
URL.revokeObjectURL(url);

worker.onmessage = ({ data }: MessageEvent<GpuReply>) => {
  if ('result' in data.answer && data.answer.result && 'executor' in data.answer.result)
    device.textContent = data.answer.result.executor;
  vscode.postMessage(data);
};
worker.onerror = e => {
  e.preventDefault();
  vscode.postMessage({ type: 'broken', message: e.message || 'the worker could not be started' });
};

window.addEventListener('message', ({ data }: MessageEvent<ToGpuPage>) => {
  if (data?.type === 'strings') {
    strings = data.strings;
    title.textContent = strings['title'] ?? 'GPU';
    hint.textContent = strings['hint'] ?? '';
    device.textContent ||= strings['waiting'] ?? '';
  } else if (data?.type === 'call') {
    if (data.method === 'run') {
      steps++;
      const now = performance.now();
      if (now - drawn > 250) {
        drawn = now;
        work.textContent = (strings['steps'] ?? '{0}').replace('{0}', steps.toLocaleString());
      }
    }
    worker.postMessage(data);
  }
});

vscode.postMessage({ type: 'ready' });
