import assert from 'node:assert/strict';
import { augmentChoices } from '../../../../src/data/image/augmentChoices';
import { withAugment } from '../../../../src/formats/experiment/augment';
import { VitrineError } from '../../../../src/model/errors';

describe('How pictures are altered, written into an experiment file', () => {
  const images = `{
  // Mine.
  "model": { "file": "m.py", "class": "M" },
  "data": {
    "kind": "images",
    "file": "photos" // by class
  },
  "loss": "cross_entropy"
}
`;

  it('stands with the data, and the rest as it was', () => {
    const flip = [{ name: 'RandomHorizontalFlip', p: 0.5 }];
    const text = withAugment(images, flip, 'm.vitrine.json');
    assert.match(text, /\/\/ Mine\./);
    assert.match(text, /\/\/ by class/);
    assert.match(text, /"augment": \[\s*\{\s*"name": "RandomHorizontalFlip",\s*"p": 0.5\s*\}\s*\]/);
    assert.doesNotMatch(withAugment(text, [], 'm.vitrine.json'), /augment/);
  });

  it('stands with the pixels of a table', () => {
    const table = '{"data": {"kind": "csv", "file": "d.csv", "image": {"height": 8, "width": 8}}}';
    const text = withAugment(table, [{ name: 'RandomCrop', padding: 2 }], 'd.vitrine.json');
    assert.deepEqual(JSON.parse(text).data.image.augment, [{ name: 'RandomCrop', padding: 2 }]);
  });

  it('refuses what would not be read again', () => {
    const refused = (message: RegExp) => (e: unknown) =>
      e instanceof VitrineError && e.code === 'bad-experiment' && message.test(e.message);
    assert.throws(() => withAugment(images, [{ name: 'Explode' }], 'm'), refused(/augment\/0/));
    assert.throws(
      () => withAugment('{"data": {"kind": "text"}}', [], 'rows.vitrine.json'),
      refused(/rows\.vitrine\.json are no pictures/),
    );
  });

  it('offers every transform with its numbers as the schema has them', () => {
    assert.ok(augmentChoices.length >= 6);
    const crop = augmentChoices.find(c => c.name === 'RandomCrop')!;
    assert.deepEqual(crop.fields, [{ name: 'padding', default: 4, minimum: 1, maximum: 1024, whole: true }]);
    assert.ok(augmentChoices.every(c => c.description && c.fields.every(f => Number.isFinite(f.default))));
  });
});
