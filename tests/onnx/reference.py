# SPDX-License-Identifier: MIT
"""Run an ONNX graph in numpy, in double precision, one operator after the other.

Written from the descriptions of the operators, for the networks of make_models.py alone; it knows
nothing of how dyndnn-import reads them.
"""
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from onnx import helper, numpy_helper


def pads_of(attr, shape, kernel, strides):
    mode = attr.get("auto_pad", b"NOTSET").decode()
    if mode == "NOTSET":
        pads = attr.get("pads", [0, 0, 0, 0])
        return [(pads[0], pads[2]), (pads[1], pads[3])]
    if mode == "VALID":
        return [(0, 0), (0, 0)]
    result = []
    for size, k, s in zip(shape[2:], kernel, strides):
        total = max((-(-size // s) - 1) * s + k - size, 0)
        small, large = total // 2, total - total // 2
        result.append((small, large) if mode == "SAME_UPPER" else (large, small))
    return result


def windows(x, attr, kernel, fill):
    """(N, C, out H, out W, kernel H, kernel W)"""
    strides = attr.get("strides", [1, 1])
    pads = pads_of(attr, x.shape, kernel, strides)
    x = np.pad(x, [(0, 0), (0, 0)] + pads, constant_values=fill)
    return sliding_window_view(x, kernel, (2, 3))[:, :, :: strides[0], :: strides[1]]


def conv(attr, x, w, b=None):
    group = attr.get("group", 1)
    view = windows(x, attr, w.shape[2:], 0)
    xs = np.split(view, group, axis=1)
    ws = np.split(w, group, axis=0)
    y = [np.tensordot(a, k, axes=([1, 4, 5], [1, 2, 3])) for a, k in zip(xs, ws)]
    y = np.moveaxis(np.concatenate(y, axis=3), 3, 1)
    return y if b is None else y + b[:, None, None]


def max_pool(attr, x):
    return windows(x, attr, attr["kernel_shape"], -np.inf).max(axis=(4, 5))


def average_pool(attr, x):
    kernel = attr["kernel_shape"]
    view = windows(x, attr, kernel, 0)
    count = windows(np.ones_like(x), attr, kernel, 0)
    return view.sum(axis=(4, 5)) / count.sum(axis=(4, 5))


def batch_norm(attr, x, scale, bias, mean, var):
    tail = (1,) * (x.ndim - 2)
    c = [v.reshape((-1,) + tail) for v in (scale, bias, mean, var)]
    return (x - c[2]) / np.sqrt(c[3] + attr.get("epsilon", 1e-5)) * c[0] + c[1]


def gemm(attr, a, b, c=0.0):
    b = b.T if attr.get("transB", 0) else b
    return attr.get("alpha", 1.0) * (a @ b) + attr.get("beta", 1.0) * c


def reshape(_, x, shape):
    shape = [x.shape[i] if n == 0 else n for i, n in enumerate(shape.astype(int))]
    # Networks are written for one image; here all go through at once.
    return x.reshape([len(x) if i == 0 and n == 1 else n for i, n in enumerate(shape)])


def slices(attr, x, *inputs):
    if inputs:
        start, end, axis = (int(v[0]) for v in inputs[:3])
    else:
        start, end, axis = (attr[k][0] for k in ("starts", "ends", "axes"))
    return np.moveaxis(np.moveaxis(x, axis, 0)[start:end], 0, axis)


def split(attr, x, lengths=None):
    lengths = attr.get("split") if lengths is None else lengths.astype(int)
    axis = attr.get("axis", 0)
    if lengths is None:
        return np.array_split(x, attr["outputs"], axis=axis)
    return np.split(x, np.cumsum(lengths)[:-1], axis=axis)


OPERATORS = {
    "Add": lambda _, a, b: a + b,
    "AveragePool": average_pool,
    "BatchNormalization": batch_norm,
    "Concat": lambda attr, *x: np.concatenate(x, axis=attr["axis"]),
    "Constant": lambda attr: numpy_helper.to_array(attr["value"]).astype(float),
    "Conv": conv,
    "Dropout": lambda _, x, *rest: x,
    "Flatten": lambda _, x: x.reshape(len(x), -1),
    "Gemm": gemm,
    "GlobalAveragePool": lambda _, x: x.mean(axis=(2, 3), keepdims=True),
    "Identity": lambda _, x: x,
    "MatMul": lambda _, a, b: a @ b,
    "MaxPool": max_pool,
    "Relu": lambda _, x: np.maximum(x, 0),
    "Reshape": reshape,
    "Slice": slices,
    "Split": split,
    "Sum": lambda _, *x: sum(x),
}


def run(model, images):
    """All values of the graph by name."""
    graph = model.graph
    values = {t.name: numpy_helper.to_array(t).astype(float) for t in graph.initializer}
    inputs = [i.name for i in graph.input if i.name not in values]
    values[inputs[0]] = images.astype(float)
    for node in graph.node:
        attr = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        attr.setdefault("outputs", len(node.output))
        out = OPERATORS[node.op_type](attr, *(values[i] for i in node.input if i))
        if node.op_type != "Split":
            out = [out]
        values.update(zip(node.output, out))
    return values
