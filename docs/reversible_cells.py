"""The library's cells and classifiers in PyTorch: what its weights, written with SaveAsSafetensors, mean.

Not made for speed or training, but to read, to go on from, and to check against: probabilities differ from the library's by less than 1e-6. Run it as
    python3 reversible_cells.py model.safetensors 5 7 12
for the class probabilities of the tokens 5, 7, 12. It takes classifiers without numbers or n-grams beside the tokens, of
all cells but nested LSTMs and deep transitions, which have further products within a step.
"""
import json
import math
import struct
import sys

import torch


def load(path):
    """Metadata and tensors of a safetensors file; the package of that name does the same."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<q", file.read(8))
        header = json.loads(file.read(length))
        content = file.read()
    metadata = {name.removeprefix("revrnn."): text for name, text in header.pop("__metadata__").items() if name.startswith("revrnn.")}
    tensors = {}
    for name, tensor in header.items():
        begin, end = tensor["data_offsets"]
        kind = torch.float32 if tensor["dtype"] == "F32" else torch.uint8
        tensors[name] = torch.frombuffer(bytearray(content[begin:end]), dtype=kind).reshape(tensor["shape"])
    return metadata, tensors


# Of each cell: its gates, what each reads (x, h, h after the reset gate, or nothing but its bias), and what makes it of its sum. "limited" is m sigmoid(a) + (1 - m).
GATES = {
    "RevLstm": [("z", "xh", "limited"), ("g", "xh", "tanh"), ("f", "xh", "sigmoid"), ("o", "xh", "sigmoid"), ("p", "xh", "limited")],
    "RevGru": [("z", "xh", "limited"), ("r", "xh", "sigmoid"), ("g", "xr", "tanh")],
    "Lstm": [("i", "xh", "sigmoid"), ("f", "xh", "sigmoid"), ("g", "xh", "tanh"), ("o", "xh", "sigmoid")],
    "Gru": [("z", "xh", "sigmoid"), ("r", "xh", "sigmoid"), ("g", "xr", "tanh")],
    "NfRevLstm": [("g", "xh", "tanh"), ("f", "xh", "sigmoid"), ("o", "xh", "sigmoid")],
    "NfRevGru": [("z", "xh", "limited"), ("r", "xh", "sigmoid"), ("g", "xr", "tanh")],
    "Elman": [("g", "xh", "tanh")],
    "LeakyElman": [("g", "xh", "tanh"), ("z", "", "sigmoid")],
    "RevLeaky": [("g", "xh", "tanh"), ("z", "", "limited")],
    "GruResetAfter": [("r", "xh", "sigmoid"), ("z", "xh", "sigmoid"), ("q", "h", "none"), ("n", "x", "none")],
}


def update(cell, gates, h, c, keep):
    """h and c of a half after the step; keep(state, gate, addend) is gate state + addend."""
    g = gates
    if cell == "RevLstm":
        c = keep(c, g["z"], g["f"] * g["g"])
        return keep(h, g["p"], g["o"] * torch.tanh(c)), c
    if cell in ("RevGru", "Gru", "RevLeaky", "LeakyElman"):
        return keep(h, g["z"], (1 - g["z"]) * g["g"]), None
    if cell == "Lstm":
        c = keep(c, g["f"], g["i"] * g["g"])
        return g["o"] * torch.tanh(c), c
    if cell == "NfRevLstm":
        c = keep(c, None, g["f"] * g["g"])
        return keep(h, None, g["o"] * torch.tanh(c)), c
    if cell == "NfRevGru":
        return keep(h, None, (1 - g["z"]) * g["g"]), None
    if cell == "Elman":
        return g["g"], None
    n = torch.tanh(g["n"] + g["r"] * g["q"])
    return keep(h, g["z"], (1 - g["z"]) * n), None


def arithmetic(cell):
    """keep of a cell. States of a reversible one are multiples of 2^-23, held in doubles here, and its forget gates of 2^-10."""
    if not cell.startswith(("Rev", "NfRev")):
        return lambda state, gate, addend: gate * state + addend
    most = 1019 if cell == "RevLstm" else 1023

    def keep(state, gate, addend):
        units = torch.round(state.double() * 2**23)
        if gate is not None:
            units = torch.floor(units * torch.clamp(torch.round(gate.float() * 1024), 1, most).double() / 1024)
        return (units + torch.round(addend.float() * 2**23).double()) / 2**23

    return keep


def layer(metadata, tensors, name, x):
    """Outputs [T, H] of a layer that reads x [T, I]."""
    cell = metadata["cell"]
    gates = GATES[cell]
    halves = 2 if cell.startswith(("Rev", "NfRev")) else 1
    hidden = [tensors[f"{name}.hidden{half + 1}"] for half in range(halves)]
    units = hidden[0].shape[0]
    bits = {"None": None, "OneBit": 1, "TwoBits": 2, "ThreeBits": 3, "FiveBits": 5}[metadata["forgettingLimit"]]
    m = 1.0 if bits is None or halves == 1 else 1 - 2.0**-bits
    activate = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "none": lambda a: a, "limited": lambda a: m * torch.sigmoid(a) + (1 - m)}
    readers = [gate for gate, reads, _ in gates if "x" in reads]
    bias = tensors[f"{name}.bias"].reshape(halves, len(gates), units)
    products = (x @ tensors[f"{name}.input"]).reshape(len(x), halves, len(readers), units)
    h = [torch.zeros(units, dtype=torch.float64) for _ in range(halves)]
    c = [torch.zeros(units, dtype=torch.float64) for _ in range(halves)]
    keep = arithmetic(cell)
    outputs = []
    for t in range(len(x)):
        for half in range(halves):
            # Half 1 reads the old second half of h, half 2 the new first one; a single half reads itself.
            read = h[halves - 1 - half].float()
            values, column = {}, 0
            for index, (gate, reads, activation) in enumerate(gates):
                a = bias[half, index]
                if "x" in reads:
                    a = a + products[t, half, readers.index(gate)]
                if "h" in reads or "r" in reads:
                    weight = hidden[half][:, column * units:(column + 1) * units]
                    a = a + (values["r"] * read if "r" in reads else read) @ weight
                    column += 1
                values[gate] = activate[activation](a)
            h[half], c[half] = update(cell, values, h[half], c[half], keep)
        outputs.append(torch.cat(h).float())
    return torch.stack(outputs)


def direction(metadata, tensors, prefix, tokens):
    """Outputs of a stack of layers, of which one may read the sum of outputs and inputs of that below."""
    x = tensors["embedding"][tokens]
    below = None
    for index in range(int(metadata["layerCount"])):
        skips = metadata["skipConnections"] == "true" and below is not None and below.shape == x.shape
        below = x + below if skips else x
        x = layer(metadata, tensors, f"{prefix}layer{index}", below)
    return x


def pool(kind, outputs, attention):
    """The vectors that a classifier reads, of the outputs [T, H] of each direction."""
    if kind == "Attention":
        vectors = attention.reshape(len(outputs), -1)
        weights = [torch.softmax(h @ v / math.sqrt(h.shape[1]), 0) for h, v in zip(outputs, vectors)]
        return torch.cat([a @ h for a, h in zip(weights, outputs)])
    parts = {"Mean": lambda h: h.mean(0), "Max": lambda h: h.max(0).values, "Last": lambda h: h[-1]}
    names = [name for name in parts if name in kind]
    return torch.cat([parts[name](h) for name in names for h in outputs])


def scores(metadata, tensors, tokens):
    """Scores of the classes; their softmax is the probabilities."""
    tokens = torch.tensor(tokens or [0])
    outputs = [direction(metadata, tensors, "", tokens)]
    if metadata["bidirectional"] == "true":
        outputs.append(direction(metadata, tensors, "reverse.", tokens.flip(0)))
    return tensors["classes.weight"] @ pool(metadata["pooling"], outputs, tensors.get("attention")) + tensors["classes.bias"]


if __name__ == "__main__":
    model = load(sys.argv[1])
    print(" ".join(f"{p:.7f}" for p in torch.softmax(scores(*model, [int(token) for token in sys.argv[2:]]), 0).tolist()))
