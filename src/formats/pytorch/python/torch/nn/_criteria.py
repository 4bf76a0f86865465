"""torch.nn's losses as modules: each calls the function of the same sense with what it was made with."""

import inspect

from . import _losses as L
from ._module import Module
from .._tensor import Tensor


def _loss(name, function, inputs, *order):
    """A module whose constructor takes `order` and calls function(inputs…, **those)."""
    signature = inspect.signature(function).parameters
    #: size_average and reduce stand before reduction where the constructor has them.
    order = [*order, "reduction"] if "reduction" not in order else list(order)

    class Loss(Module):
        _begins_with_tensor = order[0] in ("weight", "margin")

        def __init__(self, *arguments, **options):
            super().__init__()
            if len(arguments) > len(order):
                raise TypeError(f"{name}.__init__() takes from 1 to {len(order) + 1} positional arguments but "
                                f"{len(arguments) + 1} were given")
            values = {k: signature[k].default for k in order}
            for k, v in [*zip(order, arguments), *options.items()]:
                if k not in values:
                    raise TypeError(f"{name}.__init__() got an unexpected keyword argument '{k}'")
                values[k] = v
            self._reduced = {k: values.pop(k, None) for k in ("size_average", "reduce")}
            values["reduction"] = _legacy(values["reduction"], **self._reduced)
            for k, v in values.items():
                if isinstance(v, Tensor) or k in ("weight", "pos_weight"):
                    self.register_buffer(k, v)
                else:
                    setattr(self, k, v)
            self._order = list(values)

        def forward(self, *tensors, **named):
            if len(tensors) + len(named) != inputs:
                raise TypeError(f"{name}.forward() takes {inputs} tensors, got {len(tensors) + len(named)}")
            return function(*tensors, **named, **{k: getattr(self, k) for k in self._order})

    Loss.__name__ = Loss.__qualname__ = name
    Loss.__module__ = __name__
    return Loss


def _legacy(reduction, size_average, reduce):
    return reduction if reduction == "batchmean" and size_average is None and reduce is None else L._reduction(
        reduction, size_average, reduce)


_OLD = "size_average", "reduce"
MSELoss = _loss("MSELoss", L.mse_loss, 2, *_OLD)
L1Loss = _loss("L1Loss", L.l1_loss, 2, *_OLD)
SmoothL1Loss = _loss("SmoothL1Loss", L.smooth_l1_loss, 2, *_OLD, "reduction", "beta")
HuberLoss = _loss("HuberLoss", L.huber_loss, 2, "reduction", "delta")
BCELoss = _loss("BCELoss", L.binary_cross_entropy, 2, "weight", *_OLD)
BCEWithLogitsLoss = _loss("BCEWithLogitsLoss", L.binary_cross_entropy_with_logits, 2, "weight", *_OLD, "reduction",
                          "pos_weight")
NLLLoss = _loss("NLLLoss", L.nll_loss, 2, "weight", "size_average", "ignore_index", "reduce")
NLLLoss2d = _loss("NLLLoss2d", L.nll_loss, 2, "weight", "size_average", "ignore_index", "reduce")
CrossEntropyLoss = _loss("CrossEntropyLoss", L.cross_entropy, 2, "weight", "size_average", "ignore_index", "reduce",
                         "reduction", "label_smoothing")
KLDivLoss = _loss("KLDivLoss", L.kl_div, 2, *_OLD, "reduction", "log_target")
MarginRankingLoss = _loss("MarginRankingLoss", L.margin_ranking_loss, 3, "margin", *_OLD)
HingeEmbeddingLoss = _loss("HingeEmbeddingLoss", L.hinge_embedding_loss, 2, "margin", *_OLD)
SoftMarginLoss = _loss("SoftMarginLoss", L.soft_margin_loss, 2, *_OLD)
CosineEmbeddingLoss = _loss("CosineEmbeddingLoss", L.cosine_embedding_loss, 3, "margin", *_OLD)
TripletMarginLoss = _loss("TripletMarginLoss", L.triplet_margin_loss, 3, "margin", "p", "eps", "swap", *_OLD)
TripletMarginWithDistanceLoss = _loss("TripletMarginWithDistanceLoss", L.triplet_margin_with_distance_loss, 3,
                                      "distance_function", "margin", "swap")
MultiMarginLoss = _loss("MultiMarginLoss", L.multi_margin_loss, 2, "p", "margin", "weight", *_OLD)
MultiLabelSoftMarginLoss = _loss("MultiLabelSoftMarginLoss", L.multilabel_soft_margin_loss, 2, "weight", *_OLD)
PoissonNLLLoss = _loss("PoissonNLLLoss", L.poisson_nll_loss, 2, "log_input", "full", "size_average", "eps", "reduce")
GaussianNLLLoss = _loss("GaussianNLLLoss", L.gaussian_nll_loss, 3, "full", "eps")
