#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""make_models.py DIR: ONNX files for the tests of dyndnn-import.

For every network that must be imported NAME.onnx, NAME.in (images as f32, C,H,W) and NAME.out (the
logits of some levels of all images, by reference.py), for every one that must be refused NAME.onnx
alone. expect.txt has a line for each, separated by tabs:

good NAME groups classes image-channels image-height image-width first-level
bad NAME TEXT...        each text must be in the message
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import reference  # noqa: E402

IMAGES = 3


class Net:
    """A graph being written: each method adds a node after the last one."""

    def __init__(self, name, image, classes=10, opset=13, batch=1, raw=True):
        self.name, self.image, self.classes = name, image, classes
        self.opset, self.batch, self.raw = opset, batch, raw
        self.rng = np.random.default_rng(sum(name.encode()))
        self.nodes, self.weights, self.channels = [], [], {"image": image[0]}
        self.last, self.listed, self.tail = "image", False, []

    def const(self, name, array, dtype=np.float32):
        array = np.asarray(array, dtype)
        if self.raw:
            tensor = numpy_helper.from_array(array, name)
        else:
            kind = helper.NP_TYPE_TO_TENSOR_TYPE if hasattr(helper, "NP_TYPE_TO_TENSOR_TYPE") else \
                onnx.mapping.NP_TYPE_TO_TENSOR_TYPE
            tensor = helper.make_tensor(name, kind[array.dtype], array.shape,
                                        array.flatten().tolist())
        self.weights.append(tensor)
        return name

    def add(self, op, inputs=(), source=None, outputs=1, name=None, **attr):
        name = name or f"{op.lower()}{len(self.nodes)}"
        source = self.last if source is None else source
        sources = source if isinstance(source, list) else [source]
        names = [name + "_out"] if outputs == 1 else [f"{name}_out{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, [*sources, *inputs], names, name, **attr))
        for out in names:
            self.channels[out] = self.channels.get(sources[0]) if sources else None
        self.last = names[0]
        return names[0] if outputs == 1 else names

    def conv(self, outs, kernel, group=1, bias=True, source=None, **attr):
        source = source or self.last
        i = len(self.nodes)
        ins = self.channels[source] // group
        w = self.rng.normal(0, np.sqrt(2 / (ins * kernel**2)), (outs, ins, kernel, kernel))
        inputs = [self.const(f"w{i}", w)]
        if bias:
            inputs.append(self.const(f"b{i}", self.rng.normal(0, 0.1, outs)))
        if group > 1:
            attr["group"] = group
        out = self.add("Conv", inputs, source, kernel_shape=[kernel] * 2, **attr)
        self.channels[out] = outs
        return out

    def norm(self, **attr):
        i, c = len(self.nodes), self.channels[self.last]
        inputs = [
            self.const(f"scale{i}", self.rng.uniform(0.5, 1.5, c) * self.rng.choice([-1, 1], c)),
            self.const(f"shift{i}", self.rng.normal(0, 0.3, c)),
            self.const(f"mean{i}", self.rng.normal(0, 0.3, c)),
            self.const(f"var{i}", self.rng.uniform(0.2, 2, c)),
        ]
        return self.add("BatchNormalization", inputs, **attr)

    def relu(self):
        return self.add("Relu")

    def pool(self, kind, kernel, stride=None, **attr):
        return self.add(kind, kernel_shape=[kernel] * 2, strides=[stride or kernel] * 2, **attr)

    def mean(self):
        return self.add("GlobalAveragePool")

    def flatten(self, source=None):
        return self.add("Flatten", source=source)

    def gemm(self, ins, outs, trans=1, source=None, bias=True, **attr):
        i = len(self.nodes)
        w = self.rng.normal(0, np.sqrt(2 / ins), (outs, ins))
        inputs = [self.const(f"w{i}", w if trans else w.T)]
        if bias:
            inputs.append(self.const(f"b{i}", self.rng.normal(0, 0.5, outs)))
        return self.add("Gemm", inputs, source, transB=trans, **attr)

    def model(self):
        info = helper.make_tensor_value_info
        inputs = [info("image", TensorProto.FLOAT, [self.batch, *self.image])]
        if self.listed:
            inputs += [info(t.name, t.data_type, t.dims) for t in self.weights]
        outputs = [info(self.last, TensorProto.FLOAT, [self.batch, self.classes, *self.tail])]
        graph = helper.make_graph(self.nodes, self.name, inputs, outputs, self.weights)
        opsets = [helper.make_opsetid("", self.opset)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=4 if self.listed else 7,
                                 producer_name="make_models")


# --- networks of others, layer by layer -----------------------------------------------------------


def lenet5(name, pool, hidden_as_conv):
    """LeCun 1998: C1 6 5x5, S2, C3 16 5x5, S4, C5 120, F6 84, 10; with ReLU."""
    net = Net(name, (1, 32, 32), batch="N")
    net.conv(6, 5)
    net.relu()
    net.pool(pool, 2)
    net.conv(16, 5)
    net.relu()
    net.pool(pool, 2)
    if hidden_as_conv:
        net.conv(120, 5)
        net.relu()
        net.flatten()
    else:
        net.flatten()
        net.gemm(16 * 5 * 5, 120)
        net.relu()
    net.gemm(120, 84, trans=0)
    net.relu()
    net.gemm(84, 10)
    return net


def all_cnn_c():
    """Springenberg 2014 (arXiv 1412.6806), model C with convolutions for pools; without softmax."""
    net = Net("all-cnn-c", (3, 32, 32))
    layers = [(96, 3, 1, 1), (96, 3, 1, 1), (96, 3, 2, 1), (192, 3, 1, 1), (192, 3, 1, 1),
              (192, 3, 2, 1), (192, 3, 1, 0), (192, 1, 1, 0), (10, 1, 1, 0)]
    for i, (outs, kernel, stride, pad) in enumerate(layers):
        if i in (0, 3, 6):
            net.add("Dropout")
        net.conv(outs, kernel, strides=[stride] * 2, pads=[pad] * 4)
        net.relu()
    net.mean()
    net.flatten()
    return net


# --- networks with groups -------------------------------------------------------------------------


def group_body(net):
    net.conv(16, 3, bias=False, pads=[1] * 4)
    net.norm()
    net.relu()
    net.pool("MaxPool", 2)
    net.conv(24, 3, 4, bias=False, pads=[1] * 4)
    net.norm(epsilon=1e-3)
    net.relu()
    net.pool("AveragePool", 3, 2, pads=[1] * 4)
    net.conv(32, 3, 4, pads=[1] * 4, strides=[2, 2])
    net.relu()


def group4():
    net = Net("group4", (3, 16, 16))
    group_body(net)
    net.flatten()
    net.gemm(32 * 4, 10)
    return net, []


def add_up(net, parts):
    """Logits of each level."""
    sums = [parts[0]]
    for part in parts[1:]:
        sums.append(net.add("Add", [part], sums[-1]))
    return sums


def add_backwards(net, parts):
    """The output adds them the other way round, which does not change what the levels are."""
    sums = add_up(net, parts)
    net.add("Sum", source=parts[::-1])
    return sums


def group4_split(opset):
    net = Net(f"group4-split-{opset}", (3, 16, 16), opset=opset)
    group_body(net)
    net.mean()
    net.flatten()
    if opset < 13:
        parts = net.add("Split", outputs=4, axis=1, split=[8] * 4)
    else:
        parts = net.add("Split", [net.const("eight", [8] * 4, np.int64)], outputs=4, axis=1)
    return net, add_up(net, [net.gemm(8, 10, source=p) for p in parts])


def group4_slice(opset):
    """Channels of the map are sliced, each group has a flatten of its own."""
    net = Net(f"group4-slice-{opset}", (3, 16, 16), opset=opset)
    group_body(net)
    body, parts = net.last, []
    for g in range(4):
        first, last = 8 * g, 8 * g + 8 if g < 3 else 2**31 - 1
        if opset < 10:
            net.add("Slice", source=body, axes=[1], starts=[first], ends=[last])
        else:
            ints = [net.const(f"{k}{g}", [v], np.int64)
                    for k, v in (("start", first), ("end", last), ("axis", 1))]
            net.add("Slice", ints, body)
        net.flatten()
        parts.append(net.gemm(8 * 4, 10))
    return net, add_up(net, parts)


def first_layer_only():
    """Groups of one convolution, as the slices for the Gemms have it."""
    net = Net("first-layer", (1, 12, 12))
    net.conv(12, 3)
    net.pool("MaxPool", 2)
    net.relu()
    net.flatten()
    parts = net.add("Split", outputs=3, axis=1)
    return net, add_backwards(net, [net.gemm(4 * 25, 10, source=p) for p in parts])


def branches():
    """Groups as networks of their own, without a group convolution."""
    net, parts = Net("branches", (3, 16, 16)), []
    for _ in range(3):
        net.conv(8, 3, source="image", pads=[1] * 4)
        net.relu()
        net.pool("MaxPool", 2)
        net.conv(10, 1)
        net.mean()
        parts.append(net.flatten())
    return net, add_up(net, parts)


def classes_apart():
    """Each group gives some of the logits, and a constant is added to all."""
    net = Net("classes-apart", (3, 8, 8))
    net.conv(8, 3)
    net.relu()
    net.conv(10, 1, 2)
    net.mean()
    net.flatten()
    net.add("Add", [net.const("offset", np.arange(10))])
    return net, []


def mean_branches():
    """Groups of one linear convolution and a mean: after they change places, all start alike."""
    net, parts = Net("mean-branches", (3, 8, 8)), []
    for _ in range(4):
        net.conv(10, 1, source="image")
        net.mean()
        parts.append(net.flatten())
    return net, add_backwards(net, parts)


def group_concat():
    """A group convolution in pieces."""
    net = Net("group-concat", (3, 16, 16))
    net.conv(8, 3)
    net.relu()
    parts = []
    for part in net.add("Split", outputs=2, axis=1):
        net.channels[part] = 4
        parts.append(net.conv(6, 3, source=part))
    net.add("Concat", source=parts, axis=1)
    net.relu()
    net.channels[net.last] = 12
    net.conv(12, 3, 2, pads=[1] * 4)
    net.mean()
    net.flatten()
    net.gemm(12, 10)
    return net, []


# --- ways to write things -------------------------------------------------------------------------


def linear_end():
    """Without a ReLU the convolution to classes and the mean change places."""
    net = Net("linear-end", (3, 34, 34))
    net.conv(8, 3)
    net.relu()
    net.conv(10, 1)
    net.mean()
    net.tail = [1, 1]
    return net


def conv_end():
    """The last convolution covers the whole map."""
    net = Net("conv-end", (1, 9, 9))
    net.conv(6, 4, strides=[2, 2])
    net.relu()
    net.conv(10, 3)
    net.tail = [1, 1]
    return net


def same_padding():
    net = Net("same-padding", (2, 17, 13))
    net.conv(5, 3, auto_pad="SAME_UPPER", strides=[2, 2])
    net.relu()
    net.conv(6, 5, auto_pad="SAME_LOWER")
    net.norm()
    net.conv(7, 3, auto_pad="VALID")
    net.relu()
    # Padding behind that no window reaches.
    net.pool("MaxPool", 3, 2, pads=[0, 0, 1, 1])
    net.add("Flatten", axis=-3)
    net.gemm(7 * 3 * 2, 10, alpha=0.5, beta=2.0)
    return net


def same_lower():
    """All padding in front, and none missing behind."""
    net = Net("same-lower", (1, 8, 8))
    net.conv(5, 3, auto_pad="SAME_LOWER", strides=[2, 2])
    net.flatten()
    net.gemm(5 * 4 * 4, 10)
    return net


def other_writing():
    """Lists instead of raw bytes, MatMul and Add, Reshape, Identity, nodes for constants."""
    net = Net("other-writing", (1, 20, 20), raw=False, classes=7)
    net.conv(4, 5)
    net.add("Identity")
    net.relu()
    net.pool("AveragePool", 4)
    source = net.last
    shape = helper.make_tensor("value", TensorProto.INT64, [2], [1, -1])
    net.add("Constant", source=[], name="shape", value=shape)
    net.add("Reshape", ["shape_out"], source)
    net.add("MatMul", [net.const("m1", net.rng.normal(0, 0.2, (64, 12)))])
    net.add("Add", [net.const("a1", net.rng.normal(0, 0.2, 12))])
    net.channels[net.last] = 12
    net.norm()
    net.relu()
    net.add("MatMul", [net.const("m2", net.rng.normal(0, 0.2, (12, 7)))])
    net.add("Add", source=[net.const("a2", net.rng.normal(0, 0.2, (1, 7))), net.last])
    return net


def old_file():
    """Weights are inputs, too; the operators of 2018."""
    net = Net("old-file", (3, 15, 15), opset=7, classes=4)
    net.listed = True
    net.conv(6, 3, strides=[2, 2], pads=[1] * 4)
    net.norm()
    net.relu()
    net.pool("AveragePool", 2)
    net.add("Dropout", ratio=0.3)
    net.flatten()
    net.gemm(6 * 4 * 4, 4)
    return net


def one_layer():
    net = Net("one-layer", (2, 5, 3), classes=3)
    net.flatten()
    net.gemm(30, 3)
    return net


def one_conv():
    """Its channels can be any number of groups, if one asks for them."""
    net = Net("one-conv", (3, 9, 9))
    net.conv(12, 3)
    net.norm()
    net.relu()
    net.pool("MaxPool", 2)
    net.pool("AveragePool", 2)
    net.flatten()
    net.gemm(12, 10)
    return net


def random_net(number):
    """Layers drawn by lot: pads, strides, what follows what."""
    rng = np.random.default_rng(number)
    side, groups = int(rng.integers(10, 20)), int(rng.integers(1, 5))
    net = Net(f"random-{number}", (int(rng.integers(1, 4)), side, side), classes=5)

    def window(kernels):
        nonlocal side
        k = int(rng.integers(kernels[0], min(kernels[1], side) + 1))
        s, p = int(rng.integers(1, 3 if side > 6 else 2)), int(rng.integers(0, k))
        side = (side + 2 * p - k) // s + 1
        return k, {"strides": [s] * 2, "pads": [p] * 4}

    for layer in range(int(rng.integers(2, 5))):
        kernel, attr = window((1, 5))
        net.conv(groups * int(rng.integers(1, 9)), kernel, groups if layer else 1,
                 bool(rng.integers(2)), **attr)
        if rng.integers(2):
            net.norm()
        if rng.integers(4):
            net.relu()
        if side > 2 and rng.integers(2):
            kernel, attr = window((2, 4))
            kind = ["MaxPool", "AveragePool"][rng.integers(2)]
            net.add(kind, kernel_shape=[kernel] * 2, **attr)
    if rng.integers(2) and side <= 15:
        net.mean()
        side = 1
    net.flatten()
    columns = net.channels[net.last] * side * side
    if groups == 1 and side <= 15 and rng.integers(2):
        net.gemm(columns, 9)
        net.channels[net.last] = columns = 9
        net.norm()
        net.relu()
    net.gemm(columns, 5, trans=int(rng.integers(2)))
    return net, groups


def good():
    yield lenet5("lenet5-max", "MaxPool", False), 1, []
    yield lenet5("lenet5-average", "AveragePool", True), 1, []
    yield all_cnn_c(), 1, []
    for net, sums in (group4(), group4_split(11), group4_split(13), group4_slice(9),
                      group4_slice(13)):
        yield net, 4, sums
    for (net, sums), groups in ((branches(), 3), (mean_branches(), 4), (first_layer_only(), 3),
                                (group_concat(), 2), (classes_apart(), 2)):
        yield net, groups, sums
    for number in range(24):
        yield *random_net(number), []
    for make in (linear_end, conv_end, same_padding, same_lower, other_writing, old_file, one_layer,
                 one_conv):
        yield make(), 1, []


# --- what must be refused -------------------------------------------------------------------------


def small(name, **options):
    net = Net(name, (3, 12, 12), **options)
    net.conv(8, 3, pads=[1] * 4)
    net.relu()
    return net


def end(net):
    net.mean()
    net.flatten()
    net.gemm(net.channels[net.last], 10)
    return net.model()


def bad_nets():
    net = small("sigmoid")
    net.add("Sigmoid", name="gate")
    yield net.name, end(net), ["Sigmoid 'gate'", "not supported", "Conv"]

    net = small("domain")
    net.add("Relu", name="mine", domain="com.example")
    yield net.name, end(net), ["Relu 'mine'", "not supported"]

    net = small("unnamed")
    net.add("Tanh", name="t")
    net.nodes[-1].name = ""
    yield net.name, end(net), ["Tanh (output 't_out')"]

    net = small("residual")
    skip = net.last
    net.conv(8, 3, pads=[1] * 4)
    net.add("Add", [skip], name="shortcut")
    yield net.name, end(net), ["Add 'shortcut'", "feature map"]

    net = small("branch")
    skip = net.last
    net.add("MaxPool", kernel_shape=[2, 2], strides=[2, 2], name="left")
    net.add("AveragePool", source=skip, kernel_shape=[2, 2], strides=[2, 2], name="right")
    net.add("Concat", source=["left_out", "right_out"], axis=1)
    net.channels[net.last] = 16
    yield net.name, end(net), ["AveragePool 'right'", "MaxPool 'left'", "branches"]

    for name, attr, text in (
            ("dilation", {"dilations": [2, 2]}, ["dilations is 2", "1..1"]),
            ("stride-9", {"strides": [9, 9]}, ["stride is 9", "1..8"]),
            ("strides", {"strides": [1, 2]}, ["strides is 1 x 2", "square"]),
            ("pads", {"pads": [1, 0, 1, 0]}, ["pads 1,0,1,0", "padding 1 on all sides"]),
            ("same-upper", {"auto_pad": "SAME_UPPER", "strides": [2, 2]},
             ["pads 0,0,1,1", "padding 0 on all sides"]),
            ("pads-large", {"pads": [3] * 4}, ["pads[0] is 3", "0..2"]),
            ("pads-negative", {"pads": [-1] * 4}, ["pads[0] is -1", "0..2"]),
            ("auto-pad", {"auto_pad": "SAME"}, ["auto_pad is 'SAME'"]),
            ("attribute", {"blur": 1}, ["attribute 'blur'"])):
        net = small(name)
        net.conv(8, 3, name="second", **attr)
        yield name, end(net), ["Conv 'second'"] + text

    net = small("kernel")
    net.add("Conv", [net.const("w", np.ones((4, 8, 3, 5)))], name="oblong")
    yield net.name, end(net), ["Conv 'oblong'", "3 x 5", "square"]

    net = small("kernel-16")
    net.conv(4, 16, name="huge", pads=[8] * 4)
    yield net.name, end(net), ["Conv 'huge'", "kernel is 16", "1..15"]

    net = small("conv-1d")
    net.add("Conv", [net.const("w", np.ones((4, 8, 3)))], name="line")
    yield net.name, end(net), ["Conv 'line'", "3 dimensions", "must have 4"]

    net = small("weights")
    net.add("Conv", [net.const("w", np.ones((4, 7, 3, 3)))], name="narrow")
    yield net.name, end(net), ["Conv 'narrow'", "7 channels in", "has 8"]

    net = small("groups-change")
    net.conv(8, 3, 2)
    net.conv(8, 3, 4, name="finer")
    yield net.name, end(net), ["Conv 'finer'", "one group already"]

    net = small("groups-join")
    net.conv(8, 3, 2)
    net.conv(8, 1, name="mix")
    yield net.name, end(net), ["Conv 'mix'", "do not read each other"]

    net = Net("depthwise", (3, 12, 12))
    net.conv(32, 3)
    net.conv(32, 3, 32, name="depth")
    yield net.name, end(net), ["Conv 'depth'", "group is 32", "1..16"]

    net = Net("group-first", (3, 12, 12))
    net.conv(6, 3, 3, name="first")
    yield net.name, end(net), ["Conv 'first'", "the image", "as a whole"]

    net = small("doubles")
    net.add("Conv", [net.const("w", np.ones((4, 8, 3, 3)), np.float64)], name="wide")
    yield net.name, end(net), ["Conv 'wide'", "DOUBLE", "must be FLOAT"]

    net = small("not-finite")
    w = np.ones((4, 8, 3, 3))
    w[1, 2, 1, 1] = np.nan
    net.add("Conv", [net.const("w", w)], name="void")
    net.channels[net.last] = 4
    yield net.name, end(net), ["Conv 'void'", "nan", "finite"]

    net = small("variance")
    ones = [net.const(f"n{i}", np.full(8, v)) for i, v in enumerate((1, 0, 0, -1))]
    net.conv(8, 3)
    net.add("BatchNormalization", ones, name="bn")
    yield net.name, end(net), ["BatchNormalization 'bn'", "var + epsilon of channel 1"]

    net = small("norm-late")
    net.norm(name="late")
    yield net.name, end(net), ["BatchNormalization 'late'", "ReLU"]

    net = small("relu-late")
    net.pool("AveragePool", 2)
    net.add("Relu", name="late")
    yield net.name, end(net), ["Relu 'late'", "follows AveragePool"]

    net = small("count-pad")
    net.pool("AveragePool", 3, pads=[1] * 4, count_include_pad=1, name="edge")
    yield net.name, end(net), ["AveragePool 'edge'", "count_include_pad is 1"]

    net = small("ceil")
    net.pool("MaxPool", 3, 2, ceil_mode=1, name="up")
    yield net.name, end(net), ["MaxPool 'up'", "ceil_mode"]

    net = Net("mean-17", (1, 19, 19))
    net.conv(4, 3)
    net.relu()
    net.add("GlobalAveragePool", name="mean")
    net.flatten()
    net.gemm(4, 10)
    yield net.name, net.model(), ["GlobalAveragePool 'mean'", "17", "prime"]

    net = small("softmax")
    net.mean()
    net.flatten()
    net.gemm(8, 10)
    net.add("Softmax", name="prob")
    yield net.name, net.model(), ["Softmax 'prob'", "not supported"]

    net = small("hidden-of-all")
    net.conv(8, 3, 2)
    net.flatten()
    net.add("Gemm", [net.const("w", np.ones((20, 800)))], name="fc1", transB=1)
    net.relu()
    net.gemm(20, 10)
    yield net.name, net.model(), ["Relu", "Gemm 'fc1'", "several groups"]

    net = Net("hidden-large", (1, 28, 28))
    net.flatten()
    net.add("Gemm", [net.const("w", np.ones((20, 784)))], name="fc1", transB=1)
    net.relu()
    net.gemm(20, 10)
    yield net.name, net.model(), ["Relu", "Gemm 'fc1'", "28 x 28", "15 x 15"]

    net = small("map-sum")
    net.mean()
    net.flatten()
    net.add("Add", [net.const("c", np.ones(8))])
    net.add("Relu", name="after")
    net.gemm(8, 10)
    yield net.name, net.model(), ["Relu 'after'", "not from Gemm"]

    net = small("columns")
    net.flatten()
    net.gemm(100, 10, name="out")
    yield net.name, net.model(), ["Gemm 'out'", "100", "1152"]

    net = small("trans-a")
    net.mean()
    net.flatten()
    net.gemm(8, 10, name="out", transA=1)
    yield net.name, net.model(), ["Gemm 'out'", "transA is 1"]

    net = small("reshape")
    net.add("Reshape", [net.const("s", [4, -1], np.int64)], name="quarters")
    net.gemm(288, 10)
    yield net.name, net.model(), ["Reshape 'quarters'", "(4, -1)", "(batch, 1152)"]

    net = small("deep")
    for _ in range(62):
        net.pool("MaxPool", 3, 1, pads=[1] * 4)
    net.add("MaxPool", kernel_shape=[3, 3], pads=[1] * 4, name="too-many")
    yield net.name, end(net), ["MaxPool 'too-many'", "layer 64", "can have 64"]

    net = small("map-out")
    yield net.name, net.model(), ["output of the graph", "4 dimensions", "logits"]

    net = small("unlike")
    one = [net.conv(c, 3, source="image") for c in (4, 6)]
    logits = []
    for c, part in zip((4, 6), one):
        net.add("GlobalAveragePool", source=part)
        net.flatten()
        logits.append(net.gemm(c, 10))
    net.add("Add", source=logits)
    yield net.name, net.model(), ["Conv", "group 2", "not like"]

    net = small("classes", classes=1)
    net.mean()
    net.flatten()
    net.gemm(8, 1)
    yield net.name, net.model(), ["classes is 1", "2..4096"]


def change(name, edit, texts):
    model = end(small(name))
    edit(model.graph)
    return name, model, texts


def bad_graphs():
    def swap(g):
        nodes = list(g.node)
        del g.node[:]
        g.node.extend(nodes[1:] + nodes[:1])

    def cycle(g):
        g.node[0].input[0] = g.node[1].output[0]

    def shape(g):
        return g.input[0].type.tensor_type.shape

    def grow(g):
        g.initializer[0].dims[0] = 2**40

    def negative(g):
        g.initializer[0].dims[0] = -8

    def shorten(g):
        g.initializer[0].raw_data = g.initializer[0].raw_data[:-4]

    def outside(g):
        g.initializer[0].data_location = TensorProto.EXTERNAL

    def elsewhere(g):
        g.initializer[0].name = "elsewhere"

    def twice(g):
        g.node[1].output[0] = g.node[0].output[0]

    def second_input(g):
        g.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [1, 3, 12, 12]))

    def no_output(g):
        g.output[0].name = "nowhere"

    conv = "Conv 'conv0'"
    yield change("order", swap, ["Relu 'relu1'", "'conv0_out'", "earlier node"])
    yield change("cycle", cycle, [conv, "'relu1_out'", "earlier node"])
    yield change("dim-huge", grow, [conv, "1099511627776", "allowed"])
    yield change("dim-negative", negative, [conv, "-8", "allowed"])
    yield change("data-short", shorten, [conv, "215 values", "must be 216"])
    yield change("external", outside, [conv, "another file"])
    yield change("missing", elsewhere, [conv, "'w0'", "no initializer"])
    yield change("twice", twice, ["Relu 'relu1'", "defined twice"])
    yield change("inputs", second_input, ["'image' and 'more'", "must have one"])
    yield change("no-output", no_output, ["'nowhere'"])
    yield change("batch", lambda g: setattr(shape(g).dim[0], "dim_value", 8),
                 ["batch", "8", "1..1"])
    yield change("channels", lambda g: setattr(shape(g).dim[1], "dim_value", 5),
                 ["channels", "1..4"])
    yield change("open-size", lambda g: setattr(shape(g).dim[2], "dim_param", "H"),
                 ["height", "not a number"])
    yield change("rank", lambda g: shape(g).dim.pop(), ["4 dimensions"])
    yield change("half", lambda g: setattr(g.input[0].type.tensor_type, "elem_type",
                                           TensorProto.FLOAT16), ["'image'", "FLOAT"])


def bad_bytes():
    whole = end(small("whole")).SerializeToString()
    yield "truncated", whole[: len(whole) // 2], ["truncated"]
    yield "one-byte", whole[:-1], ["truncated"]
    yield "text", b"not a model of any kind, but it has some length", ["no ONNX file"]
    opset = end(small("opset", opset=6))
    yield "opset-6", opset.SerializeToString(), ["operator set is 6", "7.."]
    opset.opset_import[0].version = 1000
    yield "opset-1000", opset.SerializeToString(), ["operator set is 1000", "7.."]
    yield "nested", nested(40000), ["nested"]
    # Nodes of no bytes: small in the file, large in memory.
    yield "many", field(0x3A, field(0x0A, b"") * (2**20 + 1)), ["more than 1048576 messages"]


def field(tag, data):
    """A message in a message, as protobuf writes it."""
    size, length = len(data), b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([tag]) + length + bytes([size]) + data


def nested(size):
    """A graph in an attribute of a node in a graph ... as often as so many bytes can say it."""
    graph, attribute_g, node_attribute, graph_node = b"", 0x32, 0x2A, 0x0A
    while len(graph) < size:
        graph = field(graph_node, field(node_attribute, field(attribute_g, graph)))
    return field(0x3A, graph)


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    expect = []
    for net, groups, sums in good():
        model = net.model()
        onnx.checker.check_model(model)
        images = net.rng.normal(0, 1, (IMAGES, *net.image)).astype(np.float32)
        values = reference.run(model, images)
        levels = sums or [net.last]
        logits = np.stack([values[v].reshape(IMAGES, net.classes) for v in levels])
        (out / f"{net.name}.onnx").write_bytes(model.SerializeToString())
        images.tofile(out / f"{net.name}.in")
        logits.astype(np.float32).tofile(out / f"{net.name}.out")
        line = ["good", net.name, groups, net.classes, *net.image, groups - len(levels) + 1]
        expect.append("\t".join(map(str, line)))
    bad = [(name, model.SerializeToString(), texts) for name, model, texts in bad_nets()]
    bad += [(name, model.SerializeToString(), texts) for name, model, texts in bad_graphs()]
    for name, data, texts in bad + list(bad_bytes()):
        (out / f"{name}.onnx").write_bytes(data)
        expect.append("\t".join(["bad", name, *texts]))
    # Last: it says that all others are there.
    (out / "expect.txt").write_text("\n".join(expect) + "\n")


main()
