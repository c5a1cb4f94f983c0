// The sweeps over a chunk's steps, one launch each: all blocks are resident, and those of a group of rows meet after each half step.
#include "block.h"
#include "revgru.h"
#include "revlstm.h"

// Where a unit's weights are read from: shared memory if they are held there, else the second-level cache.
struct Weights {
    const float *forward0, *forward1, *backward0, *backward1;
    int ofGate;
    float* tile;

    __attribute__((device, always_inline)) Weights(const Sweep& a, const Place& here, int gates, bool held, bool goesBack) {
        int first = here.block * a.unitsOfBlock, count = a.units - first < a.unitsOfBlock ? a.units - first : a.unitsOfBlock;
        int length = gates * a.block, row = held ? length + 4 : a.gateStride;
        float* next = memory;
        ofGate = a.depth;
        for (int half = 0; half < 2; half++) {
            const float* packed = a.packed + ((long)half * a.units + first) * gates * a.depth;
            const float* rows = a.hidden[half] + (long)first * a.gateStride;
            if (held) {
                float* copy = next;
                next = hold(next, packed, count, gates * a.depth, gates * a.depth, gates * a.depth);
                packed = copy;
            }
            if (held && goesBack) {
                float* copy = next;
                next = hold(next, rows, count, length, a.gateStride, row);
                rows = copy;
            }
            packed += (long)here.local * gates * a.depth;
            rows += (long)here.local * row;
            if (half == 0) {
                forward0 = packed;
                backward0 = rows;
            } else {
                forward1 = packed;
                backward1 = rows;
            }
        }
        tile = next;
    }
    __attribute__((device, always_inline)) const float* forward(int half) const { return half == 0 ? forward0 : forward1; }
    __attribute__((device, always_inline)) const float* backward(int half) const { return half == 0 ? backward0 : backward1; }
};


DEVICE void lstm_forward(const Sweep& a, bool held) {
    Place here(a);
    Weights weights(a, here, revlstm::Gates, held, false);
    Stack stack = load_stack(a);
    float sums[revlstm::Gates];
    load_inputs(a, here, 0, 0, sums);
    for (int step = 0; step < a.steps; step++) {
        bool live = here.has && here.row < a.active[step];
        int flat = a.flat[step] + here.row;
        for (int half = 0; half < 2; half++) {
            revlstm::Unit unit = revlstm::load(a, half, flat, here.row, here.unit, live, false);
            multiply(a, weights.tile, shown(a, 1 - half), a.units, weights.forward(half), weights.ofGate, live, sums);
            if (here.works)
                revlstm::forward(a, stack, unit, half, flat, here.row, here.unit, live, sums);
            load_inputs(a, here, half == 0 ? step : step + 1, 1 - half, sums);
            here.meet(a);
        }
    }
    save_stack(a, stack);
}

DEVICE void lstm_backward(const Sweep& a, bool held) {
    Place here(a);
    Weights weights(a, here, revlstm::Gates, held, true);
    Stack stack = load_stack(a);
    float sums[revlstm::Gates];
    load_inputs(a, here, a.steps - 1, 1, sums);
    for (int step = a.steps - 1; step >= 0; step--) {
        bool live = here.has && here.row < a.active[step];
        int flat = a.flat[step] + here.row;
        for (int half = 1; half >= 0; half--) {
            revlstm::Unit unit = revlstm::load(a, half, flat, here.row, here.unit, live, true);
            if (a.back != GRADIENTS)
                multiply(a, weights.tile, shown(a, 1 - half), a.units, weights.forward(half), weights.ofGate, live, sums);
            if (here.works)
                revlstm::backward(a, stack, unit, half, flat, here.row, here.unit, live, sums);
            load_inputs(a, here, half == 1 ? step : step - 1, 1 - half, sums);
            float* read = a.carried + (live ? place(a, HIDDEN, 1 - half, here.unit, here.row) : 0);
            float gradient[1] = { live ? *read : 0.f };
            here.meet(a);
            if (a.back == STATES)
                continue;

            multiply(a, weights.tile, exchange(a, half, 0), revlstm::Gates * a.block, weights.backward(half), 0, live, gradient);
            if (live)
                *read = gradient[0];
        }
    }
    save_stack(a, stack);
}

// Both products of a half of a RevGRU: afterwards `inputs` holds the candidate's pre-activation.
DEVICE revgru::Unit gru_half(const Sweep& a, Place& here, const Weights& weights, int step, int half, bool live, bool back, float (&inputs)[revgru::Gates],
    float (&candidate)[1]) {
    int flat = a.flat[step] + here.row;
    revgru::Unit unit = revgru::load(a, half, flat, here.row, here.unit, live, back);
    float gates[2] = { inputs[revgru::Z], inputs[revgru::R] };
    candidate[0] = inputs[revgru::G];
    bool multiplies = !back || a.back != GRADIENTS;
    if (multiplies)
        multiply(a, weights.tile, shown(a, 1 - half), a.units, weights.forward(half), weights.ofGate, live, gates);
    if (live)
        revgru::gate(a, unit, half, flat, here.row, here.unit, gates);
    here.meet(a);
    if (multiplies)
        multiply(a, weights.tile, exchange(a, 1, 0), a.units, weights.forward(half) + revgru::G * weights.ofGate, 0, live, candidate);
    return unit;
}

DEVICE void gru_forward(const Sweep& a, bool held) {
    Place here(a);
    Weights weights(a, here, revgru::Gates, held, false);
    Stack stack = load_stack(a);
    float inputs[revgru::Gates], candidate[1];
    load_inputs(a, here, 0, 0, inputs);
    for (int step = 0; step < a.steps; step++) {
        bool live = here.has && here.row < a.active[step];
        for (int half = 0; half < 2; half++) {
            revgru::Unit unit = gru_half(a, here, weights, step, half, live, false, inputs, candidate);
            if (here.works)
                revgru::forward(a, stack, unit, half, a.flat[step] + here.row, here.row, here.unit, live, candidate[0]);
            load_inputs(a, here, half == 0 ? step : step + 1, 1 - half, inputs);
            here.meet(a);
        }
    }
    save_stack(a, stack);
}

DEVICE void gru_backward(const Sweep& a, bool held) {
    Place here(a);
    Weights weights(a, here, revgru::Gates, held, true);
    Stack stack = load_stack(a);
    float inputs[revgru::Gates], sum[1];
    load_inputs(a, here, a.steps - 1, 1, inputs);
    for (int step = a.steps - 1; step >= 0; step--) {
        bool live = here.has && here.row < a.active[step];
        int flat = a.flat[step] + here.row;
        for (int half = 1; half >= 0; half--) {
            revgru::Unit unit = gru_half(a, here, weights, step, half, live, true, inputs, sum);
            if (here.works)
                revgru::backward(a, stack, unit, half, flat, here.row, here.unit, live, sum[0]);
            load_inputs(a, here, half == 1 ? step : step - 1, 1 - half, inputs);
            here.meet(a);
            if (a.back == STATES)
                continue;

            sum[0] = 0.f;
            multiply(a, weights.tile, exchange(a, 0, revgru::G * a.block), a.block, weights.backward(half) + revgru::G * a.block, 0, live, sum);
            if (live)
                revgru::backward_reset(a, unit, half, flat, here.row, here.unit, sum[0]);
            sum[0] = unit.dk;
            here.meet(a);

            multiply(a, weights.tile, exchange(a, 0, 0), 2 * a.block, weights.backward(half), 0, live, sum);
            if (live)
                a.carried[place(a, HIDDEN, 1 - half, here.unit, here.row)] = sum[0];
        }
    }
    save_stack(a, stack);
}

#include "ordinary_sweeps.h"

#define SWEEP(name, function) KERNEL name##_sweep(Sweep a) { function(a, false); } KERNEL name##_sweep_held(Sweep a) { function(a, true); }
#define ORDINARY(name, cell) SWEEP(name##_forward, ordinary_forward<cell>) SWEEP(name##_backward, ordinary_backward<cell>)
SWEEP(revlstm_forward, lstm_forward)
SWEEP(revlstm_backward, lstm_backward)
SWEEP(revgru_forward, gru_forward)
SWEEP(revgru_backward, gru_backward)
ORDINARY(lstm, LstmCell)
ORDINARY(gru, GruCell)
ORDINARY(gruresetafter, GruResetAfterCell)
ORDINARY(elman, ElmanCell)

#include "products.h"
#include "updates.h"

KERNEL add_tokens(TokenSums p) {
    int column = BX * THREADS + TX;
    if (column < p.stride)
        add_tokens(p, BY, column);
}

KERNEL adam(Update p) {
    long i = (long)BX * THREADS + TX;
    if (i < p.count)
        adam(p, i);
}

KERNEL descend(Update p) {
    long i = (long)BX * THREADS + TX;
    if (i < p.count)
        descend(p, i);
}

// Values [count, rows]: no row longer than `longest`. A warp's lanes are rows, 32 warps share a row's values.
KERNEL limit(float* values, int count, int rows, float longest) {
    SHARED static float squares[32][33];
    int lane = TX % 32, warp = TX / 32, row = BX * 32 + lane;
    float sum = 0.f;
    for (int i = warp; i < count && row < rows; i += 32) {
        float value = values[(long)i * rows + row];
        sum = fused(value, value, sum);
    }
    squares[warp][lane] = sum;
    SYNC;
    sum = 0.f;
    for (int i = 0; i < 32; i++)
        sum += squares[i][lane];
    float factor = limit(sum, longest);
    for (int i = warp; i < count && row < rows && factor != 1.f; i += 32)
        values[(long)i * rows + row] = limited_by(values[(long)i * rows + row], factor);
}
