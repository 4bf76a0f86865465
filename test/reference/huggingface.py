"""
Folders as Transformers saves them, with small configurations and random weights, and the logits that it computes.
Writes huggingface/*/ and huggingface.json.

Versions: Python 3.11, torch 2.5.1 (CPU), transformers 4.46.3, safetensors 0.4+.
"""

import json
import pathlib
import shutil

import numpy as np
import torch
import transformers as t

HERE = pathlib.Path(__file__).parent
IDS = [[(3 * i + 7 * j) % 45 + 3 for i in range(9)] for j in range(2)]

small = {"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 16, "intermediate_size": 24, "vocab_size": 48}
positions = {"max_position_embeddings": 24}
bert = t.BertConfig(**small, **positions)
CASES = [
    ("gpt2", t.GPT2LMHeadModel, t.GPT2Config(n_layer=2, n_head=2, n_embd=16, vocab_size=48, n_positions=24,
                                             bos_token_id=0, eos_token_id=0), {}),
    # As the well-known checkpoint: the base model's names.
    ("gpt2-base", t.GPT2Model, t.GPT2Config(n_layer=1, n_head=2, n_embd=8, vocab_size=48, n_positions=24,
                                            bos_token_id=0, eos_token_id=0), {}),
    ("bert", t.BertForMaskedLM, bert, {"max_shard_size": "8KB"}),
    ("bert-classifier", t.BertForSequenceClassification, t.BertConfig(**small, **positions, num_labels=3), {}),
    ("distilbert", t.DistilBertForMaskedLM,
     t.DistilBertConfig(n_layers=2, n_heads=2, dim=16, hidden_dim=24, vocab_size=48, **positions), {}),
    ("roberta", t.RobertaForMaskedLM, t.RobertaConfig(**small, **positions), {}),
    ("llama", t.LlamaForCausalLM,
     t.LlamaConfig(**{**small, "num_attention_heads": 4}, num_key_value_heads=2, **positions), {}),
    # The angles of Llama 3.1: of the four here the first is as it was, the last is slowed, two are between.
    ("llama3", t.LlamaForCausalLM,
     t.LlamaConfig(**small, num_key_value_heads=1, max_position_embeddings=128, tie_word_embeddings=True, rope_theta=100.0,
                   rope_scaling={"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                                 "original_max_position_embeddings": 64}), {}),
    ("vit", t.ViTForImageClassification,
     t.ViTConfig(num_hidden_layers=2, num_attention_heads=2, hidden_size=16, intermediate_size=24, image_size=8,
                 patch_size=4, num_labels=3), {}),
    ("t5", t.T5ForConditionalGeneration,
     t.T5Config(num_layers=2, num_heads=2, d_model=16, d_ff=24, d_kv=8, vocab_size=48, dropout_rate=0.0,
                decoder_start_token_id=0, relative_attention_num_buckets=8, relative_attention_max_distance=12), {}),
]

rows = []
for name, cls, config, options in CASES:
    torch.manual_seed(3)
    model = cls(config).eval()
    # Larger than their usual start, so that a wrong layer shows in the logits.
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn_like(p) * 0.15)
    folder = HERE / "huggingface" / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, **options)
    (folder / "generation_config.json").unlink(missing_ok=True)
    ids = torch.tensor(IDS)
    with torch.no_grad():
        if name == "vit":
            feeds = [torch.sin(0.3 * torch.arange(2 * 3 * 8 * 8, dtype=torch.float64)).float().reshape(2, 3, 8, 8)]
        elif name == "t5":
            feeds = [ids, ids.flip(1)]
        else:
            feeds = [ids]
        if name == "t5":
            found = model(input_ids=feeds[0], decoder_input_ids=feeds[1])
        else:
            found = model(feeds[0])
    logits = found.logits if hasattr(found, "logits") else found.last_hidden_state
    rows.append({
        "folder": name,
        "class": cls.__name__,
        "parameters": sum(p.numel() for p in model.parameters()),
        "feeds": [{"shape": list(f.shape), "values": [float(x) for x in f.flatten()] if name == "vit" else f.flatten().tolist()}
                  for f in feeds],
        "shape": list(logits.shape),
        "logits": [float(x) for x in logits.flatten()],
    })
# A picture that is to be made smaller, as ViTImageProcessor and Pillow do it.
y, x, c = np.indices((22, 30, 3))
picture = ((x * 7 + y * 11 + c * 40) % 256).astype("uint8")
processor = t.ViTImageProcessor(size={"height": 8, "width": 8}, image_mean=[0.4, 0.5, 0.6], image_std=[0.2, 0.25, 0.3])
processor.save_pretrained(HERE / "huggingface" / "vit")
vit = t.ViTForImageClassification.from_pretrained(HERE / "huggingface" / "vit").eval()
with torch.no_grad():
    probabilities = vit(**processor(picture, return_tensors="pt")).logits.softmax(-1)[0].tolist()
(HERE / "huggingface.json").write_text(json.dumps({
    "transformers": t.__version__, "cases": rows, "picture": {"height": 22, "width": 30, "probabilities": probabilities},
}) + "\n")
