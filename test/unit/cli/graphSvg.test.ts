import { strict as assert } from 'node:assert';
import { resolve } from 'node:path';
import { format } from '../../../src/formats/huggingface';
import { graphSvg } from '../../../src/service/graphSvg';

const distFolder = resolve(process.env['VITRINE_DIST'] ?? 'dist');

describe('the graph as a picture', function () {
  this.timeout(60_000);

  it('has a card for each part, folded as in the panel, and nothing of the file as markup', async () => {
    const file = resolve('test/reference/huggingface/gpt2/config.json');
    const { GPT2LMHeadModel: read } = await format.read({ file }, { distFolder });
    const svg = graphSvg({ ...read!.model!, name: '<script>"&' });
    assert.match(svg, /^<svg xmlns/);
    assert.match(svg, /lm_head/);
    assert.ok(!svg.includes('<script>'));
    assert.match(svg, /&lt;script&gt;&quot;&amp;/);
    assert.equal(svg.match(/<svg/g)!.length, svg.match(/<\/svg>/g)!.length);
    assert.ok(!/NaN|undefined/.test(svg));
  });
});
