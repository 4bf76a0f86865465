/** What is kept of the desk over a reload: what was shown, not what was computed. Its view each page remembers itself. */
import type { Memento } from 'vscode';
import { panelType } from '../ids';
import type { PanelState, Selection } from '../panelProtocol';

export interface Memory {
  file?: string;
  class?: string;
  experiment?: string;
  run?: string;
  compared?: readonly string[];
  selection: Selection;
}

export function remember(state: PanelState, memento: Memento): void {
  const { model, experiment, run, selection, compared } = state;
  const memory: Memory = {
    selection,
    ...(model ? { file: model.file, class: model.name } : {}),
    ...(experiment ? { experiment: experiment.path } : {}),
    ...(run ? { run: run.record.id } : {}),
    ...(compared?.length ? { compared: compared.map(c => c.id) } : {}),
  };
  void memento.update(panelType, memory);
}

export function remembered(memento: Memento): Memory | undefined {
  return memento.get<Memory>(panelType);
}
