// RevGRU (MacKay et al. 2018, section 3.1), one unit of one row of a half, which reads the other half k. Gates z, r, g; g reads r k; h := z h + (1 - z) g.
// Each half is two products: the gates that read k, and the candidate, which reads r k of all units.
#pragma once
#include "sweep.h"

namespace revgru {
enum { Z, R, G, Gates };

// What a unit keeps from step to step, and, within one, its gates, read ahead of the products.
struct Unit {
    int h;
    float other;                // the state k that it reads
    Digits digits;
    float z, r;
    float dh, dk;               // backward only: by h, and by k
    float gradient, ofOther;    // by the outputs, of this half and, with half 2, of half 1
};

DEVICE Unit load(const Sweep& a, int half, int flat, int row, int unit, bool live, bool back) {
    Unit u = {};
    if (!live)
        return u;
    u.h = a.states[place(a, HIDDEN, half, unit, row)];
    u.other = to_float(a.states[place(a, HIDDEN, 1 - half, unit, row)]);
    u.digits = load_digits(a, 0, half, unit, row);
    if (back && a.back != STATES) {
        u.dh = a.carried[place(a, HIDDEN, half, unit, row)];
        u.dk = a.carried[place(a, HIDDEN, 1 - half, unit, row)];
        if (half == 1) {
            u.gradient = a.gradients[state_place(a, flat, 1, unit)];
            u.ofOther = a.gradients[state_place(a, flat, 0, unit)];
        }
    }
    return u;
}

// The gates that read k; r k is told to the other blocks.
DEVICE void gate(const Sweep& a, Unit& u, int half, int flat, int row, int unit, const float* sums) {
    if (a.keepsGates) {
        a.gates[gate_place(a, flat, half, Z, unit)] = sums[Z];
        a.gates[gate_place(a, flat, half, R, unit)] = sums[R];
    }
    u.z = limited(sums[Z], a.range);
    u.r = sigmoid(sums[R]);
    float product = u.r * u.other;
    exchanged(a, 1, unit, row) = product;
    if (a.reset)
        a.reset[state_place(a, flat, half, unit)] = product;
}

DEVICE void store(const Sweep& a, int half, int row, int unit, int h, const Unit& u) {
    a.states[place(a, HIDDEN, half, unit, row)] = h;
    a.shown[place(a, HIDDEN, half, unit, row)] = to_float(h);
    store_digits(a, 0, half, unit, row, u.digits);
}

DEVICE void forward(const Sweep& a, Stack& stack, Unit& u, int half, int flat, int row, int unit, bool live, float sum) {
    float g = hyperbolic(sum);
    int h = forget(u.h, quantized(u.z, a.highest), live, u.digits, stack, a.pages, a.bits, a.keeps) + to_state((1.f - u.z) * g);
    if (!live)
        return;
    store(a, half, row, unit, h, u);
    a.outputs[state_place(a, flat, half, unit)] = to_float(h);
    if (a.keepsGates)
        a.gates[gate_place(a, flat, half, G, unit)] = sum;
    check(a, h);
}

// Takes the step back and gives the gradients by the pre-activations of z and g.
DEVICE void backward(const Sweep& a, Stack& stack, Unit& u, int half, int flat, int row, int unit, bool live, float sum) {
    float g = hyperbolic(sum);
    int gate = quantized(u.z, a.highest);
    int h = recall(u.h - to_state((1.f - u.z) * g), gate, live, u.digits, stack, a.pages, a.bits);
    if (!live)
        return;
    store(a, half, row, unit, h, u);
    if (a.back == STATES) {
        a.outputs[state_place(a, flat, half, unit)] = to_float(u.h);
        a.gates[gate_place(a, flat, half, G, unit)] = sum;
        return;
    }
    float before = to_float(h), d = u.dh;
    // Half 1 read the other's old state, half 2 the other's new one.
    a.read[1 - half][(long)flat * a.halfStride + unit] = half == 0 ? to_float(u.h) : before;
    if (half == 1) {
        d += u.gradient;
        u.dk += u.ofOther;
    }
    float dg = d * (1.f - u.z) * hyperbolic_slope(g), dz = d * (before - g) * limited_slope(u.z, a.range);
    a.carried[place(a, HIDDEN, half, unit, row)] = d * factor(gate);
    a.gates[gate_place(a, flat, half, G, unit)] = dg;
    a.gates[gate_place(a, flat, half, Z, unit)] = dz;
    exchanged(a, 0, G * a.block + unit, row) = dg;
    exchanged(a, 0, Z * a.block + unit, row) = dz;
}

// Through r k, by whose gradient `sum`: to r, and to k.
DEVICE void backward_reset(const Sweep& a, Unit& u, int half, int flat, int row, int unit, float sum) {
    u.dk = fused(sum, u.r, u.dk);
    float dr = sum * u.other * sigmoid_slope(u.r);
    a.gates[gate_place(a, flat, half, R, unit)] = dr;
    exchanged(a, 0, R * a.block + unit, row) = dr;
}
}
