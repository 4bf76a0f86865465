"""Tokenizers as Hugging Face's library learns, saves and applies them.

Pinned: Python 3.11, tokenizers 0.20.3.
Run from the repository's root: python test/reference/data_tokenizers.py
"""

import json
import random
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

STEMS = "walk talk play read sing jump look turn work call open paint print count clean".split()
ENDINGS = ["", "s", "ed", "ing", "er", "ers"]
TEXTS = [
    "Walkers were talking, and singers sang (loudly)!",
    "replaying the printed counter's openings",
    "unknown Ünïcode, 日本 and 12 $3.50",
    "",
    "x" * 120,
    "walk  walk\n walk",
]


def corpus():
    pick = random.Random(0)
    words = {s + e: pick.randint(1, 60) for s in STEMS for e in ENDINGS} | {".": 90, ",": 71, "(": 5, ")": 5, "'": 9}
    flat = [w for w, n in words.items() for _ in range(n)]
    pick.shuffle(flat)
    return [" ".join(flat[i : i + 12]) for i in range(0, len(flat), 12)]


def wordpiece(lines, size):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.decoder = decoders.WordPiece(prefix="##", cleanup=True)
    t.train_from_iterator(
        lines, trainers.WordPieceTrainer(vocab_size=size, special_tokens=["[PAD]", "[UNK]"], show_progress=False)
    )
    return t


def agreeing(lines, size):
    """The trainer numbers continuing characters in the order of a hash map: sizes are used at which that decides nothing."""
    runs = [wordpiece(lines, size) for _ in range(8)]
    vocabularies = {tuple(sorted(r.get_vocab())) for r in runs}
    return runs[0] if len(vocabularies) == 1 else None


def bert(lines):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer()
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.decoder = decoders.WordPiece()
    t.train_from_iterator(
        lines,
        trainers.WordPieceTrainer(
            vocab_size=110, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"], show_progress=False
        ),
    )
    t.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(m, t.token_to_id(m)) for m in ("[CLS]", "[SEP]")]
    )
    return t


def byte_level(lines):
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(
        lines,
        trainers.BpeTrainer(
            vocab_size=330, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
        ),
    )
    return t


def encoded(t, marks):
    out = []
    for text in TEXTS:
        e = t.encode(text, add_special_tokens=marks)
        out.append({"text": text, "ids": e.ids, "tokens": e.tokens, "decoded": t.decode(e.ids)})
    return out


def main():
    lines = corpus()
    size, learned = next((s, t) for s in range(96, 60, -1) if (t := agreeing(lines, s)))
    files = {"bert": (bert(lines), True), "bytes": (byte_level(lines), False)}
    out = {
        "corpus": lines,
        "wordpiece": {"size": size, "vocabulary": sorted(learned.get_vocab()), "encoded": encoded(learned, False)},
        "files": {n: {"json": json.loads(t.to_str()), "encoded": encoded(t, m)} for n, (t, m) in files.items()},
    }
    path = Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(out, separators=(",", ":")) + "\n", encoding="utf-8")
    print(path.name, path.stat().st_size, "bytes, WordPiece of", size, learned.get_vocab_size())


if __name__ == "__main__":
    main()
