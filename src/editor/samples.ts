/** The gallery's entries: a manifest in each sample's folder, read when the gallery opens. */
import * as vscode from 'vscode';

const { l10n } = vscode;

/** In the order in which the gallery shows them. */
export const sampleGroups = ['tables', 'images', 'text', 'sound', 'people', 'mixed', 'acting'] as const;
export type SampleGroup = (typeof sampleGroups)[number];

export interface SampleEntry {
  /** The folder's name. */
  id: string;
  folder: vscode.Uri;
  title: string;
  /** One sentence: what it learns. */
  summary: string;
  /** One sentence: what there is to see. */
  shows: string;
  /** A codicon's name. */
  icon: string;
  group: SampleGroup;
  order: number;
  /** The file to look at first. */
  start?: string;
}

export function groupTitle(group: SampleGroup): string {
  switch (group) {
    case 'tables':
      return l10n.t('Tables');
    case 'images':
      return l10n.t('Images and video');
    case 'text':
      return l10n.t('Text');
    case 'sound':
      return l10n.t('Sound');
    case 'people':
      return l10n.t('Recommendation and behaviour');
    case 'mixed':
      return l10n.t('Several kinds at once');
    case 'acting':
      return l10n.t('Reinforcement learning');
  }
}

/** All samples below a folder, in the gallery's order. A folder without a manifest is listed by its name. */
export async function readSamples(root: vscode.Uri, language = vscode.env.language): Promise<SampleEntry[]> {
  const folders = (await vscode.workspace.fs.readDirectory(root))
    .filter(([name, type]) => type === vscode.FileType.Directory && !name.startsWith('.'))
    .map(([name]) => name);
  const entries = await Promise.all(
    folders.map(async id => {
      const folder = vscode.Uri.joinPath(root, id);
      return entryOf(id, folder, await manifestOf(folder), language);
    }),
  );
  const place = (e: SampleEntry) => sampleGroups.indexOf(e.group) * 1e6 + e.order;
  return entries.sort((a, b) => place(a) - place(b) || (a.id < b.id ? -1 : 1));
}

async function manifestOf(folder: vscode.Uri): Promise<Record<string, unknown>> {
  try {
    const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, 'sample.json'));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function entryOf(
  id: string,
  folder: vscode.Uri,
  manifest: Readonly<Record<string, unknown>>,
  language: string,
): SampleEntry {
  const words = (field: string, otherwise: string): string => {
    const by = manifest[field];
    if (typeof by !== 'object' || by === null) return otherwise;
    const { [language.toLowerCase()]: own, en } = by as Record<string, unknown>;
    return typeof own === 'string' ? own : typeof en === 'string' ? en : otherwise;
  };
  const group = sampleGroups.find(g => g === manifest['group']) ?? 'tables';
  const { icon, order, start } = manifest;
  return {
    id,
    folder,
    title: words('title', id),
    summary: words('summary', ''),
    shows: words('shows', ''),
    icon: typeof icon === 'string' ? icon : 'mortar-board',
    group,
    order: typeof order === 'number' ? order : 1000,
    ...(typeof start === 'string' && { start }),
  };
}
