"""
What Transformers' pipelines say with small random weights: entities, answers to questions, labels of one's own for texts
and for pictures, pairs of texts, speech written down. Writes huggingface_uses/*/ and huggingface_uses.json.

Versions: Python 3.11, torch 2.5.1 (CPU), transformers 4.46.3, tokenizers 0.20.3, pillow.
"""

import json
import pathlib
import shutil

import numpy as np
import tokenizers as tk
import torch
import transformers as t
from PIL import Image

HERE = pathlib.Path(__file__).parent / "huggingface_uses"
WORDS = ("[PAD] [UNK] [CLS] [SEP] [MASK] the a cat dog sat ran on mat good bad film was in who where this example is . , ! ? "
         "sport ##s ##ing ##ed tom lives pa ##ris ##e ##a ##o ##t ##n ##r ##l ##i c m l b e t o i").split()
small = {"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 16, "intermediate_size": 24,
         "vocab_size": len(WORDS), "max_position_embeddings": 32}
TEXTS = ["Tom lives in Paris, the cat sat on a mat!", "dogs ran", "Zoë? the  film was 好 good.", "a café is in the Éclair 😀 sport film"]
CONTEXT = "Tom lives in Paris. The cat sat on the mat, and the dogs ran. " * 3


def word_pieces():
    tok = tk.Tokenizer(tk.models.WordPiece({w: i for i, w in enumerate(WORDS)}, unk_token="[UNK]"))
    tok.normalizer = tk.normalizers.BertNormalizer(lowercase=True)
    tok.pre_tokenizer = tk.pre_tokenizers.BertPreTokenizer()
    tok.post_processor = tk.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tok.decoder = tk.decoders.WordPiece()
    tok.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    return t.BertTokenizerFast(tokenizer_object=tok, model_max_length=32)


def bytes_of(words, **marks):
    """A tokenizer of bytes that merges what it saw."""
    tok = tk.Tokenizer(tk.models.BPE())
    tok.pre_tokenizer = tk.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = tk.decoders.ByteLevel()
    trainer = tk.trainers.BpeTrainer(vocab_size=300, special_tokens=list(marks.values()),
                                     initial_alphabet=tk.pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tok.train_from_iterator(words, trainer)
    return tok


def save(name, model, tok, seed=5, noise=0.4):
    torch.manual_seed(seed)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn_like(p) * noise)
        # So that not one class is the likeliest everywhere.
        if isinstance(getattr(model, "classifier", None), torch.nn.Linear):
            model.classifier.bias.zero_()
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    model.eval().save_pretrained(folder)
    tok.save_pretrained(folder)
    for extra in ("special_tokens_map.json", "vocab.txt", "vocab.json", "merges.txt"):
        (folder / extra).unlink(missing_ok=True)
    return folder


def entities(found):
    return [[{"entity": e["entity_group"], "probability": float(e["score"]), "word": e["word"], "start": e["start"], "end": e["end"]}
             for e in one] for one in found]


out = {"transformers": t.__version__, "texts": TEXTS}
tok = word_pieces()
tags = {0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC", 4: "I-LOC"}
save("tagger", t.BertForTokenClassification(t.BertConfig(**small, id2label=tags)), tok)
model = t.AutoModelForTokenClassification.from_pretrained(HERE / "tagger")
pipe = t.pipeline("token-classification", model=model, tokenizer=tok, aggregation_strategy="simple")
out["entities"] = entities([pipe(x) for x in TEXTS])

roberta = bytes_of(TEXTS + [CONTEXT], bos="<s>", pad="<pad>", eos="</s>", unk="<unk>", mask="<mask>")
roberta.post_processor = tk.processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
byte_tok = t.RobertaTokenizerFast(tokenizer_object=roberta, model_max_length=64)
save("byte-tagger", t.RobertaForTokenClassification(t.RobertaConfig(
    **{**small, "vocab_size": len(byte_tok), "max_position_embeddings": 66}, pad_token_id=1, type_vocab_size=1, id2label=tags)), byte_tok, seed=12, noise=0.7)
pipe = t.pipeline("token-classification", model=t.AutoModelForTokenClassification.from_pretrained(HERE / "byte-tagger"),
                  tokenizer=byte_tok, aggregation_strategy="simple")
out["byteEntities"] = entities([pipe(x) for x in TEXTS])

questions = [("who sat on the mat?", CONTEXT), ("where is Tom?", "Tom lives in Paris, the cat in the film."), ("who?", "a dog.")]
save("answerer", t.BertForQuestionAnswering(t.BertConfig(**small)), tok, seed=8)
pipe = t.pipeline("question-answering", model=t.AutoModelForQuestionAnswering.from_pretrained(HERE / "answerer"), tokenizer=tok)
pick = lambda a: {"answer": a["answer"], "probability": a["score"], "start": a["start"], "end": a["end"]}
out["questions"] = [{"question": q, "context": c} for q, c in questions]
out["answers"] = [pick(pipe(question=q, context=c)) for q, c in questions]
save("byte-answerer", t.RobertaForQuestionAnswering(t.RobertaConfig(
    **{**small, "vocab_size": len(byte_tok), "max_position_embeddings": 66}, pad_token_id=1, type_vocab_size=1)), byte_tok, seed=9)
pipe = t.pipeline("question-answering", model=t.AutoModelForQuestionAnswering.from_pretrained(HERE / "byte-answerer"), tokenizer=byte_tok)
out["byteAnswers"] = [pick(pipe(question=q, context=c)) for q, c in questions]

save("entailer", t.BertForSequenceClassification(t.BertConfig(
    **small, id2label={0: "contradiction", 1: "neutral", 2: "entailment"}, label2id={"contradiction": 0, "neutral": 1, "entailment": 2})), tok)
nli = t.AutoModelForSequenceClassification.from_pretrained(HERE / "entailer")
pipe = t.pipeline("zero-shot-classification", model=nli, tokenizer=tok)
labels = ["sport", "film", "a good cat"]
short = [x[:30] for x in TEXTS]
out["labels"] = labels
out["short"] = short
out["zeroShot"] = [dict(zip(r["labels"], r["scores"])) for r in pipe(short, labels)]
out["several"] = [dict(zip(r["labels"], r["scores"])) for r in pipe(short, labels, hypothesis_template="the {} was good!", multi_label=True)]
pairs = list(zip(short, short[::-1]))
out["pairs"] = [[{x["label"]: x["score"] for x in r}[k] for _, k in sorted(nli.config.id2label.items())] for r in
                t.pipeline("text-classification", model=nli, tokenizer=tok, top_k=None)([{"text": a, "text_pair": b} for a, b in pairs])]

clip_words = tk.Tokenizer(tk.models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>"))
clip_words.normalizer = tk.normalizers.Sequence([tk.normalizers.NFC(), tk.normalizers.Replace(tk.Regex(r"\s+"), " "), tk.normalizers.Lowercase()])
clip_words.pre_tokenizer = tk.pre_tokenizers.Sequence([
    tk.pre_tokenizers.Split(tk.Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), behavior="removed", invert=True),
    tk.pre_tokenizers.ByteLevel(add_prefix_space=False)])
clip_words.decoder = tk.decoders.ByteLevel()
clip_words.train_from_iterator(["this is a photo of a cat and a dog, on 2 mats"] * 3, tk.trainers.BpeTrainer(
    vocab_size=300, end_of_word_suffix="</w>", initial_alphabet=tk.pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
state = json.loads(clip_words.to_str())["model"]
vocab = dict(state["vocab"])
# As OpenAI's: marks have the last numbers.
for mark in ("<|startoftext|>", "<|endoftext|>"):
    vocab.pop(mark, None)
vocab = {w: i for i, w in enumerate(sorted(vocab, key=vocab.get))}
vocab["<|startoftext|>"], vocab["<|endoftext|>"] = len(vocab), len(vocab) + 1
clip_folder = HERE / "clip"
shutil.rmtree(clip_folder, ignore_errors=True)
clip_folder.mkdir(parents=True)
merges = [" ".join(m) if isinstance(m, list) else m for m in state["merges"]]
(clip_folder / "vocab.json").write_text(json.dumps(vocab) + "\n")
(clip_folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
slow = t.CLIPTokenizer(str(clip_folder / "vocab.json"), str(clip_folder / "merges.txt"))
clip_tok = t.CLIPTokenizerFast(str(clip_folder / "vocab.json"), str(clip_folder / "merges.txt"))
part = {"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 16, "intermediate_size": 24, "projection_dim": 10}
torch.manual_seed(4)
clip = t.CLIPModel(t.CLIPConfig(
    projection_dim=10, text_config={**part, "vocab_size": len(vocab), "max_position_embeddings": 20, "eos_token_id": vocab["<|endoftext|>"],
                                    "bos_token_id": vocab["<|startoftext|>"]},
    vision_config={**part, "image_size": 12, "patch_size": 4})).eval()
with torch.no_grad():
    for p in clip.parameters():
        if p.dim() > 0:
            p.add_(torch.randn_like(p) * 0.3)
    clip.logit_scale.fill_(1.0)
clip.save_pretrained(clip_folder)
processor = t.CLIPImageProcessor(size={"shortest_edge": 12}, crop_size={"height": 12, "width": 12})
processor.save_pretrained(clip_folder)
rng = np.random.default_rng(0)
pixels = [[[(x * 7 + y * 11 + c * 40 + (x * y) % 17) % 256 for c in range(3)] for x in range(31)] for y in range(20)]
picture = Image.fromarray(np.array(pixels, dtype=np.uint8))
out["pictureLabels"] = ["a cat", "a dog", "2 mats"]
out["clipIds"] = [clip_tok(f"This is a photo of {x}.")["input_ids"] for x in out["pictureLabels"]]
pipe = t.pipeline("zero-shot-image-classification", model=clip, tokenizer=clip_tok, image_processor=processor)
out["pictureScores"] = {r["label"]: r["score"] for r in pipe(picture, candidate_labels=out["pictureLabels"])}
prepare = {
    "clip": processor,
    "convnext": t.ConvNextImageProcessor(size={"shortest_edge": 16}, crop_pct=0.875),
    "bit": t.BitImageProcessor(size={"shortest_edge": 18}, crop_size={"height": 14, "width": 14}, image_mean=[0.4, 0.5, 0.6]),
    "vit": t.ViTImageProcessor(size={"height": 9, "width": 13}, resample=3),
    "lanczos": t.ViTImageProcessor(size={"height": 25, "width": 40}, resample=1),
}
out["prepared"] = []
for name, p in prepare.items():
    values = p(picture, return_tensors="np")["pixel_values"][0]
    out["prepared"].append({"config": p.to_dict() | {"image_processor_type": type(p).__name__}, "shape": list(values.shape),
                            "values": [round(float(x), 4) for x in values.flatten()]})

rate = 16000
time = np.arange(int(1.3 * rate)) / rate
sound = (0.5 * np.sin(2 * np.pi * (300 + 400 * time) * time) + 0.2 * np.sin(2 * np.pi * 1700 * time)).astype(np.float32)
sound = np.round(sound * 32767).astype(np.int16)
out["sound"] = {"rate": rate, "count": len(sound)}
heard = sound.astype(np.float32) / 32768
extract = t.WhisperFeatureExtractor(feature_size=12, chunk_length=1)
features = extract(heard, sampling_rate=rate, return_tensors="pt").input_features
out["features"] = {"shape": list(features.shape), "values": [round(float(x), 5) for x in features.flatten()]}
whisper_tok = bytes_of(TEXTS)
marks = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|de|>", "<|translate|>", "<|transcribe|>", "<|notimestamps|>"]
whisper_tok.add_special_tokens(marks)
ids = {m: whisper_tok.token_to_id(m) for m in marks}
whisper_fast = t.PreTrainedTokenizerFast(tokenizer_object=whisper_tok, eos_token="<|endoftext|>", unk_token="<|endoftext|>")
whisper = t.WhisperForConditionalGeneration(t.WhisperConfig(
    num_mel_bins=12, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2, decoder_attention_heads=2, d_model=16,
    encoder_ffn_dim=24, decoder_ffn_dim=24, vocab_size=whisper_tok.get_vocab_size(), max_source_positions=50, max_target_positions=40,
    decoder_start_token_id=ids["<|startoftranscript|>"], pad_token_id=ids["<|endoftext|>"], eos_token_id=ids["<|endoftext|>"],
    bos_token_id=ids["<|endoftext|>"], suppress_tokens=None, begin_suppress_tokens=None))
folder = save("whisper", whisper, whisper_fast, seed=23, noise=1.0)
extract.save_pretrained(folder)
settings = {"decoder_start_token_id": ids["<|startoftranscript|>"], "eos_token_id": ids["<|endoftext|>"], "is_multilingual": True,
            "pad_token_id": ids["<|endoftext|>"], "no_timestamps_token_id": ids["<|notimestamps|>"], "max_length": 40,
            "lang_to_id": {m: ids[m] for m in marks[2:4]}, "task_to_id": {"translate": ids["<|translate|>"], "transcribe": ids["<|transcribe|>"]},
            "forced_decoder_ids": [[1, None], [2, ids["<|transcribe|>"]]],
            "suppress_tokens": [7, 9, *[ids[m] for m in marks[1:]]], "begin_suppress_tokens": [5, ids["<|endoftext|>"]]}
(folder / "generation_config.json").write_text(json.dumps(settings) + "\n")
whisper = t.WhisperForConditionalGeneration.from_pretrained(folder)
out["written"] = {}
for name, more in {"found": {}, "de": {"language": "de"}, "translated": {"language": "en", "task": "translate"}}.items():
    got = whisper.generate(features, **more)[0].tolist()
    out["written"][name] = {"ids": got, "text": whisper_fast.decode(got, skip_special_tokens=True, clean_up_tokenization_spaces=False)}

letters = {w: i for i, w in enumerate(["<pad>", "<s>", "</s>", "<unk>", "|", *"ETAONIHSRD"])}
folder = HERE / "speller"
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
(folder / "vocab.json").write_text(json.dumps(letters) + "\n")
ctc_tok = t.Wav2Vec2CTCTokenizer(str(folder / "vocab.json"), do_lower_case=False)
torch.manual_seed(6)
speller = t.Wav2Vec2ForCTC(t.Wav2Vec2Config(
    num_hidden_layers=2, num_attention_heads=2, hidden_size=16, intermediate_size=24, vocab_size=len(letters), conv_dim=[8, 8, 8],
    conv_kernel=[10, 8, 8], conv_stride=[8, 8, 5], num_conv_pos_embeddings=6, num_conv_pos_embedding_groups=4, pad_token_id=0)).eval()
with torch.no_grad():
    for p in speller.parameters():
        p.add_(torch.randn_like(p) * 0.8)
    # Its last norm brings forth what differs from place to place.
    speller.lm_head.bias.zero_()
    speller.wav2vec2.encoder.layers[-1].final_layer_norm.bias.zero_()
speller.save_pretrained(folder)
ctc_tok.save_pretrained(folder)
hear = t.Wav2Vec2FeatureExtractor(do_normalize=True)
hear.save_pretrained(folder)
for extra in ("special_tokens_map.json", "added_tokens.json"):
    (folder / extra).unlink(missing_ok=True)
pipe = t.pipeline("automatic-speech-recognition", model=speller, tokenizer=ctc_tok, feature_extractor=hear)
out["spelt"] = pipe(heard.copy())["text"]
(HERE.parent / "huggingface_uses.json").write_text(json.dumps(out, ensure_ascii=False) + "\n")
print({k: v for k, v in out.items() if k in ("entities", "byteEntities", "answers", "byteAnswers", "spelt", "written", "zeroShot", "pictureScores", "clipIds")})
