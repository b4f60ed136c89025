#DOCSTRING#
import ast
import copy
import math
import struct
import zipfile
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

FORMS = ("auto", "gather", "dense")

# What a training step (forward, backward, Adam) costs in the gather form, by device, counted in inputs of a dense layer: for each edge,
# and for each output neuron whatever its fan-in. Measured on one thread of a CPU at batch 256 with PyTorch 1.13 and 2.15: the forms
# break even at densities of 18 to 24 % on layers of 784 to 4096 inputs, and on 64 inputs the dense form is always the faster one.
# Other devices were not measured, and take the dense form unless the gather form is asked for.
EDGE_COST, OUTPUT_COST = {"cpu": 4.5}, {"cpu": 64}


class PatternLinear(nn.Module):
    """A linear layer over a fixed pattern of edges, of which every output neuron has equally many: y = x W^T + b.

    Parameters, gradients and the state of an optimiser hold one number an edge and one bias an output neuron: an absent edge has
    nothing that momentum or weight decay could revive.

    `weight` is [out_features, fan_in]: the weights of output neuron j stand in the order of `sources[j]`, the input neurons that feed
    it, ascending. Two ways of computing give the same numbers up to rounding: "gather" does work for edges alone, "dense" builds the
    dense matrix anew in every step and multiplies by that; "auto" takes the faster one by density and device (EDGE_COST). The gather
    form computes in the type of its weights, also under autocast.

    mask: [out_features, in_features], anything but 0 where there is an edge. All output neurons have one fan-in; the fan-outs of the
    input neurons are equal, or, where the edges cannot be shared out equally, differ by one. ValueError for any other mask.
    """

    def __init__(self, mask, bias=True, form="auto", device=None, dtype=None):
        super().__init__()
        if form not in FORMS:
            raise ValueError(f"form must be one of {', '.join(FORMS)}; got {form!r}")
        edges = _edges_of(mask)
        self.form = form
        self.out_features, self.in_features = edges.shape
        sources = edges.nonzero()[:, 1].view(self.out_features, -1)
        self.fan_in = sources.shape[1]
        self.density = self.fan_in / self.in_features
        self.weight = nn.Parameter(torch.empty(sources.shape, device=device, dtype=dtype))
        self.bias = nn.Parameter(torch.empty(self.out_features, device=device, dtype=dtype)) if bias else None
        self.register_buffer("sources", sources.to(device=device, dtype=torch.int32))
        for name, table in zip(("targets", "to_targets", "to_sources"), _reversed(sources, self.in_features)):
            self.register_buffer(name, table.to(device=device, dtype=torch.int32), persistent=False)
        self.reset_parameters()

    @classmethod
    def from_linear(cls, linear, mask=None, form="auto"):
        """The layer with the weights that a torch.nn.Linear has on a mask's edges; without a mask, on its weights that are not 0."""
        weight = linear.weight.detach()
        mask = weight != 0 if mask is None else torch.as_tensor(mask)
        if mask.shape != weight.shape:
            raise ValueError(f"the mask is {list(mask.shape)}; expected {list(weight.shape)}, the shape of the layer's weights")
        layer = cls(mask, linear.bias is not None, form, weight.device, weight.dtype)
        with torch.no_grad():
            layer.weight.copy_(weight.gather(1, layer.sources.long()))
            if linear.bias is not None:
                layer.bias.copy_(linear.bias)
        return layer

    def to_linear(self):
        """A torch.nn.Linear that computes the same, its weights 0 where there is no edge (and free to leave it in further training)."""
        has_bias = self.bias is not None
        linear = nn.Linear(self.in_features, self.out_features, has_bias, self.weight.device, self.weight.dtype)
        with torch.no_grad():
            linear.weight.copy_(self.dense_weight())
            if has_bias:
                linear.bias.copy_(self.bias)
        return linear

    def mask(self):
        """The edges as a bool tensor [out_features, in_features]."""
        mask = torch.zeros(self.out_features, self.in_features, dtype=torch.bool, device=self.weight.device)
        return mask.scatter(1, self.sources.long(), True)

    def dense_weight(self):
        """The weights as [out_features, in_features], 0 where there is no edge; gradients go through it."""
        zeros = torch.zeros(self.out_features, self.in_features, dtype=self.weight.dtype, device=self.weight.device)
        return zeros.scatter(1, self.sources.long(), self.weight)

    def reset_parameters(self):
        """As Scattershot's own trainings start: weights N(0, 2 / fan-in) with the fan-in of the pattern (He et al. 2015), biases 0.1."""
        nn.init.normal_(self.weight, std=math.sqrt(2 / self.fan_in))
        if self.bias is not None:
            nn.init.constant_(self.bias, 0.1)

    def forward(self, x):
        if not self.gathers(x.device):
            return functional.linear(x, self.dense_weight(), self.bias)
        if x.shape[-1] != self.in_features:
            raise ValueError(f"the input has {x.shape[-1]} features; expected {self.in_features}")
        if x.dtype in (torch.float16, torch.bfloat16):
            x = x.to(self.weight.dtype)
        columns = x.reshape(-1, self.in_features).t().contiguous()
        y = _Gather.apply(self.weight, columns, self.sources, self.targets, self.to_targets, self.to_sources).t()
        y = y.reshape(*x.shape[:-1], self.out_features)
        return y if self.bias is None else y + self.bias

    def gathers(self, device):
        """Whether the layer takes its gather form for inputs on a device."""
        if self.form != "auto":
            return self.form == "gather"
        # Types of 16 bits were not measured, and PyTorch 1.13 has no gather form of bfloat16 on a CPU.
        if device.type not in EDGE_COST or self.weight.dtype not in (torch.float32, torch.float64):
            return False
        return self.fan_in * EDGE_COST[device.type] + OUTPUT_COST[device.type] <= self.in_features

    def extra_repr(self):
        degrees = f"fan_in={self.fan_in}, density={self.density:.4g}"
        return f"{self.in_features}, {self.out_features}, {degrees}, bias={self.bias is not None}, form={self.form}"

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
        held = state_dict.get(prefix + "sources")
        if held is not None and not torch.equal(held.to(self.sources), self.sources):
            error_msgs.append(f"{prefix}sources: the state is of another pattern, and weights would go to edges that are not theirs")
            return
        super()._load_from_state_dict(
            state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
        )


def network(activation=nn.ReLU, bias=True, form="auto", device=None, dtype=None):
    """The whole network: a PatternLinear a junction, activation() between them, logits out."""
    modules = []
    for mask in read_masks():
        modules += [PatternLinear(mask, bias, form, device, dtype), activation()]
    return nn.Sequential(*modules[:-1])


def dense_copy(module):
    """A copy of a module with a torch.nn.Linear in the place of every PatternLinear, for ONNX and other tools that know no pattern."""
    if isinstance(module, PatternLinear):
        return module.to_linear()
    copied = copy.deepcopy(module)
    for name, child in module.named_children():
        setattr(copied, name, dense_copy(child))
    return copied


def read_masks(path=None):
    """The masks of a .npz, junction1, junction2, …, as uint8 tensors [right, left]. path: by default the .npz beside this file."""
    path = Path(__file__).with_suffix(".npz") if path is None else Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: it holds the pattern, and belongs beside {Path(__file__).name}")
    with zipfile.ZipFile(path) as archive:
        members = set(archive.namelist())
        masks = []
        while f"junction{len(masks) + 1}.npy" in members:
            name = f"junction{len(masks) + 1}.npy"
            masks.append(_array(archive.read(name), name))
    if not masks:
        raise ValueError(f"{path} holds no junction1")
    return masks


def _array(content, name):
    """A .npy of bytes (format: numpy.lib.format) without numpy."""
    if content[:6] != b"\x93NUMPY":
        raise ValueError(f"{name} is no .npy array")
    start, size = (10, "<H") if content[6] == 1 else (12, "<I")
    begin = start + struct.unpack_from(size, content, 8)[0]
    header = ast.literal_eval(content[start:begin].decode("latin1"))
    if header["descr"] not in ("|u1", "|b1") or len(header["shape"]) != 2 or header["fortran_order"]:
        raise ValueError(f"{name} must be rows of uint8 or bool; got {header}")
    return torch.frombuffer(bytearray(content), dtype=torch.uint8, offset=begin).view(header["shape"])


def _edges_of(mask):
    """A mask as bool, its degrees checked. ValueError that names the first neuron at fault."""
    mask = torch.as_tensor(mask)
    if mask.dim() != 2 or mask.numel() == 0:
        raise ValueError(f"a mask is [out_features, in_features]; got the shape {list(mask.shape)}")
    if mask.is_floating_point() and not torch.isfinite(mask).all():
        raise ValueError("the mask has items that are NaN or infinite")
    edges = (mask != 0).cpu()
    out_features, in_features = edges.shape
    fan_ins, fan_outs = edges.sum(1), edges.sum(0)
    fan_in = int(fan_ins.median())
    _require_degrees(fan_ins, fan_in, fan_in, "output", "fan-in")
    if fan_in == 0:
        raise ValueError("output neuron 0 has fan-in 0: the mask has no edges")
    least, rest = divmod(out_features * fan_in, in_features)
    if least == 0:
        raise ValueError(f"input neuron {int(fan_outs.argmin())} has fan-out 0: there are fewer edges than input neurons")
    _require_degrees(fan_outs, least, least + (rest > 0), "input", "fan-out")
    return edges


def _require_degrees(degrees, least, most, side, word):
    wrong = ((degrees < least) | (degrees > most)).nonzero()
    if len(wrong) == 0:
        return
    neuron = int(wrong[0])
    expected = f"{least}" if least == most else f"{least} or {most}"
    held = f"{int(degrees.min())} to {int(degrees.max())}"
    raise ValueError(f"{side} neuron {neuron} has {word} {int(degrees[neuron])}; expected {expected} (the mask has {word} {held})")


def _reversed(sources, in_features):
    """The same edges by input neuron: (targets, to_targets, to_sources).

    targets [in_features, most fan-out] holds the output neurons of each input neuron. to_targets has that shape, and says for each
    place which flat position of `sources` it is; one past the last where a neuron has an edge less than others. to_sources, of the
    shape of `sources`, says for each edge which flat position of `targets` it is.
    """
    flat = sources.reshape(-1)
    order = torch.argsort(flat, stable=True)
    fan_outs = torch.bincount(flat, minlength=in_features)
    most = int(fan_outs.max())
    starts = fan_outs.cumsum(0) - fan_outs
    place = flat[order] * most + torch.arange(len(flat)) - starts.repeat_interleave(fan_outs)
    targets = torch.zeros(in_features * most, dtype=torch.long)
    targets[place] = order.div(sources.shape[1], rounding_mode="floor")
    to_targets = torch.full((in_features * most,), len(flat))
    to_targets[place] = order
    to_sources = torch.empty_like(flat)
    to_sources[order] = place
    return targets.view(in_features, most), to_targets.view(in_features, most), to_sources.view_as(sources)


def _rearranged(weight, positions):
    """Numbers by edge in another order; a position one past the last stands for an edge that is not there, and gives 0."""
    padded = torch.cat([weight.reshape(-1), weight.new_zeros(1)])
    return padded.index_select(0, positions.reshape(-1)).view(positions.shape)


class _Gather(torch.autograd.Function):
    """y[n] = sum over f of weight[n, f] * x[table[n, f]], for rows x[m] and y[n] of any width.

    back, to_back and to_table are as _reversed gives them for table. Both derivatives are sums of the same two kinds over the same
    edges, table and back having changed places where x is meant; so they have derivatives again, to any order.
    """

    @staticmethod
    def forward(ctx, weight, x, table, back, to_back, to_table):
        ctx.save_for_backward(weight, x, table, back, to_back, to_table)
        return functional.embedding_bag(table, x, per_sample_weights=weight, mode="sum")

    @staticmethod
    def backward(ctx, grad):
        weight, x, table, back, to_back, to_table = ctx.saved_tensors
        grad = grad.contiguous()
        grad_weight = grad_x = None
        if ctx.needs_input_grad[0]:
            grad_weight = _Dots.apply(grad, x, table, back, to_back, to_table)
        if ctx.needs_input_grad[1]:
            grad_x = _Gather.apply(_rearranged(weight, to_back), grad, back, table, to_table, to_back)
        return grad_weight, grad_x, None, None, None, None


class _Dots(torch.autograd.Function):
    """d[n, f] = y[n] . x[table[n, f]], the derivative of _Gather by its weights. The tables are as there."""

    @staticmethod
    def forward(ctx, y, x, table, back, to_back, to_table):
        ctx.save_for_backward(y, x, table, back, to_back, to_table)
        rows, degree = table.shape
        starts = torch.arange(0, rows * degree, degree, dtype=table.dtype, device=table.device)
        row_of = torch.arange(rows, dtype=table.dtype, device=table.device).repeat_interleave(degree)
        # What embedding_bag itself computes this derivative by; it has no public name.
        dots = torch.ops.aten._embedding_bag_per_sample_weights_backward(y, x, table.reshape(-1), starts, row_of, 0, -1)
        return dots.view(rows, degree)

    @staticmethod
    def backward(ctx, grad):
        y, x, table, back, to_back, to_table = ctx.saved_tensors
        grad_y = grad_x = None
        if ctx.needs_input_grad[0]:
            grad_y = _Gather.apply(grad, x, table, back, to_back, to_table)
        if ctx.needs_input_grad[1]:
            grad_x = _Gather.apply(_rearranged(grad, to_back), y, back, table, to_table, to_back)
        return grad_y, grad_x, None, None, None, None
