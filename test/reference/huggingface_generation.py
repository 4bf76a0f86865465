"""
What Transformers' `generate` makes of small models with random weights: 50 tokens greedily, and by beam search; and
what its logits processors leave of scores. Writes huggingface_generation/*/ and huggingface_generation.json.

Versions: Python 3.11, torch 2.5.1 (CPU), transformers 4.46.3, tokenizers 0.20.3.
"""

import json
import pathlib
import shutil

import tokenizers as tk
import torch
import transformers as t

HERE = pathlib.Path(__file__).parent
PROMPT = [5, 9, 17, 3, 30, 41, 8, 12, 25, 7, 44, 2]
CASES = [
    ("gpt2", t.GPT2LMHeadModel, t.GPT2Config(n_layer=2, n_head=2, n_embd=16, vocab_size=96, n_positions=80, tie_word_embeddings=False,
                                             bos_token_id=0, eos_token_id=0)),
    ("llama", t.LlamaForCausalLM,
     t.LlamaConfig(num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, hidden_size=16,
                   intermediate_size=24, vocab_size=96, max_position_embeddings=80, eos_token_id=0, bos_token_id=1)),
    ("t5", t.T5ForConditionalGeneration,
     t.T5Config(num_layers=2, num_heads=2, d_model=16, d_ff=24, d_kv=8, vocab_size=96, dropout_rate=0.0,
                feed_forward_proj="gated-gelu", tie_word_embeddings=False, decoder_start_token_id=1, pad_token_id=1,
                eos_token_id=0, relative_attention_num_buckets=8, relative_attention_max_distance=20)),
]
TEXT = ["the quick brown fox jumps over the lazy dog", "a model that reads text and writes text",
        "Zwei Wörter, 123 numbers & symbols!"]


def tokenizer():
    """Bytes in pairs, as GPT-2's, learned from three lines."""
    tok = tk.Tokenizer(tk.models.BPE())
    tok.pre_tokenizer = tk.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = tk.decoders.ByteLevel()
    tok.train_from_iterator(TEXT, tk.trainers.BpeTrainer(
        vocab_size=96, special_tokens=["<|endoftext|>"], show_progress=False))
    return tok


rows = []
for name, cls, config in CASES:
    torch.manual_seed(11)
    model = cls(config).eval()
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn_like(p) * 0.3)
    folder = HERE / "huggingface_generation" / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    ids = torch.tensor([PROMPT])
    options = {"attention_mask": torch.ones_like(ids), "pad_token_id": 1}
    start = 1 if name == "t5" else len(PROMPT)
    with torch.no_grad():
        greedy = model.generate(ids, do_sample=False, max_new_tokens=50, min_new_tokens=50, **options)
        ended = model.generate(ids, do_sample=False, max_new_tokens=50, **options)
        beams = model.generate(ids, do_sample=False, num_beams=4, max_new_tokens=24, num_return_sequences=4,
                               return_dict_in_generate=True, output_scores=True, **options)
    rows.append({
        "folder": name,
        "class": cls.__name__,
        "prompt": PROMPT,
        "greedy": greedy[0, start:].tolist(),
        "ended": ended[0, start:].tolist(),
        "beams": [s[start:].tolist() for s in beams.sequences],
        "scores": beams.sequences_scores.tolist(),
    })

tok = tokenizer()
tok.save(str(HERE / "huggingface_generation" / "gpt2" / "tokenizer.json"))

scores = torch.linspace(-3, 3, 20).sin().mul(4).unsqueeze(0)
drawn = []
for temperature, top_k, top_p in [(1.0, None, None), (0.7, 5, None), (1.3, None, 0.8), (0.9, 8, 0.6), (1.0, None, 0.01)]:
    s = t.TemperatureLogitsWarper(temperature)(None, scores) if temperature != 1 else scores
    if top_k:
        s = t.TopKLogitsWarper(top_k)(None, s)
    if top_p:
        s = t.TopPLogitsWarper(top_p)(None, s)
    drawn.append({"temperature": temperature, "topK": top_k, "topP": top_p, "probabilities": s.softmax(-1)[0].tolist()})

(HERE / "huggingface_generation.json").write_text(json.dumps({
    "transformers": t.__version__,
    "cases": rows,
    "scores": scores[0].tolist(),
    "drawn": drawn,
    "encoded": [{"text": s, "ids": tok.encode(s).ids} for s in [*TEXT, "unseen: naïve 你好\n\t"]],
}) + "\n")
for r in rows:
    print(r["folder"], r["greedy"], r["ended"], r["beams"], r["scores"])
