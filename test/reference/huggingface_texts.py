"""
What Transformers and sentence-transformers' pooling make of texts, by small encoders with random weights.
Writes huggingface_texts/*/ and huggingface_texts.json.

Versions: Python 3.11, torch 2.5.1 (CPU), transformers 4.46.3, tokenizers 0.20.3.
"""

import json
import pathlib
import shutil

import tokenizers as tk
import torch
import transformers as t

HERE = pathlib.Path(__file__).parent
WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] the a cat dog sat ran on mat good bad film was ##s ##ing . , !".split()
TEXTS = ["The cat sat on the mat.", "dogs", "A good film, the cats was running on a bad mat and ran on the good dog!"]
small = {"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 16, "intermediate_size": 24,
         "vocab_size": len(WORDS), "max_position_embeddings": 64}


def tokenizer():
    tok = tk.Tokenizer(tk.models.WordPiece({w: i for i, w in enumerate(WORDS)}, unk_token="[UNK]"))
    tok.normalizer = tk.normalizers.BertNormalizer(lowercase=True)
    tok.pre_tokenizer = tk.pre_tokenizers.BertPreTokenizer()
    tok.post_processor = tk.processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tok.decoder = tk.decoders.WordPiece()
    tok.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    return t.PreTrainedTokenizerFast(tokenizer_object=tok, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
                                     sep_token="[SEP]", mask_token="[MASK]")


tok = tokenizer()


def save(name, model):
    torch.manual_seed(5)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn_like(p) * 0.2)
    folder = HERE / "huggingface_texts" / name
    shutil.rmtree(folder, ignore_errors=True)
    model.eval().save_pretrained(folder)
    tok.save_pretrained(folder)
    (folder / "special_tokens_map.json").unlink(missing_ok=True)
    return folder


batch = tok(TEXTS, padding=True, return_tensors="pt")
out = {"transformers": t.__version__, "texts": TEXTS, "ids": [tok(x)["input_ids"] for x in TEXTS]}
with torch.no_grad():
    model = t.BertForSequenceClassification(t.BertConfig(**small, id2label={0: "dull", 1: "fine", 2: "great"}))
    save("classifier", model)
    out["classes"] = model(**batch).logits.softmax(-1).tolist()

    model = t.DistilBertForMaskedLM(t.DistilBertConfig(n_layers=2, n_heads=2, dim=16, hidden_dim=24,
                                                       vocab_size=len(WORDS), max_position_embeddings=64))
    save("masked", model)
    text = "the cat sat on the [MASK]."
    one = tok(text, return_tensors="pt")
    at = (one["input_ids"][0] == tok.mask_token_id).nonzero().item()
    top = model(input_ids=one["input_ids"]).logits[0, at].softmax(-1).topk(4)
    out["mask"] = {"text": text, "tokens": tok.convert_ids_to_tokens(top.indices), "probabilities": top.values.tolist()}

    model = t.BertModel(t.BertConfig(**small))
    folder = save("encoder", model)
    hidden = model(**batch).last_hidden_state
    there = batch["attention_mask"].unsqueeze(-1).float()
    mean = (hidden * there).sum(1) / there.sum(1)
    out["mean"] = torch.nn.functional.normalize(mean, dim=1).tolist()
    out["cls"] = hidden[:, 0].tolist()
    out["max"] = hidden.masked_fill(there == 0, -1e9).max(1).values.tolist()
(HERE / "huggingface_texts.json").write_text(json.dumps(out) + "\n")
