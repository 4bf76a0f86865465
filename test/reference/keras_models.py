"""
Models that Keras saved, with inputs and what Keras computes of them: keras_models.json and the files in keras/.

Needs keras==3.10.0, h5py==3.16.0 and torch==2.5.1 (KERAS_BACKEND=torch).
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
from keras import layers

here = pathlib.Path(__file__).parent
folder = here / "keras"
folder.mkdir(exist_ok=True)
keras.utils.set_random_seed(7)
random = np.random.default_rng(7)


def picture():
    return keras.Sequential([
        keras.Input((12, 10, 3)),
        layers.Rescaling(1 / 2.0, offset=-0.1),
        layers.Conv2D(6, 3, padding="same", activation="relu", name="first"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(2),
        layers.SeparableConv2D(8, 3, strides=2, padding="same", use_bias=False),
        layers.LeakyReLU(negative_slope=0.2),
        layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2),
        layers.ZeroPadding2D(((1, 0), (0, 2))),
        layers.Conv2DTranspose(5, 3, strides=2, padding="valid"),
        layers.UpSampling2D(2),
        layers.AveragePooling2D(3, strides=2, padding="same"),
        layers.Dropout(0.3),
        layers.Flatten(),
        layers.Dense(7, activation="gelu"),
        layers.Dense(4, activation="softmax"),
    ], name="picture")


def branches():
    a = keras.Input((6,), name="a")
    b = keras.Input((8, 4), name="b")
    shared = layers.Dense(5, activation="tanh", name="shared")
    inner = keras.Sequential([keras.Input((8, 4)), layers.Conv1D(5, 3, padding="causal"), layers.ELU(),
                              layers.GlobalMaxPooling1D()], name="inner")
    left = shared(layers.Dense(9, activation="swish")(a))
    right = shared(layers.Dense(9)(layers.GlobalAveragePooling1D()(b)))
    sums = layers.Add()([left, right, inner(b)])
    both = layers.Concatenate()([sums, left * right, layers.Subtract()([left, right])])
    out = layers.LayerNormalization()(both)
    score = layers.Dense(1, activation="sigmoid", name="score")(out)
    kind = layers.Softmax(name="kind")(layers.Dense(3)(layers.Maximum()([left, right])))
    return keras.Model([a, b], [score, kind], name="branches")


def words():
    return keras.Sequential([
        keras.Input((9,), dtype="int32"),
        layers.Embedding(20, 6),
        layers.Bidirectional(layers.LSTM(5, return_sequences=True)),
        layers.TimeDistributed(layers.Dense(6, activation="relu")),
        layers.GRU(4, return_sequences=True),
        layers.SimpleRNN(3),
        layers.Dense(2),
    ], name="words")


def attentive():
    x = keras.Input((7, 8))
    y = layers.MultiHeadAttention(num_heads=2, key_dim=4)(x, x)
    y = layers.LayerNormalization()(layers.Add()([x, y]))
    return keras.Model(x, layers.Dense(3)(layers.GlobalAveragePooling1D()(y)), name="attentive")


def given(model):
    return [
        random.integers(0, 20, (2, *i.shape[1:])) if "int" in str(i.dtype) else random.normal(size=(2, *i.shape[1:]))
        for i in model.inputs
    ]


out = {}
for make in (picture, branches, words, attentive):
    model = make()
    for w in model.weights:
        if "seed" not in w.path:
            change = random.normal(size=w.shape) * 0.3
            w.assign(np.abs(change) + 0.2 if "variance" in w.path else np.array(w) + change)
    inputs = given(model)
    results = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    results = results if isinstance(results, (list, tuple)) else [results]
    files = [f"{model.name}.keras"] + ([f"{model.name}.h5"] if make in (picture, words, branches) and
                                      not (make is branches) else [])
    for f in files:
        model.save(folder / f)
    out[model.name] = {
        "files": files,
        "parameters": int(sum(np.prod(w.shape) for w in model.weights if "seed" not in w.path)),
        "inputs": [{"shape": list(i.shape), "values": np.asarray(i, "float32").ravel().round(4).tolist()} for i in inputs],
        "outputs": [{"shape": list(r.shape), "values": r.detach().cpu().numpy().ravel().tolist()} for r in results],
    }
    # The inputs as they are written.
    exact = [np.array(i["values"], "float32").reshape(i["shape"]) for i in out[model.name]["inputs"]]
    exact = [e.astype("int32") if "int" in str(t.dtype) else e for e, t in zip(exact, model.inputs)]
    results = model(exact if len(exact) > 1 else exact[0], training=False)
    results = results if isinstance(results, (list, tuple)) else [results]
    out[model.name]["outputs"] = [
        {"shape": list(r.shape), "values": [float(f"{v:.7g}") for v in r.detach().cpu().numpy().ravel()]} for r in results
    ]
(here / "keras_models.json").write_text(json.dumps(out))
