"""
What PyTorch itself says of public model definitions: parameter counts and shapes of outputs. Writes
pytorch_public.json, which names each definition by repository, path and class; no code of theirs is kept here.

    python pytorch_public.py FOLDER     FOLDER/OWNER+NAME holds a checkout of each repository

Versions: Python 3.11, torch 2.5.1 (CPU), torchvision 0.20.1, einops 0.8.
"""

import dataclasses
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import json
import pathlib
import sys
import unittest.mock

import torch

HERE = pathlib.Path(__file__).parent
LONG = "int64"


def py(text):
    """An expression of the model's file, as an experiment file writes it."""
    return {"python": text}


FIELDS = {"field_dims": [5, 6, 7], "embed_dim": 4}
MAKEMORE = {"config": {"block_size": 8, "vocab_size": 27, "n_layer": 2, "n_embd": 16, "n_embd2": 16, "n_head": 4}}
CIFAR = [([3, 32, 32], "float32")]
IMAGENET = [([3, 224, 224], "float32")]


def case(repository, path, name, arguments=None, inputs=CIFAR, make=None):
    return {"repository": repository, "path": path, "class": name, "arguments": arguments or {},
            "inputs": [{"shape": s, "dtype": d} for s, d in inputs], **({"make": make} if make else {})}


cifar = "kuangliu/pytorch-cifar"
cifar100 = "weiaicunzai/pytorch-cifar100"
vision = "pytorch/vision"
fm = "rixwew/pytorch-fm"
gan = "eriklindernoren/PyTorch-GAN"
CASES = [
    case("pytorch/examples", "mnist/main.py", "Net", inputs=[([1, 28, 28], "float32")]),
    case("pytorch/examples", "super_resolution/model.py", "Net", {"upscale_factor": 3}, [([1, 24, 24], "float32")]),
    case("pytorch/examples", "fast_neural_style/neural_style/transformer_net.py", "TransformerNet",
         inputs=[([3, 64, 64], "float32")]),
    case("pytorch/examples", "mnist_rnn/main.py", "Net", inputs=[([1, 28, 28], "float32")]),
    case("pytorch/examples", "word_language_model/model.py", "TransformerModel",
         {"ntoken": 100, "ninp": 32, "nhead": 2, "nhid": 64, "nlayers": 2}, [([12], LONG)]),
    case(cifar, "models/lenet.py", "LeNet"),
    case(cifar, "models/vgg.py", "VGG", {"vgg_name": "VGG11"}),
    case(cifar, "models/resnet.py", "ResNet", {"block": py("Bottleneck"), "num_blocks": [3, 4, 6, 3]}),
    case(cifar, "models/preact_resnet.py", "PreActResNet", make="PreActResNet18()"),
    case(cifar, "models/googlenet.py", "GoogLeNet"),
    case(cifar, "models/densenet.py", "DenseNet", {"block": py("Bottleneck"), "nblocks": [6, 12, 24, 16], "growth_rate": 12}),
    case(cifar, "models/resnext.py", "ResNeXt", {"num_blocks": [3, 3, 3], "cardinality": 2, "bottleneck_width": 64}),
    case(cifar, "models/mobilenet.py", "MobileNet"),
    case(cifar, "models/mobilenetv2.py", "MobileNetV2"),
    case(cifar, "models/senet.py", "SENet", make="SENet18()"),
    case(cifar, "models/dpn.py", "DPN", make="DPN26()"),
    case(cifar, "models/shufflenetv2.py", "ShuffleNetV2", {"net_size": 0.5}),
    case(cifar, "models/efficientnet.py", "EfficientNet", make="EfficientNetB0()"),
    case(cifar, "models/regnet.py", "RegNet", make="RegNetX_200MF()"),
    case(cifar, "models/dla.py", "DLA"),
    case(cifar, "models/dla_simple.py", "SimpleDLA"),
    case(cifar, "models/pnasnet.py", "PNASNet", make="PNASNetA()"),
    case(cifar100, "models/attention.py", "Attention", make="attention56()"),
    case(cifar100, "models/xception.py", "Xception", make="xception()"),
    case(cifar100, "models/nasnet.py", "NasNetA", make="nasnet()"),
    case(cifar100, "models/inceptionv3.py", "InceptionV3", make="inceptionv3()"),
    case(cifar100, "models/inceptionv4.py", "InceptionV4", make="inceptionv4()"),
    case(cifar100, "models/squeezenet.py", "SqueezeNet", make="squeezenet()"),
    case(cifar100, "models/rir.py", "ResnetInResnet", make="resnet_in_resnet()"),
    case(cifar100, "models/wideresidual.py", "WideResNet", make="wideresnet()"),
    case(vision, "torchvision/models/alexnet.py", "AlexNet", inputs=IMAGENET),
    case(vision, "torchvision/models/squeezenet.py", "SqueezeNet", make="squeezenet1_0()", inputs=IMAGENET),
    case(vision, "torchvision/models/resnet.py", "ResNet", make="resnet18()", inputs=IMAGENET),
    case(vision, "torchvision/models/densenet.py", "DenseNet", inputs=IMAGENET),
    case(vision, "torchvision/models/inception.py", "Inception3", {"init_weights": False}, [([3, 299, 299], "float32")]),
    case(vision, "torchvision/models/googlenet.py", "GoogLeNet", {"init_weights": False}, IMAGENET),
    case(vision, "torchvision/models/mnasnet.py", "MNASNet", {"alpha": 0.5}, IMAGENET),
    case(vision, "torchvision/models/mobilenetv2.py", "MobileNetV2", inputs=IMAGENET),
    case(vision, "torchvision/models/mobilenetv3.py", "MobileNetV3", make="mobilenet_v3_large()", inputs=IMAGENET),
    case(vision, "torchvision/models/shufflenetv2.py", "ShuffleNetV2", make="shufflenet_v2_x0_5()", inputs=IMAGENET),
    case(vision, "torchvision/models/efficientnet.py", "EfficientNet", make="efficientnet_b0()", inputs=IMAGENET),
    case(vision, "torchvision/models/convnext.py", "ConvNeXt", make="convnext_tiny()", inputs=IMAGENET),
    case(vision, "torchvision/models/regnet.py", "RegNet", make="regnet_y_400mf()", inputs=IMAGENET),
    case(vision, "torchvision/models/vision_transformer.py", "VisionTransformer", make="vit_b_16()", inputs=IMAGENET),
    case(vision, "torchvision/models/swin_transformer.py", "SwinTransformer", make="swin_t()", inputs=IMAGENET),
    case(vision, "torchvision/models/maxvit.py", "MaxVit", make="maxvit_t()", inputs=IMAGENET),
    case("karpathy/nanoGPT", "model.py", "GPT",
         {"config": {"block_size": 32, "vocab_size": 65, "n_layer": 2, "n_head": 4, "n_embd": 32}}, [([10], LONG)]),
    case("karpathy/llama2.c", "model.py", "Transformer",
         {"params": py("ModelArgs(dim=64, n_layers=2, n_heads=4, vocab_size=100, max_seq_len=32)")}, [([10], LONG)]),
    case("karpathy/makemore", "makemore.py", "Transformer", MAKEMORE, [([8], LONG)]),
    case("karpathy/makemore", "makemore.py", "MLP", MAKEMORE, [([8], LONG)]),
    case("karpathy/makemore", "makemore.py", "BoW", MAKEMORE, [([8], LONG)]),
    case("karpathy/makemore", "makemore.py", "RNN", {**MAKEMORE, "cell_type": "gru"}, [([8], LONG)]),
    case("karpathy/minGPT", "mingpt/model.py", "GPT",
         {"config": py("CN(model_type='gpt-nano', n_layer=None, n_head=None, n_embd=None, vocab_size=50, block_size=16, "
                       "embd_pdrop=0.1, resid_pdrop=0.1, attn_pdrop=0.1)")}, [([10], LONG)]),
    case("milesial/Pytorch-UNet", "unet/unet_model.py", "UNet", {"n_channels": 3, "n_classes": 2},
         [([3, 64, 48], "float32")]),
    case("4uiiurz1/pytorch-nested-unet", "archs.py", "NestedUNet", {"num_classes": 1}, [([3, 64, 64], "float32")]),
    case("codertimo/BERT-pytorch", "bert_pytorch/model/bert.py", "BERT",
         {"vocab_size": 100, "hidden": 64, "n_layers": 2, "attn_heads": 4}, [([9], LONG), ([9], LONG)]),
    case("fxia22/pointnet.pytorch", "pointnet/model.py", "PointNetCls", {"k": 5}, [([3, 50], "float32")]),
    case("johnma2006/mamba-minimal", "model.py", "Mamba", {"args": py("ModelArgs(d_model=32, n_layer=2, vocab_size=100)")},
         [([7], LONG)]),
    case("Blealtan/efficient-kan", "src/efficient_kan/kan.py", "KAN", {"layers_hidden": [4, 8, 2]}, [([4], "float32")]),
    case("locuslab/TCN", "TCN/tcn.py", "TemporalConvNet", {"num_inputs": 4, "num_channels": [8, 8, 16]},
         [([4, 30], "float32")]),
    case(fm, "torchfm/model/dfm.py", "DeepFactorizationMachineModel", {**FIELDS, "mlp_dims": [8, 8], "dropout": 0.2},
         [([3], LONG)]),
    case(fm, "torchfm/model/xdfm.py", "ExtremeDeepFactorizationMachineModel",
         {**FIELDS, "mlp_dims": [8, 8], "dropout": 0.2, "cross_layer_sizes": [8, 8]}, [([3], LONG)]),
    case(fm, "torchfm/model/ncf.py", "NeuralCollaborativeFiltering",
         {**FIELDS, "user_field_idx": [0], "item_field_idx": [1], "mlp_dims": [8, 8], "dropout": 0.2}, [([3], LONG)]),
    case(fm, "torchfm/model/dcn.py", "DeepCrossNetworkModel", {**FIELDS, "num_layers": 2, "mlp_dims": [8], "dropout": 0.2},
         [([3], LONG)]),
    case(fm, "torchfm/model/afm.py", "AttentionalFactorizationMachineModel",
         {**FIELDS, "attn_size": 4, "dropouts": [0.2, 0.2]}, [([3], LONG)]),
    case(gan, "implementations/cyclegan/models.py", "GeneratorResNet",
         {"input_shape": [3, 64, 64], "num_residual_blocks": 3}, [([3, 64, 64], "float32")]),
    case(gan, "implementations/pix2pix/models.py", "GeneratorUNet", inputs=[([3, 256, 256], "float32")]),
    case(gan, "implementations/esrgan/models.py", "GeneratorRRDB", {"channels": 3, "filters": 16, "num_res_blocks": 2},
         [([3, 32, 32], "float32")]),
    case("lucidrains/vit-pytorch", "vit_pytorch/vit.py", "ViT",
         {"image_size": 64, "patch_size": 16, "num_classes": 10, "dim": 64, "depth": 2, "heads": 4, "mlp_dim": 128},
         [([3, 64, 64], "float32")]),
    case("lucidrains/vit-pytorch", "vit_pytorch/simple_vit.py", "SimpleViT",
         {"image_size": 64, "patch_size": 16, "num_classes": 10, "dim": 64, "depth": 2, "heads": 4, "mlp_dim": 128},
         [([3, 64, 64], "float32")]),
    case("lucidrains/denoising-diffusion-pytorch", "denoising_diffusion_pytorch/denoising_diffusion_pytorch.py", "Unet",
         {"dim": 16, "dim_mults": [1, 2], "flash_attn": False}, [([3, 32, 32], "float32"), ([], LONG)]),
    case("facebookresearch/ConvNeXt", "models/convnext.py", "ConvNeXt", inputs=IMAGENET),
    case("microsoft/Swin-Transformer", "models/swin_transformer.py", "SwinTransformer", inputs=IMAGENET),
    case("649453932/Chinese-Text-Classification-Pytorch", "models/TextCNN.py", "Model",
         {"config": {"embedding_pretrained": None, "n_vocab": 100, "embed": 16, "num_filters": 8, "filter_sizes": [2, 3, 4],
                     "dropout": 0.5, "num_classes": 5}}, [([12], LONG)], make="tuple"),
    case("jadore801120/attention-is-all-you-need-pytorch", "transformer/Models.py", "Transformer",
         {"n_src_vocab": 50, "n_trg_vocab": 60, "src_pad_idx": 1, "trg_pad_idx": 1, "d_word_vec": 32, "d_model": 32,
          "d_inner": 64, "n_layers": 2, "n_head": 4, "d_k": 8, "d_v": 8, "n_position": 40}, [([9], LONG), ([7], LONG)]),
    case("NVIDIA/tacotron2", "model.py", "Postnet",
         {"hparams": {"n_mel_channels": 80, "postnet_embedding_dim": 64, "postnet_kernel_size": 5,
                      "postnet_n_convolutions": 5}}, [([80, 20], "float32")]),
]


class Missing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Packages that a file imports for its training and not for its model."""

    names = ("tensorboard", "torch.utils.tensorboard", "librosa", "ema_pytorch", "accelerate", "torchtext", "unidecode", "inflect", "pytorch_fid")

    def find_spec(self, name, path=None, target=None):
        if name in self.names or name.split(".")[0] in self.names:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        made = unittest.mock.MagicMock(name=spec.name)
        made.__path__ = []
        made.__spec__ = spec
        return made

    def exec_module(self, module):
        pass


class Options(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name, value):
        self[name] = value


def load(folder, c):
    root = folder / c["repository"].replace("/", "+")
    file = root / c["path"]
    dotted = c["path"].removesuffix(".py").replace("/", ".")
    sys.path[:0] = [str(root), str(file.parent)]
    before = set(sys.modules)
    try:
        if "/" in c["path"]:
            try:
                return importlib.import_module(dotted)
            except (ImportError, ValueError):
                pass
        spec = importlib.util.spec_from_file_location("model_file", file)
        module = importlib.util.module_from_spec(spec)
        sys.modules["model_file"] = module
        spec.loader.exec_module(module)
        return module
    finally:
        del sys.path[:2]
        for name in set(sys.modules) - before:
            if str(root) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]


def meant(value, kind, module):
    if not isinstance(value, dict):
        return value
    if set(value) == {"python"}:
        return eval(value["python"], vars(module))
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return kind(**value)
    kinds = [v for v in vars(module).values() if isinstance(v, type) and dataclasses.is_dataclass(v)]
    if len(kinds) == 1 and kinds[0].__module__ == module.__name__:
        return kinds[0](**value)
    return Options(value)


def tensors(value):
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in tensors(v)]
    if isinstance(value, dict):
        return tensors(list(value.values()))
    if dataclasses.is_dataclass(value):
        return tensors(list(vars(value).values()))
    return []


def row(folder, c):
    torch.manual_seed(0)
    module = load(folder, c)
    cls = getattr(module, c["class"])
    if c.get("make") and c["make"].endswith(")"):
        model = eval(c["make"], vars(module))
    else:
        kinds = {p.name: p.annotation for p in inspect.signature(cls.__init__).parameters.values()}
        model = cls(**{k: meant(v, kinds.get(k), module) for k, v in c["arguments"].items()})
    model.eval()
    inputs = [torch.zeros([3, *i["shape"]], dtype=getattr(torch, i["dtype"])) for i in c["inputs"]]
    with torch.no_grad():
        if c.get("make") == "tuple":
            outputs = tensors(model((inputs[0], None)))
        else:
            outputs = tensors(model(*inputs))
    return {
        **{k: v for k, v in c.items() if k != "make"},
        "outputs": [list(o.shape) for o in outputs],
        "parameters": sum(p.numel() for p in model.parameters()),
        "state": len(model.state_dict()),
    }


if __name__ == "__main__":
    sys.argv = [sys.argv[0], *sys.argv[1:2]]
    folder = pathlib.Path(sys.argv.pop())
    sys.meta_path.insert(0, Missing())
    rows = []
    for c in CASES:
        try:
            rows.append(row(folder, c))
        except Exception as error:
            print("not made:", c["repository"], c["path"], c["class"], type(error).__name__, str(error)[:200], file=sys.stderr)
    print(len(rows), "of", len(CASES), file=sys.stderr)
    lines = ",\n".join(json.dumps(r) for r in rows)
    (HERE / "pytorch_public.json").write_text(f'{{"torch": "{torch.__version__}", "cases": [\n{lines}\n]}}\n')
