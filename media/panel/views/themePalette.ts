/** Colours of the page's theme, so that drawings follow it. */
import type { Palette } from '../../../src/explain/drawing/svg';

export const themePalette: Palette = {
  for: 'var(--for)',
  against: 'var(--against)',
  back: 'var(--vscode-editorWidget-background)',
  ink: 'var(--vscode-foreground)',
  quiet: 'var(--vscode-descriptionForeground)',
  paper: 'var(--vscode-editor-background)',
  groups: [
    'var(--vscode-charts-blue)',
    'var(--vscode-charts-orange)',
    'var(--vscode-charts-green)',
    'var(--vscode-charts-purple)',
    'var(--vscode-charts-red)',
    'var(--vscode-charts-yellow)',
    'var(--vscode-charts-foreground)',
  ],
};
