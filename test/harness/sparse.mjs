/** A sharded GPT-2 checkpoint of any size in sparse files: a header each, and data that takes no space on the disk. */
import { closeSync, mkdirSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Writes config.json, the index and a shard a layer; by default GPT-3's 175 billion parameters. @returns the index */
export function writeSparse(
  dir,
  { layers = 96, width = 12288, heads = 96, vocabulary = 50257, positions = 2048 } = {},
) {
  mkdirSync(dir, { recursive: true });
  const map = {};
  const write = (name, tensors) => {
    const header = {};
    let at = 0;
    for (const [tensor, ...shape] of tensors) {
      const bytes = 2 * shape.reduce((a, b) => a * b, 1);
      header[tensor] = { dtype: 'F16', shape, data_offsets: [at, at + bytes] };
      map[tensor] = name;
      at += bytes;
    }
    const text = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    const file = openSync(join(dir, name), 'w');
    writeSync(file, Buffer.concat([length, text]));
    closeSync(file);
    truncateSync(join(dir, name), 8 + text.length + at);
  };
  for (let layer = 0; layer < layers; layer++) {
    const own = `h.${layer}`;
    write(`model-${layer}.safetensors`, [
      [`${own}.ln_1.weight`, width],
      [`${own}.ln_1.bias`, width],
      [`${own}.attn.c_attn.weight`, width, 3 * width],
      [`${own}.attn.c_attn.bias`, 3 * width],
      [`${own}.attn.c_proj.weight`, width, width],
      [`${own}.attn.c_proj.bias`, width],
      [`${own}.ln_2.weight`, width],
      [`${own}.ln_2.bias`, width],
      [`${own}.mlp.c_fc.weight`, width, 4 * width],
      [`${own}.mlp.c_fc.bias`, 4 * width],
      [`${own}.mlp.c_proj.weight`, 4 * width, width],
      [`${own}.mlp.c_proj.bias`, width],
    ]);
  }
  write('model-rest.safetensors', [
    ['wte.weight', vocabulary, width],
    ['wpe.weight', positions, width],
    ['ln_f.weight', width],
    ['ln_f.bias', width],
  ]);
  const config = {
    model_type: 'gpt2',
    architectures: ['GPT2LMHeadModel'],
    n_layer: layers,
    n_embd: width,
    n_head: heads,
    n_positions: positions,
    vocab_size: vocabulary,
  };
  writeFileSync(join(dir, 'config.json'), JSON.stringify(config));
  const index = join(dir, 'model.safetensors.index.json');
  writeFileSync(index, JSON.stringify({ weight_map: map }));
  return index;
}
