/** What can compute here and how fast, measured now; choosing one writes the setting. */
import * as vscode from 'vscode';
import { milliseconds } from '../../engine/choose';
import type { BackendReport, BackendReports } from '../../service/process/engines';
import { section, settings } from '../ids';
import type { Rooms } from '../rooms';
import { backend } from '../settings';

const { l10n } = vscode;

interface Item extends vscode.QuickPickItem {
  backend: string;
}

export async function chooseBackend(_: unknown, { engine, training }: Rooms): Promise<void> {
  // Measuring beside a training would slow both and say little.
  const measure = training.live === undefined;
  const reports = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: l10n.t('Measuring what can compute…'),
      cancellable: true,
    },
    (_progress, token) => engine.request('engine/backends', { measure }, { token }),
  );
  const chosen = await vscode.window.showQuickPick(itemsOf(reports, backend() ?? 'auto'), {
    title: l10n.t('What Computes'),
    placeHolder: l10n.t('The setting vitrine.training.backend; it holds from the next training on'),
    matchOnDetail: true,
  });
  if (!chosen) return;
  const configuration = vscode.workspace.getConfiguration(section);
  const inWorkspace = configuration.inspect(settings.backend)?.workspaceValue !== undefined;
  await configuration.update(
    settings.backend,
    chosen.backend === 'auto' ? undefined : chosen.backend,
    inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global,
  );
}

export function itemsOf({ backends, base, choices }: BackendReports, now: string): Item[] {
  const current = (name: string) => (name === now ? ` (${l10n.t('chosen')})` : '');
  const [last] = choices;
  return [
    {
      backend: 'auto',
      label: `auto${current('auto')}`,
      description: l10n.t('{0} for small models, else the fastest by the model’s own training step', base),
      ...(last && { detail: `${last.model}: ${last.backend}, ${last.why}` }),
    },
    ...backends.map(b => ({
      backend: b.name,
      label: `${b.available ? '' : '$(circle-slash) '}${b.name}${current(b.name)}`,
      description: b.available ? figuresText(b) : l10n.t('not there'),
      detail: b.available ? aboutText(b) : (b.reason ?? ''),
    })),
  ];
}

function figuresText({ figures }: BackendReport): string {
  const product = figures?.product.at(-1);
  const elementwise = figures?.elementwise.at(-1);
  if (!product || !elementwise) return '';
  return l10n.t(
    'product of {0} x {0}: {1} ({2} GFLOP/s), tanh of {3} numbers: {4}',
    product.size,
    milliseconds(product.ms),
    Number(product.gflops.toPrecision(2)),
    elementwise.elements,
    milliseconds(elementwise.ms),
  );
}

function aboutText({ executor = '', threads = 1 }: BackendReport): string {
  return threads > 1 ? l10n.t('{0}, {1} threads', executor, threads) : executor;
}
