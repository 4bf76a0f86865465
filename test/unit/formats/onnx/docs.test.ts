/** docs/onnx.md says what is read and written; it is made from the registries: `VITRINE_DOCS=1 mocha …` writes it. */
import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ops } from '../../../../src/engine/opRegistry';
import { betweenSteps, claims } from '../../../../src/formats/onnx/operatorRegistry';
import { writers, writtenOpset } from '../../../../src/formats/onnx/writers';
import { cases, run } from './cases';
import { exclusions } from './exclusions';

const file = path.join(process.cwd(), 'docs/onnx.md');

function page(): string {
  const tested = new Map<string, number>();
  for (const c of run) tested.set(c.op, (tested.get(c.op) ?? 0) + 1);
  const differentiable = (op: string) => {
    const own = ops.get(op);
    return betweenSteps.has(op) || (own && !own.gradient && !own.expand) ? 'no' : 'yes';
  };
  const isLeftOut = new Set(claims);
  const writable = Object.keys(writers).filter(op => ops.has(op) && !ops.get(op)!.internal);
  return `# ONNX

Generated from the registries by test/unit/formats/onnx/docs.test.ts; do not edit.

\`vitrine graph model.onnx\` shows a model, an experiment that names it trains it on from its own weights, and
\`vitrine export RUN --output model.onnx\` writes one. Operator sets from version 7 on are read. Sizes keep the names
that the file gives them. Initialisers are parameters; constants and shape computations are folded while reading, so
that what ONNX has as constant inputs (the shape of a Reshape, the axes of a sum) are attributes of the graph. A model
of which only running tells a size, a branch or a number of rounds is run in steps: as far as sizes are known, then on
with what was found; the node that decides is named. It gives outputs, and no gradients. Functions of the model are put in their place;
so are the branch of an If whose condition is known, and the rounds of a Loop or Scan whose number is known (at most
512); a Loop that ends where its condition says has as many rounds as it may have at most. Of an If that is decided while it runs both branches are computed and one is chosen, if they have one shape. A sequence is
the values that it holds, where its places are known. Of control flow that waits for values one copy of each body is shown. What cannot be run is
listed with counts, where it stands, and what to do; the model is run all the same for outputs that do not need it, and as
long as the branches that values choose do not. Models of scikit-learn, LightGBM and XGBoost (\`ai.onnx.ml\`) are computed as onnxruntime does, text in
their columns included; trees have no gradient, so the methods that ask by changing rows explain them. Quantised models are computed with onnxruntime's numbers, whole numbers as such: the forms of its
quantisers (QuantizeLinear and DequantizeLinear around nodes, operators on quantised numbers, ranges found while it runs,
weights of 4 bits in blocks). So are transformers whose attention, embeddings and normalisations onnxruntime's optimiser joined. Quantised weights of whole numbers are counted as weights and not trained; gradients pass the
rounding as if it were not there, and end where a value is saturated. Floats of all widths are computed in float32, integers beyond 24 bits lose their last ones.
Data in other files is read from the model's own folder only.

## Operators that are read (${claims.length})

The last column counts the onnx package's own tests of the operator that pass, through the reader and the engine.

| Operator | Gradient | Tests |
| --- | --- | --- |
${claims.map(op => `| ${op} | ${differentiable(op)} | ${tested.get(op) ?? 0} |`).join('\n')}

## Tests that are left out

${exclusions
  .map(e => {
    const count = cases.filter(c => isLeftOut.has(c.op) && e.tests.test(c.name)).length;
    return `- ${e.why} (${count})`;
  })
  .join('\n')}

## Operators that are written (${writable.length})

Version ${writtenOpset} of the operator set is written (22 where a pool rounds its size up). Each operator test above is
written again and run by onnxruntime with the same outputs.

${writable.sort().join(', ')}
`;
}

describe('docs/onnx.md', () => {
  it('is what the registries say', () => {
    if (process.env['VITRINE_DOCS']) writeFileSync(file, page());
    assert.equal(readFileSync(file, 'utf8'), page());
  });
});
