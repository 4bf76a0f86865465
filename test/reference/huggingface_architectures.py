"""
Folders of the architectures beyond the best known ones, as Transformers saves them with small configurations and random
weights: the logits that it computes and, of those that generate, 50 tokens greedily.
Writes huggingface_architectures/*/ and huggingface_architectures.json; with a name, that folder alone is shown.

Versions: Python 3.11, torch 2.5.1 (CPU), transformers 4.46.3, safetensors 0.4+.
"""

import copy
import json
import math
import pathlib
import shutil
import sys

import torch
import transformers as t

HERE = pathlib.Path(__file__).parent
IDS = [[(3 * i + 7 * j) % 45 + 3 for i in range(12)] for j in range(2)]
PROMPT = [5, 9, 17, 3, 30, 41, 8, 12, 25, 7, 44, 2]

small = {"num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 16, "intermediate_size": 24, "vocab_size": 48}
llama = {**small, "max_position_embeddings": 80, "bos_token_id": 1, "eos_token_id": 0}
encoder = {**small, "max_position_embeddings": 24}
ends = {"bos_token_id": 0, "eos_token_id": 0}
clip = {"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 16, "intermediate_size": 24}
wave = {**clip, "vocab_size": 12, "conv_dim": [8, 12], "conv_kernel": [10, 3], "conv_stride": [5, 2], "num_conv_pos_embeddings": 6,
        "num_conv_pos_embedding_groups": 4}
bits = {"hidden_size": 32, "num_attention_heads": 2}
CASES = [
    ("llama-linear", t.LlamaForCausalLM, t.LlamaConfig(
        **llama, attention_bias=True, mlp_bias=True, rope_scaling={"rope_type": "linear", "factor": 2.0}), {}),
    ("llama-dynamic", t.LlamaForCausalLM, t.LlamaConfig(
        **llama, num_key_value_heads=1, head_dim=6, rope_scaling={"type": "dynamic", "factor": 2.0}), {}),
    ("llama-yarn", t.LlamaForCausalLM, t.LlamaConfig(
        **{**llama, **bits}, rope_theta=50.0, rope_scaling={"rope_type": "yarn", "factor": 4.0}), {"dtype": torch.bfloat16}),
    ("llama-classifier", t.LlamaForSequenceClassification, t.LlamaConfig(**llama, num_labels=3, pad_token_id=0), {}),
    ("mistral", t.MistralForCausalLM, t.MistralConfig(**llama, num_key_value_heads=2, sliding_window=5), {}),
    ("qwen2", t.Qwen2ForCausalLM, t.Qwen2Config(**llama, num_key_value_heads=2, tie_word_embeddings=True), {}),
    ("gemma", t.GemmaForCausalLM, t.GemmaConfig(**llama, num_key_value_heads=1, head_dim=8, pad_token_id=0), {}),
    ("gemma2", t.Gemma2ForCausalLM, t.Gemma2Config(
        **llama, num_key_value_heads=2, head_dim=8, sliding_window=5, query_pre_attn_scalar=20, attn_logit_softcapping=2.0,
        final_logit_softcapping=3.0, pad_token_id=0, attn_implementation="eager"),
     # Its cache of 4.46 forgets within the window.
     {"use_cache": False}),
    ("phi", t.PhiForCausalLM, t.PhiConfig(**llama), {}),
    ("phi3", t.Phi3ForCausalLM, t.Phi3Config(**llama, num_key_value_heads=2, sliding_window=6, pad_token_id=0), {}),
    ("phi3-longrope", t.Phi3ForCausalLM, t.Phi3Config(
        **{**llama, "max_position_embeddings": 320}, original_max_position_embeddings=80, pad_token_id=0,
        rope_scaling={"type": "longrope", "short_factor": [1.1, 1.3], "long_factor": [2.0, 4.0]}), {}),
    ("stablelm", t.StableLmForCausalLM, t.StableLmConfig(**{**llama, **bits}, num_key_value_heads=1, use_qkv_bias=True), {}),
    ("stablelm-parallel", t.StableLmForCausalLM, t.StableLmConfig(
        **{**llama, **bits}, num_key_value_heads=2, use_parallel_residual=True), {}),
    ("gpt-neox", t.GPTNeoXForCausalLM, t.GPTNeoXConfig(**{**llama, **bits}, rotary_pct=0.25), {"dtype": torch.float16}),
    ("gpt-neox-serial", t.GPTNeoXForCausalLM, t.GPTNeoXConfig(
        **llama, rotary_pct=1.0, use_parallel_residual=False, attention_bias=False, tie_word_embeddings=True), {}),
    ("gpt-neo", t.GPTNeoForCausalLM, t.GPTNeoConfig(
        num_layers=2, num_heads=2, hidden_size=16, vocab_size=48, max_position_embeddings=80, window_size=4,
        attention_types=[[["global", "local"], 1]], **ends), {}),
    ("gptj", t.GPTJForCausalLM, t.GPTJConfig(
        n_layer=2, n_head=2, n_embd=16, vocab_size=48, n_positions=80, rotary_dim=4, **ends), {}),
    ("opt", t.OPTForCausalLM, t.OPTConfig(
        num_hidden_layers=2, num_attention_heads=2, hidden_size=16, ffn_dim=24, vocab_size=48, max_position_embeddings=80,
        word_embed_proj_dim=16, **ends), {}),
    ("opt-after", t.OPTForCausalLM, t.OPTConfig(
        num_hidden_layers=2, num_attention_heads=2, hidden_size=16, ffn_dim=24, vocab_size=48, max_position_embeddings=80,
        word_embed_proj_dim=12, do_layer_norm_before=False, **ends), {"bin": True}),
    ("bloom", t.BloomForCausalLM, t.BloomConfig(n_layer=2, n_head=6, hidden_size=24, vocab_size=48, **ends), {}),
    ("falcon", t.FalconForCausalLM, t.FalconConfig(
        num_hidden_layers=2, num_attention_heads=4, hidden_size=16, vocab_size=48, max_position_embeddings=80, **ends), {}),
    ("falcon-new", t.FalconForCausalLM, t.FalconConfig(
        num_hidden_layers=2, num_attention_heads=4, num_kv_heads=2, hidden_size=16, vocab_size=48, max_position_embeddings=80,
        new_decoder_architecture=True, **ends), {}),
    ("t5-flan", t.T5ForConditionalGeneration, t.T5Config(
        num_layers=2, num_decoder_layers=1, num_heads=2, d_model=16, d_ff=24, d_kv=6, vocab_size=48, dropout_rate=0.0,
        feed_forward_proj="gated-gelu", tie_word_embeddings=False, decoder_start_token_id=1, pad_token_id=1, eos_token_id=0),
     {}),
    ("mt5", t.MT5ForConditionalGeneration, t.MT5Config(
        num_layers=2, num_heads=2, d_model=16, d_ff=24, d_kv=6, vocab_size=48, dropout_rate=0.0, decoder_start_token_id=1,
        pad_token_id=1, eos_token_id=0), {"noise": 0.15}),
    ("bart", t.BartForConditionalGeneration, t.BartConfig(
        encoder_layers=2, decoder_layers=2, encoder_attention_heads=2, decoder_attention_heads=2, d_model=16,
        encoder_ffn_dim=24, decoder_ffn_dim=20, vocab_size=48, max_position_embeddings=80, decoder_start_token_id=1,
        pad_token_id=1, bos_token_id=2, eos_token_id=0, forced_eos_token_id=None), {}),
    ("marian", t.MarianMTModel, t.MarianConfig(
        encoder_layers=2, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2, d_model=16,
        encoder_ffn_dim=24, decoder_ffn_dim=24, vocab_size=48, max_position_embeddings=80, decoder_start_token_id=47,
        pad_token_id=47, eos_token_id=0, forced_eos_token_id=None, scale_embedding=True, activation_function="swish"), {}),
    ("bert-untied", t.BertForMaskedLM, t.BertConfig(**encoder, tie_word_embeddings=False, hidden_act="gelu_new"), {}),
    ("bert-words", t.BertForTokenClassification, t.BertConfig(**encoder, num_labels=5), {}),
    ("xlm-roberta", t.XLMRobertaForSequenceClassification, t.XLMRobertaConfig(**encoder, num_labels=3), {}),
    ("camembert", t.CamembertForMaskedLM, t.CamembertConfig(**encoder), {}),
    ("roberta-words", t.RobertaForTokenClassification, t.RobertaConfig(**encoder, num_labels=5), {}),
    ("distilbert-answers", t.DistilBertForQuestionAnswering, t.DistilBertConfig(
        n_layers=2, n_heads=2, dim=16, hidden_dim=24, vocab_size=48, max_position_embeddings=24, sinusoidal_pos_embds=True), {}),
    ("electra", t.ElectraForMaskedLM, t.ElectraConfig(**encoder, embedding_size=8), {}),
    ("electra-classifier", t.ElectraForSequenceClassification, t.ElectraConfig(
        **encoder, embedding_size=16, num_labels=3), {}),
    ("albert", t.AlbertForMaskedLM, t.AlbertConfig(
        **{**encoder, "num_hidden_layers": 4}, embedding_size=8, num_hidden_groups=2, inner_group_num=2), {}),
    ("albert-classifier", t.AlbertForSequenceClassification, t.AlbertConfig(**encoder, embedding_size=8, num_labels=3), {}),
    ("mpnet", t.MPNetModel, t.MPNetConfig(**encoder), {}),
    ("mpnet-classifier", t.MPNetForSequenceClassification, t.MPNetConfig(**encoder, num_labels=3), {}),
    ("deit", t.DeiTForImageClassification, t.DeiTConfig(
        num_hidden_layers=2, num_attention_heads=2, hidden_size=16, intermediate_size=24, image_size=8, patch_size=4,
        num_labels=3), {}),
    ("deit-distilled", t.DeiTForImageClassificationWithTeacher, t.DeiTConfig(
        num_hidden_layers=2, num_attention_heads=2, hidden_size=16, intermediate_size=24, image_size=8, patch_size=4,
        num_labels=3), {}),
    ("mixtral", t.MixtralForCausalLM, t.MixtralConfig(
        **llama, num_key_value_heads=2, num_local_experts=5, num_experts_per_tok=2, sliding_window=None), {}),
    ("qwen2-moe", t.Qwen2MoeForCausalLM, t.Qwen2MoeConfig(
        **{**llama, "num_hidden_layers": 3}, num_key_value_heads=2, num_experts=6, num_experts_per_tok=3,
        moe_intermediate_size=10, shared_expert_intermediate_size=14, mlp_only_layers=[1]), {}),
    ("deberta-v2", t.DebertaV2ForSequenceClassification, t.DebertaV2Config(
        **encoder, num_labels=3, relative_attention=True, position_buckets=4, max_relative_positions=-1, norm_rel_ebd="layer_norm",
        share_att_key=True, pos_att_type=["p2c", "c2p"], position_biased_input=False, type_vocab_size=0), {}),
    ("deberta-v2-words", t.DebertaV2ForTokenClassification, t.DebertaV2Config(
        **encoder, num_labels=3, relative_attention=True, pos_att_type=["p2c", "c2p"], conv_kernel_size=3, conv_act="gelu",
        type_vocab_size=2, embedding_size=12), {}),
    ("deberta-v2-masked", t.DebertaV2ForMaskedLM, t.DebertaV2Config(
        **encoder, relative_attention=True, position_buckets=4, pos_att_type=["c2p"], position_biased_input=False), {}),
    ("dinov2", t.Dinov2ForImageClassification, t.Dinov2Config(
        num_hidden_layers=2, num_attention_heads=2, hidden_size=16, mlp_ratio=2, image_size=8, patch_size=4, num_labels=3), {}),
    ("dinov2-giant", t.Dinov2Model, t.Dinov2Config(
        num_hidden_layers=2, num_attention_heads=2, hidden_size=16, mlp_ratio=2, image_size=8, patch_size=2,
        use_swiglu_ffn=True), {}),
    ("swin", t.SwinForImageClassification, t.SwinConfig(
        image_size=28, patch_size=2, embed_dim=8, depths=[2, 2], num_heads=[2, 4], window_size=4, mlp_ratio=2.0, num_labels=3), {}),
    ("convnext", t.ConvNextForImageClassification, t.ConvNextConfig(
        image_size=16, patch_size=2, hidden_sizes=[8, 12, 16], depths=[1, 2, 1], num_stages=3, num_labels=3), {}),
    ("clip", t.CLIPModel, t.CLIPConfig(
        projection_dim=10, text_config={**clip, "vocab_size": 48, "max_position_embeddings": 16, "eos_token_id": 2},
        vision_config={**clip, "image_size": 8, "patch_size": 4}), {"towers": True}),
    ("clip-classifier", t.CLIPForImageClassification, t.CLIPConfig(
        text_config=clip, vision_config={**clip, "image_size": 8, "patch_size": 4}, num_labels=3), {"side": 8}),
    ("whisper", t.WhisperForConditionalGeneration, t.WhisperConfig(
        num_mel_bins=6, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2, decoder_attention_heads=2, d_model=16,
        encoder_ffn_dim=24, decoder_ffn_dim=20, vocab_size=48, max_source_positions=10, max_target_positions=80,
        decoder_start_token_id=1, pad_token_id=1, bos_token_id=0, eos_token_id=0, suppress_tokens=None,
        begin_suppress_tokens=None), {}),
    ("wav2vec2", t.Wav2Vec2ForCTC, t.Wav2Vec2Config(**wave), {}),
    ("wav2vec2-large", t.Wav2Vec2ForSequenceClassification, t.Wav2Vec2Config(
        **{**wave, "num_conv_pos_embeddings": 5}, feat_extract_norm="layer", conv_bias=True, do_stable_layer_norm=True,
        classifier_proj_size=10, num_labels=3), {}),
]


def saved_parameters(model):
    """Without those that are computed anew when a model is made."""
    left_out = model._keys_to_ignore_on_save or []
    return [p for name, p in model.named_parameters() if name not in left_out]


def make(name, cls, config, options):
    torch.manual_seed(11)
    model = cls(config).eval()
    # Larger than their usual start, so that a wrong layer shows in the logits.
    with torch.no_grad():
        for p in saved_parameters(model):
            p.add_(torch.randn_like(p) * options.get("noise", 0.3))
            # Rounded as they are saved; what is computed with them is float32, as by Vitrine.
            if "dtype" in options:
                p.copy_(p.to(options["dtype"]))
    folder = HERE / "huggingface_architectures" / name
    shutil.rmtree(folder, ignore_errors=True)
    saved = copy.deepcopy(model).to(options.get("dtype", torch.float32))
    saved.save_pretrained(folder, safe_serialization="bin" not in options)
    (folder / "generation_config.json").unlink(missing_ok=True)
    ids = torch.tensor(IDS)
    side = options.get("side", getattr(config, "image_size", None))
    wavy = lambda *shape: torch.sin(0.3 * torch.arange(math.prod(shape), dtype=torch.float64)).float().reshape(shape)
    pair = getattr(config, "is_encoder_decoder", False)
    with torch.no_grad():
        if options.get("towers"):
            feeds = [ids, wavy(2, 3, 8, 8)]
            found = {"logits": model(input_ids=feeds[0], pixel_values=feeds[1]).logits_per_image}
        elif isinstance(config, t.Wav2Vec2Config):
            feeds = [wavy(2, 200)]
            found = model(feeds[0])
        elif isinstance(config, t.WhisperConfig):
            feeds = [wavy(2, config.num_mel_bins, 2 * config.max_source_positions), ids]
            found = model(input_features=feeds[0], decoder_input_ids=ids)
        elif side:
            feeds = [wavy(2, 3, side, side)]
            found = model(feeds[0])
        elif pair:
            feeds = [ids, ids.flip(1)]
            found = model(input_ids=feeds[0], decoder_input_ids=feeds[1])
        else:
            feeds = [ids]
            found = model(ids)
    logits = next(found[k] for k in ("logits", "start_logits", "last_hidden_state") if k in found)
    if "start_logits" in found:
        logits = torch.stack([found.start_logits, found.end_logits], -1)
    row = {
        "folder": name, "class": cls.__name__, "parameters": sum(p.numel() for p in saved_parameters(model)),
        "feeds": [{"shape": list(f.shape), "values": [round(float(x), 6) for x in f.flatten()]} for f in feeds],
        "shape": list(logits.shape), "logits": [round(float(x), 6) for x in logits.flatten()],
    }
    if model.can_generate() and not side and not isinstance(config, t.WhisperConfig) and ("CausalLM" in cls.__name__ or pair):
        prompt = torch.tensor([PROMPT])
        config = t.GenerationConfig(do_sample=False, max_new_tokens=50, min_new_tokens=50, eos_token_id=0,
                                    pad_token_id=1, decoder_start_token_id=config.decoder_start_token_id)
        with torch.no_grad():
            out = model.generate(prompt, generation_config=config, attention_mask=torch.ones_like(prompt),
                                 return_dict_in_generate=True, output_logits=True,
                                 use_cache=options.get("use_cache", True))
        row["greedy"] = out.sequences[0].tolist()[1 if pair else len(PROMPT):]
        # What stands behind all that was kept.
        row["last"] = [round(float(x), 6) for x in out.logits[-1][0]]
        if pair:
            row["start"] = config.decoder_start_token_id
    return row


wanted = sys.argv[1:]
rows = []
for case in CASES:
    if wanted and case[0] not in wanted:
        continue
    rows.append(make(*case))
    print(case[0], rows[-1]["shape"], len(set(rows[-1].get("greedy", []))))
if not wanted:
    (HERE / "huggingface_architectures.json").write_text(json.dumps({"transformers": t.__version__, "prompt": PROMPT, "cases": rows}) + "\n")
