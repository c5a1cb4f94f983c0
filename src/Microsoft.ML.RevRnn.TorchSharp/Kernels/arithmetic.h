// The engine's arithmetic, operation by operation (LaneMath, FixedPointLanes, Sweeps): every operation is rounded by itself or a stated fused multiply-add,
// so a value has the same bits here, there, and in whatever thread it is computed.
#pragma once
#include "platform.h"

#define STATE_ONE 8388608.f
#define STATE_UNIT (1.f / 8388608.f)
#define GATE_ONE 1024.f
#define GATE_UNIT (1.f / 1024.f)
// One update adds at most STATE_ONE, so a state beyond this is found before an int32 could wrap.
#define STATE_LIMIT (2147483647 - 2 * 8388608)

DEVICE float least(float a, float b) { return a < b ? a : b; }
DEVICE float most(float a, float b) { return a > b ? a : b; }

DEVICE float exponential(float x) {
    x = least(most(x, -87.f), 88.f);
    float n = nearest(x * 1.44269504f);
    float r = fused(n, -0.693359375f, x);
    r = fused(n, 2.12194440e-4f, r);
    float p = 1.9875691500e-4f;
    p = fused(p, r, 1.3981999507e-3f);
    p = fused(p, r, 8.3334519073e-3f);
    p = fused(p, r, 4.1665795894e-2f);
    p = fused(p, r, 1.6666665459e-1f);
    p = fused(p, r, 5.0000001201e-1f);
    p = fused(p * r, r, r + 1.f);
    return p * bits_of(((int)n + 127) << 23);
}

DEVICE float sigmoid(float x) { return 1.f / (1.f + exponential(0.f - x)); }
DEVICE float hyperbolic(float x) { return 1.f - 2.f / (1.f + exponential(x + x)); }

// z = m sigmoid(a) + (1 - m): a gate that forgets a limited number of bits.
DEVICE float limited(float a, float range) { return fused(range, sigmoid(a), 1.f - range); }

DEVICE float sigmoid_slope(float s) { return s * (1.f - s); }
DEVICE float hyperbolic_slope(float g) { return 1.f - g * g; }
DEVICE float limited_slope(float z, float range) { return (z - (1.f - range)) * (1.f - z) / range; }

DEVICE int quantized(float gate, float highest) { return (int)most(least(nearest(gate * GATE_ONE), highest), 1.f); }
DEVICE float factor(int gate) { return (float)gate * GATE_UNIT; }
DEVICE float to_float(int state) { return (float)state * STATE_UNIT; }
DEVICE int to_state(float value) { return (int)nearest(value * STATE_ONE); }
