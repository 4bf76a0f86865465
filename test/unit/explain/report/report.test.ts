import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { colouredText, picture, ticks } from '../../../../src/explain/report/charts';
import { extractFiles } from '../../../../src/explain/report/embedded';
import { escapeHtml, html, raw, unescapeHtml } from '../../../../src/explain/report/html';

describe('HTML of reports', () => {
  it('escapes whatever is put in, but not what it made itself', () => {
    const hostile = `<img src=x onerror="alert('1')">&amp;`;
    assert.equal(
      html`<b>${hostile}</b>${[html`<i>${'<'}</i>`, raw('<hr>')]}${false}${null}`.text,
      '<b>&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;</b><i>&lt;</i><hr>',
    );
    assert.equal(unescapeHtml(escapeHtml(hostile)), hostile);
    assert.equal(escapeHtml('a\u0000b'), 'a\ufffdb');
  });

  it('has round ticks within the range', () => {
    assert.deepEqual(ticks(0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1]);
    assert.deepEqual(ticks(1, 20), [5, 10, 15, 20]);
    assert.deepEqual(ticks(3, 3), [3]);
  });

  it('colours a text by its strongest token, without what fills it up', () => {
    const words = colouredText(['not', '<b>', '', 'a\n'], [-2, 1, 9, 0]).text;
    assert.equal(words.split('<span').length, 4);
    assert.match(words, /class="neg" style="--v:60%">not</);
    assert.match(words, /class="pos" style="--v:30%">&lt;b&gt;</);
    assert.match(words, /a⏎/);
    assert.match(colouredText(['a', 'b'], [1, 2]).text, /tokens letters/);
  });

  it('averages large pictures instead of growing with them', () => {
    const big = picture(new Float32Array(512 * 512).fill(1), [1, 512, 512], true, 'big').text;
    assert.ok(big.split('<rect').length < 48 * 48 + 3);
  });

  it('refuses to take apart what is no report', () => {
    assert.throws(() => extractFiles('<html></html>'), /no report made by Vitrine/);
  });
});
