"""The indicator scatter vector by numpy (dense BLAS products) and by scipy.sparse, on patterns passed by file.

Usage: peers.py FOLDER. Reads FOLDER/manifest.json and the arrays it names, prints one JSON document. Building the matrices is not
timed, only the products and the means. Entries come with the cheaper side of the span and shared computations already chosen, so
that the peers have the same short cuts as the kernel.
"""
import json
import os
import sys
import time

import numpy as np
import scipy.sparse as sp

WARM_UPS = 2


def measure(work, budget_ms):
    """Wall-clock milliseconds of every counted run; a first run longer than the budget is the only one."""
    begin = time.perf_counter()
    result = work()
    first = (time.perf_counter() - begin) * 1e3
    if first > budget_ms:
        return result, [first]
    for _ in range(WARM_UPS):
        work()
    times = []
    start = time.perf_counter()
    while len(times) < 3 or (time.perf_counter() - start) * 1e3 < budget_ms:
        begin = time.perf_counter()
        work()
        times.append((time.perf_counter() - begin) * 1e3)
    return result, times


def read(folder, name):
    return np.fromfile(os.path.join(folder, name), dtype=np.uint32).astype(np.int64)


def vector(entries, value):
    known = {}
    for entry in entries:
        key = entry["computation"]
        if key not in known:
            known[key] = 1.0 if entry["vacuous"] else value(entry)
    return [known[entry["computation"]] for entry in entries]


def dense_peer(junctions, entries):
    matrices = [np.ascontiguousarray(matrix.toarray(), dtype=np.float32) for matrix in junctions]
    windows = {
        entry["computation"]: None if entry["P"] is None else np.ascontiguousarray(entry["P"].toarray(), dtype=np.float32)
        for entry in entries
    }

    def value(entry):
        first, last = entry["from"] - 1, entry["to"] - 1
        window = windows[entry["computation"]]
        if entry["direction"] == "forward":
            product = matrices[first] if window is None else matrices[first] @ window
            for i in range(first + 1, last + 1):
                product = matrices[i] @ product
            product = product[: entry["averaged"]]
        else:
            product = matrices[last] if window is None else window.T @ matrices[last]
            for i in range(last - 1, first - 1, -1):
                product = product @ matrices[i]
            product = product[:, : entry["averaged"]]
        return np.count_nonzero(product) / product.size

    return lambda: vector(entries, value)


def sparse_peer(junctions, entries, dense_spans):
    """dense_spans: after the first junction of a span go on with a dense right-hand side, which is faster once rows fill."""
    transposed = [matrix.T.tocsr() for matrix in junctions]
    tables = {entry["computation"]: entry["P"] for entry in entries}

    def value(entry):
        forward = entry["direction"] == "forward"
        chain = (junctions if forward else transposed)[entry["from"] - 1 : entry["to"]]
        chain = chain if forward else chain[::-1]
        window = tables[entry["computation"]]
        product = chain[0] if window is None else chain[0] @ window
        if dense_spans and len(chain) > 1:
            product = product.toarray()
        for matrix in chain[1:]:
            product = matrix @ product
        product = product[: entry["averaged"]]
        reached = product.nnz if sp.issparse(product) else np.count_nonzero(product)
        return reached / (product.shape[0] * product.shape[1])

    return lambda: vector(entries, value)


def load(folder, net):
    junctions = []
    for i, name in enumerate(net["junctions"]):
        left, right = net["layers"][i], net["layers"][i + 1]
        sources = read(folder, name)
        starts = np.arange(right + 1) * (len(sources) // right)
        junctions.append(sp.csr_matrix((np.ones(len(sources), np.float32), sources, starts), shape=(right, left)))
    for entry in net["entries"]:
        if entry["windows"] is None:
            entry["P"] = None
            continue
        starts, members = read(folder, entry["windows"]["starts"]), read(folder, entry["windows"]["members"])
        shape = (len(starts) - 1, entry["windows"]["count"])
        entry["P"] = sp.csr_matrix((np.ones(len(members), np.float32), members, starts), shape=shape)
    return junctions


def main(folder):
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    results = []
    for net in manifest["nets"]:
        junctions, entries, budget = load(folder, net), net["entries"], net["budgetMs"]
        measured = {}
        peers = {
            "numpy": lambda: dense_peer(junctions, entries),
            "scipySparse": lambda: sparse_peer(junctions, entries, False),
            "scipyDense": lambda: sparse_peer(junctions, entries, True),
        }
        for name in net["peers"]:
            values, times = measure(peers[name](), budget)
            measured[name] = {"vector": values, "times": times}
        results.append({"name": net["name"], "peers": measured})
    versions = {"numpy": np.__version__, "scipy": sp.__name__ and __import__("scipy").__version__}
    json.dump({"versions": versions, "results": results}, sys.stdout)


main(sys.argv[1])
