// The same arithmetic on the host, one row and unit after another: what the kernels are compared with the engine by where there is no GPU.
// g++ -O2 -ffp-contract=off -mfma -std=c++17 -shared -fPIC -DREVRNN_HOST host.cpp
#include "gru.h"
#include "lstm.h"
#include "revgru.h"
#include "revlstm.h"
#include "updates.h"
#include <vector>

namespace {
void chain(const Sweep& a, const float* source, int depth, const float* weights, int ofGate, int gates, int row, float* sums) {
    for (int g = 0; g < gates; g++)
        for (int k = 0; k < depth; k++)
            sums[g] = fused(source[(long)k * a.rows + row], weights[(long)g * ofGate + k], sums[g]);
}
const float* forward_weights(const Sweep& a, int half, int unit, int gates) { return a.packed + ((long)half * a.units + unit) * gates * a.depth; }
const float* shown(const Sweep& a, int half) { return a.shown + (long)half * a.units * a.rows; }

// One unit of one row after another, all of them the one lane of one warp: on the way back in the other order, as their words come off the stack.
template <typename Action> void each(const Sweep& a, int step, bool back, Action action) {
    Stack stack = { a.stacks[0], a.stacks[1], 0, 0 };
    int count = a.active[step] * a.units;
    for (int n = 0; n < count; n++) {
        int i = back ? count - 1 - n : n;
        action(stack, a.flat[step] + i / a.units, i / a.units, i % a.units);
    }
    a.stacks[0] = stack.page;
    a.stacks[1] = stack.used;
    add_atomic(a.account, stack.kept);
    add_atomic(a.account + 1, stack.least);
}

// Whether pre-activations have to be made complete by the product with the hidden state.
bool multiplies(const Sweep& a, bool back) { return !back || a.back != GRADIENTS; }

void load(const Sweep& a, int flat, int half, int unit, int first, int gates, float* sums) {
    for (int g = 0; g < gates; g++)
        sums[g] = a.gates[gate_place(a, flat, half, first + g, unit)];
}

void lstm(const Sweep& a, int step, int half, bool back) {
    const int gates = revlstm::Gates;
    each(a, step, back, [&](Stack& stack, int flat, int row, int unit) {
        float sums[gates];
        load(a, flat, half, unit, 0, gates, sums);
        if (multiplies(a, back))
            chain(a, shown(a, 1 - half), a.units, forward_weights(a, half, unit, gates), a.depth, gates, row, sums);
        revlstm::Unit u = revlstm::load(a, half, flat, row, unit, true, back);
        if (back)
            revlstm::backward(a, stack, u, half, flat, row, unit, true, sums);
        else
            revlstm::forward(a, stack, u, half, flat, row, unit, true, sums);
    });
}

// What a GPU's threads keep in registers from one product of a half to the next.
void gru(const Sweep& a, int step, int half, bool back, std::vector<revgru::Unit>& units) {
    const int gates = revgru::Gates;
    units.resize((long)a.units * a.rows);
    each(a, step, back, [&](Stack&, int flat, int row, int unit) {
        float sums[2];
        load(a, flat, half, unit, 0, 2, sums);
        if (multiplies(a, back))
            chain(a, shown(a, 1 - half), a.units, forward_weights(a, half, unit, gates), a.depth, 2, row, sums);
        revgru::Unit& u = units[(long)unit * a.rows + row];
        u = revgru::load(a, half, flat, row, unit, true, back);
        revgru::gate(a, u, half, flat, row, unit, sums);
    });
    each(a, step, back, [&](Stack& stack, int flat, int row, int unit) {
        float sum;
        load(a, flat, half, unit, revgru::G, 1, &sum);
        if (multiplies(a, back))
            chain(a, a.exchange + (long)a.gateStride * a.rows, a.units, forward_weights(a, half, unit, gates) + revgru::G * a.depth, 0, 1, row, &sum);
        revgru::Unit& u = units[(long)unit * a.rows + row];
        if (back)
            revgru::backward(a, stack, u, half, flat, row, unit, true, sum);
        else
            revgru::forward(a, stack, u, half, flat, row, unit, true, sum);
    });
}

void pass_back(const Sweep& a, int step, int half, const float* source, int depth) {
    each(a, step, true, [&](Stack&, int, int row, int unit) {
        chain(a, source, depth, a.hidden[half] + (long)unit * a.gateStride, 0, 1, row, &a.carried[place(a, HIDDEN, 1 - half, unit, row)]);
    });
}
}

extern "C" void revrnn_revlstm_forward(const Sweep* a) {
    for (int step = 0; step < a->steps; step++)
        for (int half = 0; half < 2; half++)
            lstm(*a, step, half, false);
}

extern "C" void revrnn_revlstm_backward(const Sweep* a) {
    for (int step = a->steps - 1; step >= 0; step--) {
        for (int half = 1; half >= 0; half--) {
            lstm(*a, step, half, true);
            if (a->back == STATES)
                continue;
            pass_back(*a, step, half, a->exchange + (long)half * a->gateStride * a->rows, revlstm::Gates * a->block);
        }
    }
}

extern "C" void revrnn_revgru_forward(const Sweep* a) {
    std::vector<revgru::Unit> units;
    for (int step = 0; step < a->steps; step++)
        for (int half = 0; half < 2; half++)
            gru(*a, step, half, false, units);
}

extern "C" void revrnn_revgru_backward(const Sweep* a) {
    std::vector<revgru::Unit> units;
    for (int step = a->steps - 1; step >= 0; step--) {
        for (int half = 1; half >= 0; half--) {
            gru(*a, step, half, true, units);
            if (a->back == STATES)
                continue;
            each(*a, step, true, [&](Stack&, int flat, int row, int unit) {
                float sum = 0;
                chain(*a, a->exchange + (long)revgru::G * a->block * a->rows, a->block,
                    a->hidden[half] + (long)unit * a->gateStride + revgru::G * a->block, 0, 1, row, &sum);
                revgru::Unit& u = units[(long)unit * a->rows + row];
                revgru::backward_reset(*a, u, half, flat, row, unit, sum);
                a->carried[place(*a, HIDDEN, 1 - half, unit, row)] = u.dk;
            });
            pass_back(*a, step, half, a->exchange, 2 * a->block);
        }
    }
}

template <typename Cell> void ordinary_forward(const Sweep& a) {
    const int gates = Cell::Gates;
    float* states = (float*)a.states;
    for (int row = 0; row < a.rows && a.keepsGates; row++)
        for (int unit = 0; unit < a.units; unit++)
            store_own<Cell>(a, a.start, row, unit, load_own<Cell>(a, states, row, unit));
    std::vector<float> kept((long)a.units * gates);
    for (int step = 0; step < a.steps; step++) {
        int from = (a.first + step) & 1;
        for (int row = 0; row < a.active[step]; row++) {
            int flat = a.flat[step] + row;
            for (int unit = 0; unit < a.units; unit++) {
                float* sums = kept.data() + (long)unit * gates;
                load(a, flat, 0, unit, 0, gates, sums);
                chain(a, shown(a, from), a.units, forward_weights(a, 0, unit, gates), a.depth, Cell::Readers, row, sums);
                if (Cell::Resets)
                    exchanged(a, 0, unit, row) = sigmoid(sums[gates - 2]) * states[own_place(a, HIDDEN, unit, row)];
            }
            for (int unit = 0; unit < a.units; unit++) {
                float* sums = kept.data() + (long)unit * gates;
                if (Cell::Resets)
                    chain(a, a.exchange, a.units, forward_weights(a, 0, unit, gates) + (gates - 1) * a.depth, 0, 1, row, sums + gates - 1);
                Own own = load_own<Cell>(a, states, row, unit);
                update<Cell>(a, own, 1 - from, flat, row, unit, sums);
                store_own<Cell>(a, states, row, unit, own);
            }
        }
    }
}

template <typename Cell> void ordinary_backward(const Sweep& a) {
    for (int step = a.steps - 1; step >= 0; step--) {
        int buffer = step & 1;
        const float* told = a.exchange + (long)buffer * a.gateStride * a.rows;
        for (int row = 0; row < a.active[step]; row++) {
            for (int unit = 0; unit < a.units; unit++) {
                Own by = load_own<Cell>(a, a.carried, row, unit);
                by.h = gradients<Cell>(a, by, step, buffer, row, unit);
                store_own<Cell>(a, a.carried, row, unit, by);
            }
            for (int unit = 0; unit < a.units && Cell::Resets; unit++) {
                const int last = (Cell::Gates - 1) * a.block;
                float sum = 0, *by = a.carried + own_place(a, HIDDEN, unit, row);
                chain(a, told + (long)last * a.rows, a.block, a.hidden[0] + (long)unit * a.gateStride + last, 0, 1, row, &sum);
                *by = reset_gradient<Cell>(a, step, buffer, row, unit, sum, *by);
            }
            for (int unit = 0; unit < a.units; unit++)
                chain(a, told, Cell::Readers * a.block, a.hidden[0] + (long)unit * a.gateStride, 0, 1, row, a.carried + own_place(a, HIDDEN, unit, row));
        }
    }
}

#define ORDINARY(name, cell) \
    extern "C" void revrnn_##name##_forward(const Sweep* a) { ordinary_forward<cell>(*a); } \
    extern "C" void revrnn_##name##_backward(const Sweep* a) { ordinary_backward<cell>(*a); }
ORDINARY(lstm, LstmCell)
ORDINARY(gru, GruCell)
ORDINARY(gruresetafter, GruResetAfterCell)
ORDINARY(elman, ElmanCell)

struct Product {
    const float *a, *b, *start;
    float* c;
    int m, n, k, aRow, aColumn, bRow, bColumn, startRow, cRow;
};

extern "C" void revrnn_product(const Product* p) {
    for (int m = 0; m < p->m; m++) {
        for (int n = 0; n < p->n; n++) {
            float sum = p->start ? p->start[(long)m * p->startRow + n] : 0.f;
            for (int k = 0; k < p->k; k++)
                sum = fused(p->a[(long)m * p->aRow + (long)k * p->aColumn], p->b[(long)k * p->bRow + (long)n * p->bColumn], sum);
            p->c[(long)m * p->cRow + n] = sum;
        }
    }
}

extern "C" void revrnn_pack(const float* first, const float* second, float* packed, int halves, int units, int gates, int block, int gateStride, int depth) {
    for (int half = 0; half < halves; half++)
        for (int unit = 0; unit < units; unit++)
            for (int gate = 0; gate < gates; gate++)
                for (int k = 0; k < depth; k++)
                    packed[(((long)half * units + unit) * gates + gate) * depth + k] =
                        k < units ? (half ? second : first)[(long)k * gateStride + gate * block + unit] : 0.f;
}

extern "C" void revrnn_add_rows(const float* source, float* target, int rows, int columns, int stride) {
    for (int row = 0; row < rows; row++)
        for (int column = 0; column < columns; column++)
            target[column] += source[(long)row * stride + column];
}

extern "C" void revrnn_add_tokens(const TokenSums* p) {
    for (int entry = 0; entry < p->entries; entry++)
        for (int column = 0; column < p->stride; column++)
            add_tokens(*p, entry, column);
}

extern "C" void revrnn_adam(const Update* p) {
    for (long i = 0; i < p->count; i++)
        adam(*p, i);
}

extern "C" void revrnn_descend(const Update* p) {
    for (long i = 0; i < p->count; i++)
        descend(*p, i);
}

extern "C" void revrnn_limit(float* values, int count, int rows, float longest) {
    for (int row = 0; row < rows; row++) {
        float squares = 0;
        for (int i = 0; i < count; i++)
            squares = fused(values[(long)i * rows + row], values[(long)i * rows + row], squares);
        float factor = limit(squares, longest);
        for (int i = 0; i < count && factor != 1.f; i++)
            values[(long)i * rows + row] = limited_by(values[(long)i * rows + row], factor);
    }
}
