"""
What Transformers' fast tokenizers, converted from models of sentencepiece, make of texts that are hard to divide: accents,
emoji, Chinese, runs of blanks, control characters, special tokens. Writes huggingface_pieces/*/ and huggingface_pieces.json.gz.

Versions: Python 3.11, transformers 4.46.3, tokenizers 0.20.3, sentencepiece 0.2.0, protobuf 5+.
"""

import gzip
import io
import json
import pathlib
import random
import shutil

import sentencepiece as spm
import transformers as t
from sentencepiece import sentencepiece_model_pb2 as pb

HERE = pathlib.Path(__file__).parent / "huggingface_pieces"
LINES = """The quick brown fox jumps over the lazy dog, and nobody minds it at all.
In 2023, 1,234,567 people voted; 45.6 % of them said "yes", the others didn't.
Der schnelle braune Fuchs springt über den faulen Hund – ganz ohne Mühe.
Le cœur a ses raisons que la raison ne connaît point ; c'est l'été à Besançon.
El niño comió piñas y después se fue a la montaña con su abuelo.
Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.
敏捷的棕色狐狸跳过懒狗。今天天气很好,我们去公园散步吧!
吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。
모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.
जो कुछ भी होता है अच्छे के लिए होता है।
def train(model, data): return [model(x) for x in data if x is not None]
The translation of the text was better than the text itself, said the translator of texts.
translate English to German: Hello, how are you? summarize: this is a long text.
a b c d e f g h i j k l m n o p q r s t u v w x y z A B C D E F G H I J K L M N O P Q R S T U V W X Y Z 0 1 2 3 4 5 6 7 8 9""".split("\n")


def train(model_type, size, **options):
    out = io.BytesIO()
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(LINES * 4), model_writer=out, vocab_size=size, model_type=model_type, num_threads=1,
        hard_vocab_limit=False, minloglevel=2, **options)
    proto = pb.ModelProto()
    proto.ParseFromString(out.getvalue())
    # What it was trained with is of no use.
    for field in ("input", "model_prefix"):
        proto.trainer_spec.ClearField(field)
    return proto


def hard_texts():
    texts = [
        "", " ", "a", " a", "a ", "  a  b   c  ", "\ta\tb\n\nc\r\n", "Hello world", "hello, world!", "HELLO WORLD 123", "don't can't won't I'm",
        "1,234,567.89", "2023, 45, 6,", "12,", "``quoted'' \"text\"", "café", "cafe\u0301", "naïve façade", "ﬁne ﬂow ﬀ", "①②③ ½ ¼", "㎏ ㍿ ™ ®",
        "ＦＵＬＬ ｗｉｄｔｈ", "ｶﾀｶﾅ", "～ ~ 〜", "\u00a0nbsp\u00a0here", "zero\u200bwidth\u200dhere", "\ufeffbom", "soft\u00adhyphen",
        "right\u200fto\u200eleft", "مرحبا بالعالم", "שלום עולם", "สวัสดีชาวโลก", "नमस्ते दुनिया", "한국어 텍스트", "ᄒ\u1161\u11ab", "日本語のテキスト", "が か\u3099",
        "敏捷的棕色狐狸", "今天天气很好。", "中文 English 混合 text", "😀", "😀😃😄", "👨‍👩‍👧‍👦 family", "🇩🇪 flag", "👍🏽 tone", "❤️", "a😀b", "é😀ü",
        "control\x01\x02\x1fchars", "\x00nul", "del\x7f", "\x80\x9f", "new\u2028line\u2029para", "x\u0300\u0301\u0302y", "Z͑ͫ̓ͪ̂ͫ̽", "ß ẞ ſ", "İıIi", "Ǆ ǅ ǆ",
        "Ω Ω Å Å", "ﷺ", "‐‑‒–—―", "…", "′″‴", "x²y³", "H₂O", "a\u2009b\u202fc\u3000d", "▁", "▁▁ a▁b", " ▁ ", "_", "__init__", "a_b", "C++ && ||",
        "https://example.com/a?b=c&d=%20", "user@example.com", "</s>", "a</s>b", "<s> a", "<pad>", "<unk>", "<mask> is", "a <mask> b", "a  <mask>  b",
        "[MASK]", "a [MASK] b", "[CLS] a [SEP]", "<extra_id_0>", "a <extra_id_1> b", "<0x41>", "<0x0A>", "\\n", "{}[]()<>", "'" * 5, "." * 9, "!?!?!",
        " " * 20, "a" * 60, "ab" * 30, "0" * 25, "é" * 12, "好" * 15, "translation translator translate translating",
    ]
    rng = random.Random(3)
    parts = ["the ", "text", " ", "  ", "é", "e\u0301", "好", "😀", "\u200b", "1,", "23", "ﬁ", "'", '"', "\t", "Ω", "ü", "が", "-", "translat", "ion", "▁", "\x01", "K"]
    while len(texts) < 200:
        texts.append("".join(rng.choice(parts) for _ in range(rng.randint(2, 9))))
    return texts


def save(name, proto, file, config):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / file).write_bytes(proto.SerializeToString())
    (folder / "tokenizer_config.json").write_text(json.dumps(config) + "\n")
    return folder


unigram = lambda **more: train("unigram", 420, character_coverage=0.999, normalization_rule_name="nmt_nfkc", **more)
bpe = lambda **more: train("bpe", 620, byte_fallback=True, character_coverage=0.995, split_digits=True, **more)
t5 = unigram(pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
plain = unigram()
CASES = [
    ("t5", t5, "spiece.model", t.T5TokenizerFast, {"tokenizer_class": "T5Tokenizer", "extra_ids": 3}),
    ("xlm-roberta", plain, "sentencepiece.bpe.model", t.XLMRobertaTokenizerFast, {"tokenizer_class": "XLMRobertaTokenizer"}),
    ("camembert", plain, "sentencepiece.bpe.model", t.CamembertTokenizerFast, {"tokenizer_class": "CamembertTokenizer"}),
    ("albert", unigram(pad_id=0, unk_id=1, bos_id=-1, eos_id=-1, control_symbols=["[CLS]", "[SEP]"], user_defined_symbols=["[MASK]"]),
     "spiece.model", t.AlbertTokenizerFast, {"tokenizer_class": "AlbertTokenizer", "do_lower_case": True, "remove_space": True}),
    ("deberta-v2", unigram(pad_id=0, bos_id=1, eos_id=2, unk_id=3, pad_piece="[PAD]", bos_piece="[CLS]", eos_piece="[SEP]", unk_piece="[UNK]"),
     "spm.model", t.DebertaV2TokenizerFast, {"tokenizer_class": "DebertaV2Tokenizer", "do_lower_case": False}),
    ("llama", bpe(normalization_rule_name="identity", add_dummy_prefix=True, remove_extra_whitespaces=False), "tokenizer.model",
     t.LlamaTokenizerFast, {"tokenizer_class": "LlamaTokenizer"}),
    ("llama-new", bpe(normalization_rule_name="identity", add_dummy_prefix=True, remove_extra_whitespaces=False), "tokenizer.model",
     t.LlamaTokenizerFast, {"tokenizer_class": "LlamaTokenizer", "legacy": False, "add_eos_token": True}),
    ("gemma", bpe(normalization_rule_name="identity", add_dummy_prefix=False, remove_extra_whitespaces=False, pad_id=0, eos_id=1, bos_id=2,
                  unk_id=3, bos_piece="<bos>", eos_piece="<eos>", user_defined_symbols=["<start_of_turn>", "<end_of_turn>"]),
     "tokenizer.model", t.GemmaTokenizerFast, {"tokenizer_class": "GemmaTokenizer"}),
]
texts = hard_texts()
rows = []
for name, proto, file, cls, config in CASES:
    folder = save(name, proto, file, config)
    tok = cls.from_pretrained(folder)
    ids = [tok(x)["input_ids"] for x in texts]
    rows.append({
        "folder": name, "file": file, "ids": ids, "pair": tok("The text", "is long")["input_ids"],
        "decoded": [tok.decode(i, skip_special_tokens=True, clean_up_tokenization_spaces=False) for i in ids],
    })
    print(name, len(tok), sum(map(len, ids)))

folder = save("marian", plain, "source.spm", {"tokenizer_class": "MarianTokenizer"})
(folder / "target.spm").write_bytes(plain.SerializeToString())
order = [p.piece for p in plain.pieces if p.type == 1]
vocab = {"</s>": 0, "<unk>": 1, **{p: i + 2 for i, p in enumerate(order[::-1])}}
vocab[">>fra<<"] = len(vocab)
vocab["<pad>"] = len(vocab)
(folder / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False) + "\n")
tok = t.MarianTokenizer.from_pretrained(folder)
marian = [x for x in texts if not any(s in x for s in ("</s>", "<pad>", "<unk>"))] + [">>fra<< the text"]
ids = [tok(x)["input_ids"] for x in marian]
rows.append({"folder": "marian", "file": "source.spm", "texts": marian, "ids": ids,
             "decoded": [tok.decode(i, skip_special_tokens=True, clean_up_tokenization_spaces=False) for i in ids]})
(folder / "target.spm").unlink()

for path in HERE.glob("*/*.model"):
    (path.parent / (path.name + ".gz")).write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    path.unlink()
for path in HERE.glob("*/*.spm"):
    (path.parent / (path.name + ".gz")).write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    path.unlink()
out = json.dumps({"transformers": t.__version__, "texts": texts, "cases": rows})
(HERE.parent / "huggingface_pieces.json.gz").write_bytes(gzip.compress(out.encode(), mtime=0))
