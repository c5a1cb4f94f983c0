"""The library's cells and classifiers in PyTorch: what its weights, written with SaveAsSafetensors, mean.

Not made for speed or training, but to read, to go on from, and to check against: probabilities differ from the library's by less than 1e-6. Run it as
    python3 reversible_cells.py model.safetensors 5 7 12
for the class probabilities of the tokens 5, 7, 12. It takes classifiers without numbers or n-grams beside the tokens, of
every cell, pooling and direction; not of trees.
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


# Of each cell: its gates, what each reads (x, h, h after the reset gate, or nothing but its bias and what a further product adds), and what makes it of its sum.
# "limited" is m sigmoid(a) + (1 - m).
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
    "DeepTransition": [("s", "h", "tanh"), ("g", "", "tanh"), ("e", "x", "tanh"), ("y", "", "tanh")],
    "DeepTransitionShortcut": [("s", "h", "tanh"), ("g", "h", "tanh"), ("e", "x", "tanh"), ("y", "", "tanh")],
    "Unitary": [("z", "xh", "none"), ("b", "", "none")],
}

STATES = {"RevLstm": 2, "Lstm": 2, "NfRevLstm": 2, "DeepTransition": 2, "DeepTransitionShortcut": 2}


def gates_of(metadata):
    """Gates of a half, and how many states it has."""
    cell = metadata["cell"]
    if cell == "NestedLstm":
        depth = int(metadata["nestingDepth"])
        inner = [(f"{gate}{level}", "", "tanh" if gate == "j" else "sigmoid") for level in range(1, depth) for gate in "ijfo"]
        return [("i0", "xh", "sigmoid"), ("j0", "xh", "none"), ("f0", "xh", "sigmoid"), ("o0", "xh", "sigmoid")] + inner, depth + 1
    if cell == "MixedGru":
        sets = range(int(metadata["mixtureSize"]))
        outer = [(f"{gate}{k}", "xh", "none") for gate in "zr" for k in sets] + [("w", "xh", "none")]
        return outer + [(f"g{k}", "x", "none") for k in sets], 1
    return GATES[cell], STATES.get(cell, 1)


def mixed(g, gate):
    """The gate of the set that is chosen, times K w_c."""
    chosen = int(torch.argmax(g["w"]))
    return len(g["w"]) * torch.softmax(g["w"], 0)[chosen] * g[f"{gate}{chosen}"]


def stages(cell, gates):
    """Further products within a step, in their order: the gates that each adds to, and what it reads, of the gates so far and the states."""
    if cell == "NestedLstm":
        for level in range(1, len(gates) // 4):
            yield [f"{gate}{level}" for gate in "ijfo"], lambda g, s, k=level - 1: torch.cat([g[f"i{k}"] * g[f"j{k}"], g[f"f{k}"] * s[k + 1]])
    elif cell.startswith("DeepTransition"):
        for gate, read in ("s", "e"), ("g", "s"), ("y", "g"):
            yield [gate], lambda g, s, read=read: g[read]
    elif cell == "MixedGru":
        yield [gate for gate, _, _ in gates if gate[0] == "g"], lambda g, s: torch.sigmoid(mixed(g, "r")) * s[0]


def update(cell, g, s, keep):
    """The states of a half after the step, h first; keep(state, gate, addend) is gate state + addend."""
    if cell == "RevLstm":
        c = keep(s[1], g["z"], g["f"] * g["g"])
        return [keep(s[0], g["p"], g["o"] * torch.tanh(c)), c]
    if cell in ("RevGru", "Gru", "RevLeaky", "LeakyElman"):
        return [keep(s[0], g["z"], (1 - g["z"]) * g["g"])]
    if cell == "Lstm":
        c = keep(s[1], g["f"], g["i"] * g["g"])
        return [g["o"] * torch.tanh(c), c]
    if cell == "NfRevLstm":
        c = keep(s[1], None, g["f"] * g["g"])
        return [keep(s[0], None, g["o"] * torch.tanh(c)), c]
    if cell == "NfRevGru":
        return [keep(s[0], None, (1 - g["z"]) * g["g"])]
    if cell == "Elman":
        return [g["g"]]
    if cell == "NestedLstm":
        depth = len(s) - 1
        after = [keep(s[depth], g[f"f{depth - 1}"], g[f"i{depth - 1}"] * g[f"j{depth - 1}"])]
        for level in reversed(range(depth)):
            after.insert(0, g[f"o{level}"] * torch.tanh(after[0]))
        return after
    if cell.startswith("DeepTransition"):
        return [g["g"], g["y"]]
    if cell == "MixedGru":
        z = torch.sigmoid(mixed(g, "z"))
        return [keep(s[0], z, (1 - z) * torch.tanh(mixed(g, "g")))]
    if cell == "Unitary":
        z, b = g["z"].reshape(-1, 2), g["b"].reshape(-1, 2)[:, :1]
        length = z.norm(dim=1, keepdim=True)
        return [torch.where(length > 0, z * torch.relu(length + b) / length, torch.zeros_like(z)).reshape(-1)]
    n = torch.tanh(g["n"] + g["r"] * g["q"])
    return [keep(s[0], g["z"], (1 - g["z"]) * n)]


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


def permutation(n):
    """That of a unitary cell, which is a function of n alone: a shuffle by SplitMix64."""
    mask = 2**64 - 1

    def mix(x):
        x = x + 0x9E3779B97F4A7C15 & mask
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & mask
        x = (x ^ x >> 27) * 0x94D049BB133111EB & mask
        return x ^ x >> 31

    key = mix(mix(mix(0) + 910 & mask) + n & mask)
    order = []
    for i in range(n):
        j = mix(key + i & mask) % (i + 1)
        order.append(order[j] if j < i else i)
        order[j] = i
    return order


def unitary(learned):
    """W = D3 R2 F^-1 D2 Pi R1 F D1 of the learned [8, n], as the weights [2n, 2n] of real and imaginary parts side by side, and the bias b beside real parts."""
    learned = learned.double()
    n = learned.shape[1]
    turn = [torch.polar(torch.ones(n, dtype=torch.float64), theta)[:, None] for theta in learned[:3]]

    def reflect(y, row):
        v = torch.complex(learned[row], learned[row + 1])[:, None]
        square = (v.abs() ** 2).sum()
        return y if square == 0 else y - 2 * v * (v.conj().T @ y) / square

    y = torch.fft.fft(turn[0] * torch.eye(n), dim=0, norm="ortho")
    y = torch.fft.ifft(turn[1] * reflect(y, 3)[permutation(n)], dim=0, norm="ortho")
    w = turn[2] * reflect(y, 5)
    weights = torch.zeros(n, 2, n, 2, dtype=torch.float64)
    weights[:, 0, :, 0] = weights[:, 1, :, 1] = w.real.T
    weights[:, 0, :, 1], weights[:, 1, :, 0] = w.imag.T, -w.imag.T
    bias = torch.stack([learned[7], torch.zeros(n)], dim=1).reshape(-1)
    return weights.reshape(2 * n, 2 * n).float(), torch.cat([torch.zeros(2 * n), bias]).float()


def layer(metadata, tensors, name, x):
    """Outputs [T, H] of a layer that reads x [T, I]."""
    cell = metadata["cell"]
    gates, states = gates_of(metadata)
    halves = 2 if cell.startswith(("Rev", "NfRev")) else 1
    if cell == "Unitary":
        weights, bias = unitary(tensors[f"{name}.recurrence"])
        hidden = [weights]
    else:
        hidden, bias = [tensors[f"{name}.hidden{half + 1}"] for half in range(halves)], tensors[f"{name}.bias"]
    units = hidden[0].shape[0]
    widths = {gate: int(metadata["mixtureSize"]) if gate == "w" else units for gate, _, _ in gates}

    def cut(values, letters, parts=halves):
        """Of each half the columns of each gate that reads one of the letters, or of all gates."""
        names = [gate for gate, reads, _ in gates if not letters or set(reads) & set(letters)]
        return [dict(zip(names, torch.split(part, [widths[gate] for gate in names], -1))) for part in torch.chunk(values, parts, -1)]

    bits = {"None": None, "OneBit": 1, "TwoBits": 2, "ThreeBits": 3, "FiveBits": 5}[metadata["forgettingLimit"]]
    m = 1.0 if bits is None or halves == 1 else 1 - 2.0**-bits
    activate = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "none": lambda a: a, "limited": lambda a: m * torch.sigmoid(a) + (1 - m)}
    biases, products = cut(bias, ""), cut(x @ tensors[f"{name}.input"], "x")
    readers = [cut(weight, "hr", 1)[0] for weight in hidden]
    further = list(stages(cell, gates))
    keep = arithmetic(cell)
    state = [[torch.zeros(units, dtype=torch.float64 if halves == 2 else torch.float32) for _ in range(states)] for _ in range(halves)]
    outputs = []
    for t in range(len(x)):
        for half in range(halves):
            # Half 1 reads the old second half of h, half 2 the new first one; a single half reads itself.
            read = state[halves - 1 - half][0].float()
            values = {}
            for gate, reads, activation in gates:
                a = biases[half][gate]
                if "x" in reads:
                    a = a + products[half][gate][t]
                if "h" in reads or "r" in reads:
                    a = a + (values["r"] * read if "r" in reads else read) @ readers[half][gate]
                values[gate] = a if any(gate in added for added, _ in further) else activate[activation](a)
            for index, (added, vectors) in enumerate(further):
                product = vectors(values, state[half]) @ tensors[f"{name}.inner{index + 1}"]
                for gate, part in zip(added, torch.split(product, units)):
                    values[gate] = activate[next(kind for other, _, kind in gates if other == gate)](values[gate] + part)
            state[half] = update(cell, values, state[half], keep)
        outputs.append(torch.cat([of_half[1 if cell.startswith("DeepTransition") else 0] for of_half in state]).float())
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
