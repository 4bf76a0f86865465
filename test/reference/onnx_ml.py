"""Models of scikit-learn, LightGBM and XGBoost as their converters write them (ai.onnx.ml), with their own answers.

Pinned: scikit-learn 1.9.1, skl2onnx 1.20.0, onnxmltools 1.16.0, lightgbm 4.7.0, xgboost 3.2.0, onnx 1.23.2, onnxruntime 1.32.0.
Writes onnx_ml.json.gz: by name the model (base64), the rows (lists of values by input), onnxruntime's `label` and
`scores` (or `value` of regressors), and the greatest difference between onnxruntime's scores and the library's own. `explained`: shap 0.51's KernelExplainer.
"""

import base64
import gzip
import json
import os
import warnings

import numpy as np
import onnx
import onnxruntime
import pandas as pd
from onnx import helper, TensorProto
from skl2onnx import to_onnx
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import (
    AdaBoostClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVC, SVR, LinearSVC, NuSVC, NuSVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

warnings.filterwarnings("ignore")
onnxruntime.set_default_logger_severity(4)
here = os.path.dirname(os.path.abspath(__file__))
out = {}
r = np.random.default_rng(0)

X, y = load_iris(return_X_y=True)
X = X.astype(np.float32)
species = np.array(["setosa", "versicolor", "virginica"])[y]
D, progression = load_diabetes(return_X_y=True)
D = (D * 10).astype(np.float32)

n = 240
credit = pd.DataFrame(
    {
        "age": r.integers(18, 75, n).astype(np.float32),
        "income": (r.lognormal(3, 0.5, n)).astype(np.float32),
        "job": r.choice(["clerk", "miner", "nurse", "none"], n),
        "home": r.choice(["own", "rent"], n),
    }
)
credit.loc[r.choice(n, 20, replace=False), "income"] = np.nan
risk = credit.age / 50 + np.nan_to_num(credit.income, nan=20) / 20 + (credit.home == "own") + r.normal(0, 0.4, n)
decision = np.where(risk > np.median(risk), "approved", "refused")


def columns(model):
    prepared = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), ["age", "income"]),
        (OneHotEncoder(handle_unknown="ignore"), ["job"]),
        (OrdinalEncoder(), ["home"]),
    )
    return make_pipeline(prepared, model)


def record(name, model, rows, theirs, onnx_model):
    session = onnxruntime.InferenceSession(onnx_model.SerializeToString())
    frame = hasattr(rows, "columns")
    if frame:
        feeds = {
            c: rows[c].to_numpy().reshape(-1, 1).astype(object if rows[c].dtype == object or str(rows[c].dtype).startswith("str") else np.float32)
            for c in rows.columns
        }
    else:
        feeds = {session.get_inputs()[0].name: rows}
    answers = session.run(None, feeds)
    answer = {"model": base64.b64encode(onnx_model.SerializeToString()).decode(), "inputs": {}}
    for k, v in feeds.items():
        answer["inputs"][k] = [[None if isinstance(x, float) and np.isnan(x) else x for x in line] for line in v.tolist()]
    if len(answers) == 1:
        answer["value"] = np.asarray(answers[0]).reshape(len(rows), -1).tolist()
        scores = np.asarray(answers[0]).reshape(len(rows), -1)
    else:
        answer["label"] = np.asarray(answers[0]).ravel().tolist()
        if isinstance(answers[1], list):
            answer["classes"] = [str(k) for k in answers[1][0]]
            scores = np.array([list(m.values()) for m in answers[1]])
        else:
            scores = np.asarray(answers[1])
        answer["scores"] = scores.tolist()
    answer["library"] = float(np.abs(np.asarray(theirs).reshape(scores.shape) - scores).max()) if theirs is not None else None
    out[name] = answer
    print(name, len(answer["model"]), "differs from the library by", answer["library"])


def classify(name, model, X, y, zipmap=True, rows=12):
    model.fit(X, y)
    spread = r.choice(len(X), rows, replace=False)
    some = X.iloc[spread] if hasattr(X, "columns") else X[spread]
    made = to_onnx(model, X[:1], options={"zipmap": zipmap} if zipmap is not None else None)
    theirs = model.predict_proba(some) if hasattr(model, "predict_proba") else None
    record(name, model, some, theirs, made)


def regress(name, model, rows=12):
    model.fit(D, progression)
    some = D[r.choice(len(D), rows, replace=False)]
    record(name, model, some, model.predict(some), to_onnx(model, D[:1]))


classify("logistic regression", make_pipeline(StandardScaler(), LogisticRegression()), X, species)
classify("logistic regression of two classes", make_pipeline(RobustScaler(), LogisticRegression()), X, (y > 0).astype(int))
classify("logistic regression as arrays", make_pipeline(Normalizer(), LogisticRegression()), X, y, False)
classify("lengths of rows", make_pipeline(Normalizer("max"), LogisticRegression()), X, y)
classify("sgd", SGDClassifier(loss="modified_huber", random_state=0), X, species)
classify("decision tree", DecisionTreeClassifier(max_depth=4, random_state=0), X, species)
classify("random forest", RandomForestClassifier(12, max_depth=5, random_state=0), X, species)
classify("random forest of two classes", RandomForestClassifier(12, max_depth=5, random_state=0), X, (y > 1).astype(int))
classify("extra trees", ExtraTreesClassifier(8, max_depth=5, random_state=0), X, y, False)
classify("gradient boosting", GradientBoostingClassifier(n_estimators=10, random_state=0), X, species)
classify("gradient boosting of two classes", GradientBoostingClassifier(n_estimators=10, random_state=0), X, y > 1)
classify("boosted stumps", AdaBoostClassifier(n_estimators=5, random_state=0), X, species)
classify("naive Bayes", GaussianNB(), X, species)
classify("perceptron", make_pipeline(MinMaxScaler(), MLPClassifier((9,), max_iter=60, random_state=0)), X, species)
classify("linear SVM", LinearSVC(random_state=0), X, species, None)
classify("bins", make_pipeline(KBinsDiscretizer(4, encode="ordinal"), DecisionTreeClassifier(max_depth=4, random_state=0)), X, species)
classify("binarizer", make_pipeline(Binarizer(threshold=2.0), LogisticRegression()), X, species)
classify("powers", make_pipeline(MaxAbsScaler(), PolynomialFeatures(2), LogisticRegression()), X, species)
classify("credit, forest", columns(RandomForestClassifier(12, max_depth=5, random_state=0)), credit, decision)
classify("credit, logistic regression", columns(LogisticRegression()), credit, decision)
classify("credit, boosting", columns(GradientBoostingClassifier(n_estimators=8, random_state=0)), credit, decision)

regress("ridge", make_pipeline(StandardScaler(), Ridge()))
regress("regression tree", DecisionTreeRegressor(max_depth=5, random_state=0))
regress("regression forest", RandomForestRegressor(8, max_depth=6, random_state=0))
regress("boosted regression", GradientBoostingRegressor(n_estimators=10, random_state=0))
regress("perceptron for numbers", make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(9,), max_iter=60, random_state=0)))
regress("SVR", make_pipeline(StandardScaler(), SVR()))
regress("SVR, polynomial", make_pipeline(StandardScaler(), NuSVR(kernel="poly", degree=2, C=20)))

from lightgbm import LGBMClassifier, LGBMRegressor  # noqa: E402
from onnxmltools import convert_lightgbm, convert_xgboost  # noqa: E402
from onnxmltools.convert.common.data_types import FloatTensorType as Floats  # noqa: E402
from xgboost import XGBClassifier, XGBRegressor  # noqa: E402

missing = X.copy()
missing[r.random(X.shape) < 0.1] = np.nan
for name, make, convert in [
    ("LightGBM", lambda: LGBMClassifier(n_estimators=8, num_leaves=8, verbose=-1, random_state=0), convert_lightgbm),
    ("XGBoost", lambda: XGBClassifier(n_estimators=8, max_depth=4, random_state=0), convert_xgboost),
]:
    for kind, target in [("", y), (" of two classes", (y > 1).astype(int))]:
        try:
            model = make().fit(missing, target)
            made = convert(model, initial_types=[("x", Floats([None, 4]))])
            some = missing[r.choice(len(X), 12, replace=False)]
            record(name + kind, model, some, model.predict_proba(some), made)
        except Exception as e:
            print(name + kind, "not converted:", str(e)[:150])
for name, model, convert in [
    ("LightGBM for numbers", LGBMRegressor(n_estimators=8, num_leaves=8, verbose=-1, random_state=0), convert_lightgbm),
    ("XGBoost for numbers", XGBRegressor(n_estimators=8, max_depth=4, random_state=0), convert_xgboost),
]:
    try:
        model.fit(D, progression)
        some = D[:12]
        record(name, model, some, model.predict(some), convert(model, initial_types=[("x", Floats([None, 10]))]))
    except Exception as e:
        print(name, "not converted:", str(e)[:150])

classify("SVC", make_pipeline(StandardScaler(), SVC()), X, species)
classify("SVC of two classes", make_pipeline(StandardScaler(), SVC(kernel="poly", degree=2)), X, y > 1)
classify("SVC of four classes", SVC(kernel="linear"), X, np.where((y == 2) & (X[:, 0] > 6.5), 3, y), False)
classify("NuSVC", NuSVC(nu=0.3, kernel="sigmoid", gamma=0.01), X, y, False)

# Probabilities are coupled from those of pairs of classes.
four = np.where((y == 2) & (X[:, 0] > 6.5), 3, y)
for name, model, target in [
    ("SVC with probabilities", make_pipeline(StandardScaler(), SVC(probability=True, random_state=0)), species),
    ("SVC of two classes with probabilities", SVC(kernel="poly", degree=2, probability=True, random_state=0), y > 1),
    ("SVC of four classes with probabilities", SVC(C=0.1, probability=True, random_state=0), four),
]:
    classify(name, model, X, target, rows=40)

# One row of coefficients for two classes, which no converter of today writes.
for transform in ("LOGISTIC", "NONE"):
    node = helper.make_node(
        "LinearClassifier", ["x"], ["label", "scores"], domain="ai.onnx.ml", classlabels_ints=[3, 8],
        coefficients=[0.5, -1.0, 0.25, 0.8], intercepts=[-0.3], post_transform=transform,
    )
    graph = helper.make_graph(
        [node], "one", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 4])],
        [helper.make_tensor_value_info("label", TensorProto.INT64, ["N"]), helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", 2])],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)], ir_version=8)
    record(f"one row of coefficients, {transform}", None, X[::15] - X.mean(0), None, made)

# SHAP of a forest against one typical row: what an explanation of the file itself must say.
import math  # noqa: E402

import shap  # noqa: E402

forest = RandomForestClassifier(20, max_depth=4, random_state=0).fit(X, species)
table = X[::10]


def typical(column):
    """The mean, rounded to an eighth of the power of two that is nearest to the standard deviation."""
    grid = 2 ** round(math.log2(column.std())) / 8
    return round(column.mean() / grid) * grid


background = np.array([[typical(c.astype(np.float64)) for c in table.T]], np.float32)
values = shap.KernelExplainer(forest.predict_proba, background).shap_values(table[:3], nsamples=200, silent=True)
explained = {
    "model": base64.b64encode(to_onnx(forest, X[:1]).SerializeToString()).decode(),
    "rows": table.tolist(),
    "species": species[::10].tolist(),
    "probabilities": forest.predict_proba(table).tolist(),
    "background": background.tolist()[0],
    "shap": np.asarray(values).tolist(),
}

with gzip.GzipFile(os.path.join(here, "onnx_ml.json.gz"), "wb", compresslevel=9, mtime=0) as f:
    f.write(json.dumps({"models": out, "explained": explained}, separators=(",", ":")).encode())
