// Ordinary GRUs, h := z h + (1 - z) g, and a network without gates.
#pragma once
#include "ordinary.h"

// g = tanh(a_g) reads r h.
struct GruCell {
    enum { Z, R, G, Gates, Readers = 2, Resets = 1, HasCell = 0 };

    DEVICE void update(const float* sums, float* gates, Own& own) {
        gates[Z] = sigmoid(sums[Z]);
        gates[R] = sigmoid(sums[R]);
        gates[G] = hyperbolic(sums[G]);
        own.h = own.h * gates[Z] + (1.f - gates[Z]) * gates[G];
    }

    DEVICE float gradients(const float* gates, Own old, float, Own& by, float* d) {
        d[Z] = by.h * (old.h - gates[G]) * sigmoid_slope(gates[Z]);
        d[G] = by.h * (1.f - gates[Z]) * hyperbolic_slope(gates[G]);
        return by.h * gates[Z];
    }
};

// The reset gate acts after the product: q = h U_n + b, n = tanh(a_n + r q).
struct GruResetAfterCell {
    enum { R, Z, Q, N, Gates, Readers = 3, Resets = 0, HasCell = 0 };

    DEVICE void update(const float* sums, float* gates, Own& own) {
        gates[R] = sigmoid(sums[R]);
        gates[Z] = sigmoid(sums[Z]);
        gates[Q] = sums[Q];
        gates[N] = hyperbolic(fused(gates[R], gates[Q], sums[N]));
        own.h = own.h * gates[Z] + (1.f - gates[Z]) * gates[N];
    }

    DEVICE float gradients(const float* gates, Own old, float, Own& by, float* d) {
        d[N] = by.h * (1.f - gates[Z]) * hyperbolic_slope(gates[N]);
        d[Z] = by.h * (old.h - gates[N]) * sigmoid_slope(gates[Z]);
        d[R] = d[N] * gates[Q] * sigmoid_slope(gates[R]);
        d[Q] = d[N] * gates[R];
        return by.h * gates[Z];
    }
};

// h := tanh(a).
struct ElmanCell {
    enum { G, Gates, Readers = Gates, Resets = 0, HasCell = 0 };

    DEVICE void update(const float* sums, float* gates, Own& own) {
        gates[G] = hyperbolic(sums[G]);
        // As the engine adds it to nothing, so that there is no negative zero.
        own.h = 0.f + gates[G];
    }

    DEVICE float gradients(const float* gates, Own, float, Own& by, float* d) {
        d[G] = by.h * hyperbolic_slope(gates[G]);
        return 0.f;
    }
};
