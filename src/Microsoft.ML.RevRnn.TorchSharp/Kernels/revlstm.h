// RevLSTM (MacKay et al. 2018, section 3.1), one unit of one row of a half. Gates z, g, f, o, p; c := z c + f g; h := p h + o tanh(c).
#pragma once
#include "sweep.h"

namespace revlstm {
enum { Z, G, F, O, P, Gates };

struct Activated { float z, g, f, o, p; };

DEVICE Activated activated(const Sweep& a, const float* sums) {
    Activated v = { limited(sums[Z], a.range), hyperbolic(sums[G]), sigmoid(sums[F]), sigmoid(sums[O]), limited(sums[P], a.range) };
    return v;
}

// What a unit keeps from step to step, read ahead of the products whose results it is to be combined with.
struct Unit {
    int h, c;
    Digits ofCell, ofHidden;
    float dh, dc;               // backward only
    float gradient, other;      // by the outputs, of this half and, with half 2, of half 1
};

DEVICE Unit load(const Sweep& a, int half, int flat, int row, int unit, bool live, bool back) {
    Unit u = {};
    if (!live)
        return u;
    u.h = a.states[place(a, HIDDEN, half, unit, row)];
    u.c = a.states[place(a, CELL, half, unit, row)];
    u.ofCell = load_digits(a, 0, half, unit, row);
    u.ofHidden = load_digits(a, 1, half, unit, row);
    if (back && a.back != STATES) {
        u.dh = a.carried[place(a, HIDDEN, half, unit, row)];
        u.dc = a.carried[place(a, CELL, half, unit, row)];
        if (half == 1) {
            u.gradient = a.gradients[state_place(a, flat, 1, unit)];
            u.other = a.gradients[state_place(a, flat, 0, unit)];
        }
    }
    return u;
}

DEVICE void store(const Sweep& a, int half, int row, int unit, int h, int c, const Unit& u) {
    a.states[place(a, HIDDEN, half, unit, row)] = h;
    a.states[place(a, CELL, half, unit, row)] = c;
    a.shown[place(a, HIDDEN, half, unit, row)] = to_float(h);
    store_digits(a, 0, half, unit, row, u.ofCell);
    store_digits(a, 1, half, unit, row, u.ofHidden);
}

DEVICE void keep(const Sweep& a, int flat, int half, int unit, const float* sums) {
#pragma unroll
    for (int gate = 0; gate < Gates; gate++)
        a.gates[gate_place(a, flat, half, gate, unit)] = sums[gate];
}

DEVICE void forward(const Sweep& a, Stack& stack, Unit& u, int half, int flat, int row, int unit, bool live, const float* sums) {
    Activated v = activated(a, sums);
    int c = forget(u.c, quantized(v.z, a.highest), live, u.ofCell, stack, a.pages, a.bits, a.keeps) + to_state(v.f * v.g);
    int h = forget(u.h, quantized(v.p, a.highest), live, u.ofHidden, stack, a.pages, a.bits, a.keeps) + to_state(v.o * hyperbolic(to_float(c)));
    if (!live)
        return;
    store(a, half, row, unit, h, c, u);
    a.outputs[state_place(a, flat, half, unit)] = to_float(h);
    if (a.keepsGates)
        keep(a, flat, half, unit, sums);
    check(a, c);
    check(a, h);
}

// Takes the step back and gives the gradients by pre-activations.
DEVICE void backward(const Sweep& a, Stack& stack, Unit& u, int half, int flat, int row, int unit, bool live, const float* sums) {
    Activated v = activated(a, sums);
    int z = quantized(v.z, a.highest), p = quantized(v.p, a.highest);
    float activation = hyperbolic(to_float(u.c));
    int h = recall(u.h - to_state(v.o * activation), p, live, u.ofHidden, stack, a.pages, a.bits);
    int c = recall(u.c - to_state(v.f * v.g), z, live, u.ofCell, stack, a.pages, a.bits);
    if (!live)
        return;
    store(a, half, row, unit, h, c, u);
    if (a.back == STATES) {
        a.outputs[state_place(a, flat, half, unit)] = to_float(u.h);
        keep(a, flat, half, unit, sums);
        return;
    }
    float before = to_float(h), dh = u.dh;
    // Half 1 read the other's old state, half 2 the other's new one.
    a.read[1 - half][(long)flat * a.halfStride + unit] = half == 0 ? to_float(u.h) : before;
    if (half == 1) {
        dh += u.gradient;
        a.carried[place(a, HIDDEN, 0, unit, row)] += u.other;
    }
    float dc = fused(dh * v.o, hyperbolic_slope(activation), u.dc);
    float d[Gates];
    d[P] = dh * before * limited_slope(v.p, a.range);
    d[O] = dh * activation * sigmoid_slope(v.o);
    d[G] = dc * v.f * hyperbolic_slope(v.g);
    d[F] = dc * v.g * sigmoid_slope(v.f);
    d[Z] = dc * to_float(c) * limited_slope(v.z, a.range);
    a.carried[place(a, HIDDEN, half, unit, row)] = dh * factor(p);
    a.carried[place(a, CELL, half, unit, row)] = dc * factor(z);
    // Two buffers in turn: a slow block still reads the last half's while a fast one writes this one's.
#pragma unroll
    for (int gate = 0; gate < Gates; gate++) {
        a.gates[gate_place(a, flat, half, gate, unit)] = d[gate];
        exchanged(a, half, gate * a.block + unit, row) = d[gate];
    }
}
}
