"""
Definitions of another ten repositories, in the manner of pytorch_public_cases: tables, diffusion transformers, segmentation by prompts,
language with vision, soft mixtures of experts, audio codecs, spline networks. None had been looked at before they were tried.
"""

from pytorch_public_cases import LONG, case, py

COMMITS = {
    "AntonioTepsich/Convolutional-KANs": "5b397c4d18ce728c974e16da9d84cfce318e9b73",
    "baofff/U-ViT": "ce551708dc9cde9818d2af7d84dfadfeb7bd9034",
    "bowang-lab/MedSAM": "d71e8a1a99ad751840a22a7fa3ecfb4166fb1488",
    "cloneofsimo/minRF": "4fc10e0cc8ba976152c7936a1af9717209f03e18",
    "hkproj/pytorch-paligemma": "34e1d98d39966dd20645822a2115b4c61d389a02",
    "facebookresearch/dinov2": "b8931f7bf91576930313be2c6d6af376033b35f0",
    "gemelo-ai/vocos": "c859e3b7b534f3776a357983029d34170ddd6fc3",
    "hubertsiuzdak/snac": "f49016a4d881ba0e85469535f5b534d3c0ae3bf5",
    "lucidrains/soft-moe-pytorch": "f3779d58860bb302a45459fc7ab5c5e24005d46c",
    "yandex-research/rtdl-revisiting-models": "e3ed46cac38568785289d8fa16b8cfa585bde27e",
}


def of(repository, path):
    return lambda name, arguments=None, inputs=(), **more: case(repository, path, name, arguments or {}, inputs=list(inputs), **more)


def given(*shapes):
    return [(list(s), "float32") for s in shapes]


TABLES = of("yandex-research/rtdl-revisiting-models", "package/rtdl_revisiting_models.py")
FLOW = of("cloneofsimo/minRF", "dit.py")
MMDIT = of("cloneofsimo/minRF", "advanced/mmdit.py")
SAM = of("bowang-lab/MedSAM", "segment_anything/modeling/image_encoder.py")
TWO_WAY = of("bowang-lab/MedSAM", "segment_anything/modeling/transformer.py")
GEMMA = of("hkproj/pytorch-paligemma", "modeling_gemma.py")
SIGLIP = of("hkproj/pytorch-paligemma", "modeling_siglip.py")
SOFT = of("lucidrains/soft-moe-pytorch", "soft_moe_pytorch/soft_moe.py")
SPLINES = of("AntonioTepsich/Convolutional-KANs", "kan_convolutional/KANLinear.py")
SNAC = of("hubertsiuzdak/snac", "snac/snac.py")
SNAC_LAYERS = of("hubertsiuzdak/snac", "snac/layers.py")
SNAC_CODES = of("hubertsiuzdak/snac", "snac/vq.py")
UVIT = of("baofff/U-ViT", "libs/uvit.py")
UVIT_TEXT = of("baofff/U-ViT", "libs/uvit_t2i.py")
LATENT = of("baofff/U-ViT", "libs/autoencoder.py")
VOCOS = of("gemelo-ai/vocos", "vocos/models.py")
VOCOS_PARTS = of("gemelo-ai/vocos", "vocos/modules.py")
VOCOS_HEADS = of("gemelo-ai/vocos", "vocos/heads.py")
DINO = of("facebookresearch/dinov2", "dinov2/models/vision_transformer.py")
_GEMMA = py("GemmaConfig(vocab_size=50, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, "
            "num_key_value_heads=2, head_dim=8)")
_VISION = py("SiglipVisionConfig(hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, image_size=32, "
             "patch_size=8)")
_LATENT = {"ch": 32, "out_ch": 3, "ch_mult": [1, 2], "num_res_blocks": 1, "attn_resolutions": [16], "in_channels": 3,
           "resolution": 32, "z_channels": 4, "dropout": 0.0}

CASES = [
    TABLES("MLP", {"d_in": 6, "d_out": 2, "n_blocks": 2, "d_block": 16, "dropout": 0.1}, given([6])),
    TABLES("ResNet", {"d_in": 6, "d_out": 2, "n_blocks": 2, "d_block": 16, "d_hidden_multiplier": 2.0, "dropout1": 0.1, "dropout2": 0.1},
           given([6])),
    TABLES("FTTransformerBackbone", {"d_out": 2, "n_blocks": 2, "d_block": 16, "attention_n_heads": 4, "attention_dropout": 0.1,
           "ffn_d_hidden_multiplier": 1.5, "ffn_dropout": 0.1, "residual_dropout": 0.0}, given([7, 16])),
    TABLES("FTTransformer", {"n_cont_features": 4, "cat_cardinalities": [3, 5], "d_out": 2, "n_blocks": 2, "d_block": 16,
           "attention_n_heads": 4, "attention_dropout": 0.1, "ffn_d_hidden_multiplier": 1.5, "ffn_dropout": 0.1,
           "residual_dropout": 0.0}, [*given([4]), ([2], LONG)]),
    FLOW("DiT_Llama", {"in_channels": 3, "input_size": 16, "dim": 64, "n_layers": 2, "n_heads": 4}, [*given([3, 16, 16], []), ([], LONG)]),
    FLOW("FeedForward", {"dim": 32, "hidden_dim": 128, "multiple_of": 16}, given([5, 32])),
    MMDIT("DoubleAttention", {"dim": 32, "n_heads": 4, "mh_qknorm": True}, given([5, 32], [7, 32])),
    MMDIT("MMDiTBlock", {"dim": 32, "heads": 4, "global_conddim": 24}, given([5, 32], [7, 32], [24])),
    MMDIT("DiTBlock", {"dim": 32, "heads": 4, "global_conddim": 24}, given([5, 32], [24])),
    SAM("ImageEncoderViT", {"img_size": 64, "patch_size": 8, "embed_dim": 32, "depth": 2, "num_heads": 4, "out_chans": 16,
        "use_rel_pos": True, "window_size": 4, "global_attn_indexes": [1]}, given([3, 64, 64])),
    TWO_WAY("TwoWayTransformer", {"depth": 2, "embedding_dim": 32, "num_heads": 4, "mlp_dim": 48}, given([32, 4, 4], [32, 4, 4], [5, 32])),
    SIGLIP("SiglipVisionModel", {"config": _VISION}, given([3, 32, 32])),
    GEMMA("GemmaMLP", {"config": _GEMMA}, given([5, 32])),
    GEMMA("GemmaRMSNorm", {"dim": 32}, given([5, 32])),
    SOFT("SoftMoE", {"dim": 32, "seq_len": 16, "num_experts": 4}, given([16, 32])),
    SOFT("SoftMoE", {"dim": 32, "num_slots": 3, "num_experts": 4, "geglu": True, "use_layernorm": True}, given([10, 32])),
    SPLINES("KANLinear", {"in_features": 6, "out_features": 4}, given([6])),
    SNAC("SNAC", {"encoder_dim": 8, "encoder_rates": [2, 2], "decoder_dim": 32, "decoder_rates": [2, 2], "attn_window_size": None,
         "codebook_size": 32, "codebook_dim": 4, "vq_strides": [2, 1], "noise": False}, given([1, 64])),
    SNAC_LAYERS("Encoder", {"d_model": 8, "strides": [2, 2], "depthwise": True, "attn_window_size": None}, given([1, 64])),
    SNAC_LAYERS("Decoder", {"input_channel": 16, "channels": 32, "rates": [2, 2], "noise": True, "attn_window_size": None}, given([16, 12])),
    SNAC_CODES("ResidualVectorQuantize", {"input_dim": 16, "codebook_size": 32, "codebook_dim": 4, "vq_strides": [2, 1]}, given([16, 12])),
    UVIT("UViT", {"img_size": 16, "patch_size": 4, "embed_dim": 32, "depth": 2, "num_heads": 4, "num_classes": 10},
         [*given([3, 16, 16], []), ([], LONG)]),
    UVIT_TEXT("UViT", {"img_size": 16, "patch_size": 4, "embed_dim": 32, "depth": 2, "num_heads": 4, "clip_dim": 24, "num_clip_token": 7},
              given([3, 16, 16], [], [7, 24])),
    LATENT("Encoder", _LATENT, given([3, 32, 32])),
    LATENT("Decoder", _LATENT, given([4, 16, 16])),
    VOCOS("VocosBackbone", {"input_channels": 16, "dim": 24, "intermediate_dim": 48, "num_layers": 2}, given([16, 20])),
    VOCOS("VocosResNetBackbone", {"input_channels": 16, "dim": 24, "num_blocks": 2}, given([16, 20])),
    VOCOS_PARTS("ResBlock1", {"dim": 16, "layer_scale_init_value": 0.1}, given([16, 20])),
    VOCOS_HEADS("ISTFTHead", {"dim": 16, "n_fft": 32, "hop_length": 8}, given([12, 16])),
    DINO("DinoVisionTransformer", {"img_size": 28, "patch_size": 14, "embed_dim": 32, "depth": 2, "num_heads": 4, "block_chunks": 0},
         given([3, 28, 28])),
    DINO("DinoVisionTransformer", {"img_size": 28, "patch_size": 14, "embed_dim": 32, "depth": 2, "num_heads": 4, "block_chunks": 0,
         "num_register_tokens": 3, "init_values": 0.1, "ffn_layer": "swiglufused"}, given([3, 28, 28])),
]
