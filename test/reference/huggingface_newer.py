"""
As huggingface_architectures.py, for architectures that its version of Transformers has not. Writes huggingface_newer/*/ and
huggingface_newer.json.

Versions: Python 3.11, torch 2.5.1 (CPU), transformers 4.57.1, tokenizers 0.22.
"""

import json
import pathlib
import shutil

import torch
import transformers as t

HERE = pathlib.Path(__file__).parent
IDS = [[(3 * i + 7 * j) % 45 + 3 for i in range(12)] for j in range(2)]
PROMPT = [5, 9, 17, 3, 30, 41, 8, 12, 25, 7, 44, 2]
small = {"num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 16, "intermediate_size": 24, "vocab_size": 48}
llama = {**small, "max_position_embeddings": 80, "bos_token_id": 1, "eos_token_id": 0, "num_key_value_heads": 2, "head_dim": 8}
modern = {**small, "num_hidden_layers": 4, "local_attention": 6, "max_position_embeddings": 24, "pad_token_id": 0,
          "bos_token_id": 1, "eos_token_id": 2, "cls_token_id": 1, "sep_token_id": 2, "reference_compile": False}
CASES = [
    ("qwen3", t.Qwen3ForCausalLM, t.Qwen3Config(**llama, tie_word_embeddings=True)),
    ("qwen3-moe", t.Qwen3MoeForCausalLM, t.Qwen3MoeConfig(
        **llama, num_experts=6, num_experts_per_tok=2, moe_intermediate_size=10, norm_topk_prob=True)),
    ("modernbert", t.ModernBertForMaskedLM, t.ModernBertConfig(**modern)),
    ("modernbert-classifier", t.ModernBertForSequenceClassification, t.ModernBertConfig(
        **modern, num_labels=3, classifier_pooling="mean", norm_bias=True, mlp_bias=True, attention_bias=True, classifier_bias=True)),
]
rows = []
for name, cls, config in CASES:
    torch.manual_seed(11)
    config._attn_implementation = "eager"
    model = cls(config).eval()
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn_like(p) * 0.3)
    folder = HERE / "huggingface_newer" / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    with torch.no_grad():
        logits = model(torch.tensor(IDS)).logits
    row = {"folder": name, "class": cls.__name__, "parameters": sum(p.numel() for p in model.parameters()),
           "feeds": [{"shape": [2, 12], "values": [x for r in IDS for x in r]}], "shape": list(logits.shape),
           "logits": [round(float(x), 6) for x in logits.flatten()]}
    if "CausalLM" in cls.__name__:
        prompt = torch.tensor([PROMPT])
        settings = t.GenerationConfig(do_sample=False, max_new_tokens=50, min_new_tokens=50, eos_token_id=0, pad_token_id=1)
        with torch.no_grad():
            out = model.generate(prompt, generation_config=settings, attention_mask=torch.ones_like(prompt),
                                 return_dict_in_generate=True, output_logits=True)
        row["greedy"] = out.sequences[0].tolist()[len(PROMPT):]
        row["last"] = [round(float(x), 6) for x in out.logits[-1][0]]
    rows.append(row)
    print(name, row["shape"], len(set(row.get("greedy", []))))
(HERE / "huggingface_newer.json").write_text(json.dumps({"transformers": t.__version__, "prompt": PROMPT, "cases": rows}) + "\n")
