"""Checks of an exported module in the PyTorch that runs this: python pytorch_checks.py FOLDER, which holds best.py and best.npz.

One line a check on stdout: its name, then ok, or "skipped" and why. Anything that fails ends the run with its traceback.
"""

import copy
import io
import os
import subprocess
import sys

import torch

sys.path.insert(0, sys.argv[1])
import best  # noqa: E402

torch.set_num_threads(1)
FULL = os.environ.get("SCATTERSHOT_TESTS") == "full"

if hasattr(torch, "func"):
    functional_call = torch.func.functional_call
else:
    from torch.nn.utils.stateless import functional_call


def balanced_mask(right, left, fan_in, seed=0):
    """Edges dealt out in turn: constant fan-in, fan-outs equal or one apart."""
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(left, generator=generator)
    mask = torch.zeros(right, left)
    mask.scatter_(1, order[torch.arange(right * fan_in) % left].view(right, fan_in), 1)
    return mask[torch.randperm(right, generator=generator)]


# exact degrees; fan-outs one apart; a permutation; one output; complete
MASKS = [balanced_mask(*sizes) for sizes in [(6, 4, 2), (10, 7, 3), (12, 12, 1), (1, 5, 5), (5, 4, 4)]]


def masked_dense(layer, mask):
    """The reference: a dense layer of the same numbers whose weights are multiplied by the mask."""
    linear = layer.to_linear()
    return linear, lambda x: torch.nn.functional.linear(x, linear.weight * mask.to(x), linear.bias)


def check_network_has_the_exported_edges():
    net = best.network()
    kinds = [type(module).__name__ for module in net]
    assert kinds == ["PatternLinear", "ReLU", "PatternLinear"], kinds
    for layer, mask in zip([net[0], net[2]], best.read_masks()):
        assert torch.equal(layer.mask(), mask.bool())
    # the exported pattern by its edges, as best.json lists them
    import json

    with open(os.path.join(sys.argv[1], "best.json")) as file:
        junctions = json.load(file)["junctions"]
    for layer, rows in zip([net[0], net[2]], junctions):
        assert layer.sources.tolist() == rows
    assert net(torch.zeros(3, net[0].in_features)).shape == (3, net[2].out_features)
    assert [type(module).__name__ for module in best.network(torch.nn.Tanh)][1] == "Tanh"


def check_only_edges_and_biases_are_parameters():
    net = best.network()
    edges = sum(int(mask.sum()) for mask in best.read_masks())
    biases = net[0].out_features + net[2].out_features
    assert sum(parameter.numel() for parameter in net.parameters()) == edges + biases
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.randn(4, net[0].in_features)).sum().backward()
    optimizer.step()
    moments = [state["exp_avg"].numel() + state["exp_avg_sq"].numel() for state in optimizer.state.values()]
    assert sum(moments) == 2 * (edges + biases)
    large = best.PatternLinear(balanced_mask(300, 500, 10))
    held = sum(tensor.numel() for tensor in [*large.parameters(), *large.buffers()])
    assert held <= 5 * 3000 + 300, held


def check_gradients_equal_masked_dense():
    for mask in [*MASKS, balanced_mask(64, 256, 4)]:
        for form in ["gather", "dense"]:
            for dtype, tolerance in [(torch.float32, 1e-6), (torch.float64, 1e-14)]:
                torch.manual_seed(1)
                layer = best.PatternLinear(mask, form=form, dtype=dtype)
                linear, reference = masked_dense(layer, mask)
                x = torch.randn(3, 5, mask.shape[1], dtype=dtype, requires_grad=True)
                x2 = x.detach().clone().requires_grad_()
                target = torch.randn(3, 5, mask.shape[0], dtype=dtype) / 8
                y, y2 = layer(x), reference(x2)
                (y * target).sum().backward()
                (y2 * target).sum().backward()
                pairs = [
                    (y, y2),
                    (x.grad, x2.grad),
                    (layer.weight.grad, linear.weight.grad.gather(1, layer.sources.long())),
                    (layer.bias.grad, linear.bias.grad),
                ]
                for got, expected in pairs:
                    error = (got - expected).abs().max() / expected.abs().max().clamp(min=1)
                    assert error <= tolerance, (form, dtype, float(error))


def check_derivatives_of_any_order():
    torch.manual_seed(2)
    for mask in MASKS:
        for form in ["gather", "dense"]:
            layer = best.PatternLinear(mask, form=form, dtype=torch.float64)
            x = torch.randn(3, mask.shape[1], dtype=torch.float64, requires_grad=True)

            def call(x, weight, bias):
                return functional_call(layer, {"weight": weight, "bias": bias}, (x,))

            inputs = (x, layer.weight, layer.bias)
            assert torch.autograd.gradcheck(call, inputs)
            assert torch.autograd.gradgradcheck(call, inputs)
    # a third derivative, against the dense form
    results = []
    for form in ["gather", "dense"]:
        torch.manual_seed(3)
        layer = best.PatternLinear(MASKS[1], form=form, dtype=torch.float64)
        x = torch.randn(3, 7, dtype=torch.float64, requires_grad=True)
        value = layer(x).tanh().sum()
        for _ in range(2):
            value = torch.autograd.grad(value, x, create_graph=True)[0].square().sum()
        results.append(torch.autograd.grad(value, layer.weight)[0])
    assert torch.allclose(*results, rtol=1e-10, atol=1e-12)


def check_absent_edges_never_come_back():
    for form in ["gather", "dense"]:
        torch.manual_seed(4)
        mask = balanced_mask(32, 64, 4)
        linear = torch.nn.Linear(64, 32)  # dense: every absent edge had a weight, a gradient and momentum before
        start = linear.weight.detach().clone()
        layer = best.PatternLinear.from_linear(linear, mask, form)
        optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, momentum=0.9, weight_decay=0.1)
        for _ in range(20):
            optimizer.zero_grad()
            layer(torch.randn(16, 64)).square().sum().backward()
            optimizer.step()
        weight = layer.to_linear().weight
        assert torch.equal(weight[mask == 0], torch.zeros(int((mask == 0).sum())))
        assert not torch.equal(weight[mask == 1], start[mask == 1])


def check_dense_layers_there_and_back():
    mask = MASKS[1]
    for bias in [True, False]:
        linear = torch.nn.Linear(7, 10, bias)
        layer = best.PatternLinear.from_linear(linear, mask)
        back = layer.to_linear()
        assert torch.equal(back.weight, linear.weight * mask)
        assert (back.bias is None) == (not bias) and (not bias or torch.equal(back.bias, linear.bias))
        again = best.PatternLinear.from_linear(back)
        assert torch.equal(again.mask(), mask.bool()) and torch.equal(again.weight, layer.weight)
    net = best.network()
    dense = best.dense_copy(net)
    assert not any(isinstance(module, best.PatternLinear) for module in dense.modules())
    x = torch.randn(3, net[0].in_features)
    assert torch.allclose(net(x), dense(x), atol=1e-5)


def check_state_dict_round_trip():
    net = best.network()
    stored = io.BytesIO()
    torch.save(net.state_dict(), stored)
    stored.seek(0)
    other = best.network()
    x = torch.randn(3, net[0].in_features)
    assert not torch.equal(net(x), other(x))
    other.load_state_dict(torch.load(stored))
    assert torch.equal(net(x), other(x))
    assert sorted(net.state_dict()) == ["0.bias", "0.sources", "0.weight", "2.bias", "2.sources", "2.weight"]
    assert torch.equal(copy.deepcopy(net)(x), net(x))
    another = best.PatternLinear(balanced_mask(6, 4, 2, seed=5))
    for strict in [True, False]:
        message = refusal(RuntimeError, lambda: another.load_state_dict(best.PatternLinear(MASKS[0]).state_dict(), strict))
        assert "another pattern" in message, message


def refusal(kind, call):
    try:
        call()
    except kind as error:
        return str(error)
    raise AssertionError("it was not refused")


def check_faulty_masks_are_refused_by_neuron():
    def with_changes(*changes):
        mask = torch.tensor([[1, 1, 0, 0], [0, 0, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1]])
        for j, k, value in changes:
            mask[j, k] = value
        return mask

    cases = [
        (with_changes((2, 2, 1)), "output neuron 2 has fan-in 3; expected 2 (the mask has fan-in 2 to 3)"),
        (with_changes((1, 2, 0), (1, 0, 1)), "input neuron 0 has fan-out 3; expected 2 (the mask has fan-out 1 to 3)"),
        (torch.zeros(3, 4), "output neuron 0 has fan-in 0: the mask has no edges"),
        (torch.tensor([[1, 1, 0, 0]]), "input neuron 2 has fan-out 0: there are fewer edges than input neurons"),
        # 6 edges of 4 inputs: fan-outs 1 or 2
        (torch.tensor([[1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1]]), "input neuron 0 has fan-out 3; expected 1 or 2"),
        (torch.zeros(4), "[out_features, in_features]; got the shape [4]"),
        (torch.tensor([[float("nan"), 1.0]]), "NaN or infinite"),
    ]
    for mask, part in cases:
        message = refusal(ValueError, lambda: best.PatternLinear(mask))
        assert part in message, message
    assert "form must be one of" in refusal(ValueError, lambda: best.PatternLinear(MASKS[0], form="sparse"))
    assert "expected [10, 7]" in refusal(ValueError, lambda: best.PatternLinear.from_linear(torch.nn.Linear(7, 10), MASKS[0]))
    assert "has 5 features; expected 4" in refusal(ValueError, lambda: best.PatternLinear(MASKS[0], form="gather")(torch.zeros(2, 5)))


def check_the_form_follows_density():
    cpu, other = torch.device("cpu"), torch.device("meta")
    assert best.PatternLinear(balanced_mask(64, 512, 8)).gathers(cpu)
    assert not best.PatternLinear(balanced_mask(64, 512, 256)).gathers(cpu)
    assert not best.PatternLinear(balanced_mask(64, 512, 8)).gathers(other)
    assert best.PatternLinear(balanced_mask(64, 512, 8), form="gather").gathers(other)
    assert not best.PatternLinear(balanced_mask(64, 512, 8), form="dense").gathers(cpu)
    layer = best.PatternLinear(balanced_mask(64, 512, 8)).bfloat16()
    assert layer(torch.ones(2, 512, dtype=torch.bfloat16)).dtype == torch.bfloat16 and not layer.gathers(cpu)


def check_inputs_of_any_shape():
    for form in ["gather", "dense"]:
        layer = best.PatternLinear(MASKS[1], form=form)
        assert layer(torch.zeros(7)).shape == (10,)
        assert layer(torch.zeros(0, 7)).shape == (0, 10)
        assert layer(torch.zeros(2, 3, 4, 7)).shape == (2, 3, 4, 10)
        layer(torch.zeros(0, 7)).sum().backward()
        assert torch.equal(layer.weight.grad, torch.zeros_like(layer.weight))
    assert best.PatternLinear(MASKS[1], form="gather")(torch.zeros(3, 7, dtype=torch.bfloat16)).dtype == torch.float32


def check_torch_compile():
    if not hasattr(torch, "compile"):
        return "PyTorch 1 has no torch.compile"
    # inductor compiles C++ for half a minute
    for backend in ["aot_eager", "inductor"] if FULL else ["aot_eager"]:
        for form in ["gather", "dense"]:
            torch.manual_seed(6)
            layer = best.PatternLinear(balanced_mask(32, 64, 4), form=form)
            x = torch.randn(8, 64, requires_grad=True)
            results = []
            for call in [layer, torch.compile(layer, backend=backend, fullgraph=True)]:
                layer.zero_grad()
                x.grad = None
                call(x).square().sum().backward()
                results.append((x.grad.clone(), layer.weight.grad.clone(), layer.bias.grad.clone()))
            for plain, compiled in zip(*results):
                assert torch.allclose(plain, compiled, rtol=1e-5, atol=1e-5)


def check_nothing_but_torch_is_imported():
    code = (
        "import sys; sys.modules['numpy'] = None; sys.path.insert(0, sys.argv[1]); import torch, best;"
        "print(best.network()(torch.zeros(1, best.network()[0].in_features)).shape[0])"
    )
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", code, sys.argv[1]], capture_output=True, text=True)
    assert run.stdout == "1\n", run.stderr


def check_a_missing_pattern_is_said():
    message = refusal(FileNotFoundError, lambda: best.read_masks(os.path.join(sys.argv[1], "none.npz")))
    assert "it holds the pattern" in message, message


for name, check in list(globals().items()):
    if name.startswith("check_"):
        skipped = check()
        print(name[6:], "ok" if skipped is None else f"skipped: {skipped}", flush=True)
