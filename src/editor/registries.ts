/**
 * What the registries of the lower rooms offer to the editor. Loaded when first needed: the definitions are large, and
 * activation must not wait for them.
 */
import type { OpDefinition } from '../engine/op';
import type { Engine } from './engine';
import type { MethodChoice } from './panelProtocol';
import { language } from './settings';
import type { Ops } from './text/facts';

let ops: Promise<Ops> | undefined;
let methods: Promise<readonly MethodChoice[]> | undefined;

/** ONNX operators by name. */
export function loadOps(): Promise<Ops> {
  ops ??= import('registry:engine/ops#op').then(
    all => new Map((all.default as readonly OpDefinition[]).map(op => [op.name, op])),
  );
  return ops;
}

/**
 * Explanation methods as a menu shows them; the reader process knows them, so that none is loaded here.
 *
 * @param run a run's folder: each method then says whether it fits the run's model.
 */
export function loadMethods(engine: Engine, run?: string): Promise<readonly MethodChoice[]> {
  if (run !== undefined)
    return engine.request('methods/list', { run, language: language() }).then(list => list.methods);
  methods ??= engine
    .request('methods/list', { language: language() })
    .then(list => list.methods)
    .catch(e => {
      methods = undefined;
      throw e;
    });
  return methods;
}
