// What the sweeps of both cells share on the GPU: where a thread stands, the barrier of a group of blocks, and the product of a half step.
#pragma once
#include "sweep.h"

// The number of this block among those of all groups: a launch has some of the groups.
DEVICE int block_of(const Sweep& a) { return a.firstBlock + BX; }

// A thread's work is one unit of one row. Lanes are rows: a weight that a warp reads is one address, a broadcast.
struct Place {
    int group, block, row, local, unit;
    bool works;         // whether the thread's warp has units; the others load what they multiply
    bool has;           // whether the thread itself has one
    unsigned epoch;

    __attribute__((device, always_inline)) Place(const Sweep& a) {
        group = block_of(a) / a.blocksOfGroup;
        block = block_of(a) % a.blocksOfGroup;
        works = TX < a.workers;
        row = group * a.rowsOfGroup + (TX & (a.rowsOfGroup - 1));
        local = TX >> a.shiftOfGroup;
        unit = block * a.unitsOfBlock + local;
        has = works && local < a.unitsOfBlock && unit < a.units;
        epoch = a.epoch;
    }

    // All of the group's blocks wait for each other, and what each wrote before is seen by all after.
    __attribute__((device, always_inline)) void meet(const Sweep& a) {
        unsigned* flags = a.flags + group * a.blocksOfGroup;
        epoch++;
        SYNC;
        if (TX == 0) {
            fence();
            store_release(flags + block, epoch);
        }
        if (TX < 32) {
            for (int i = TX; i < a.blocksOfGroup; i += 32)
                while ((int)(load_acquire(flags + i) - epoch) < 0) { }
        }
        SYNC;
    }
};

DEVICE Stack load_stack(const Sweep& a) {
    int warp = (block_of(a) * a.workers + TX) / 32;
    Stack stack = { NO_PAGES, PAGE_WORDS, 0, 0 };
    if (TX < a.workers) {
        stack.page = a.stacks[warp * 2];
        stack.used = a.stacks[warp * 2 + 1];
    }
    return stack;
}
DEVICE void save_stack(const Sweep& a, const Stack& stack) {
    int warp = (block_of(a) * a.workers + TX) / 32;
    if (TX < a.workers && LANE == 0) {
        a.stacks[warp * 2] = stack.page;
        a.stacks[warp * 2 + 1] = stack.used;
    }
    if (stack.kept) {
        add_atomic(a.account, stack.kept);
        add_atomic(a.account + 1, stack.least);
    }
}

// `count` rows of the source, of this group's columns, to shared memory. Many loads are on their way at once: each takes as long as hundreds of operations.
DEVICE void load(const Sweep& a, float* tile, const float* source, int count) {
    enum { AtOnce = 8 };
    int shift = a.shiftOfGroup, rows = 1 << shift, length = count * rows;
    for (int i = TX * 4; i < length; i += THREADS * 4 * AtOnce) {
        float4 values[AtOnce];
#pragma unroll
        for (int q = 0; q < AtOnce; q++) {
            int at = i + q * THREADS * 4;
            if (at < length)
                values[q] = load_shared_by_blocks(source + (long)(at >> shift) * a.rows + (at & (rows - 1)));
        }
#pragma unroll
        for (int q = 0; q < AtOnce; q++) {
            int at = i + q * THREADS * 4;
            if (at < length)
                *(float4*)(tile + at) = values[q];
        }
    }
}

// sums[g] += vector of this row times column g of this unit: one chain of fused multiply-adds over k for each.
// `source` is [depth, rows], written by other blocks. `weights` of the thread's unit: k contiguous, gates `ofGate` apart.
template <int G> DEVICE void multiply(
    const Sweep& a, float* tile, const float* source, int depth, const float* weights, int ofGate, bool works, float (&sums)[G]) {
    int rows = a.rowsOfGroup, row = TX & (rows - 1), first = block_of(a) / a.blocksOfGroup * rows;
    for (int k0 = 0; k0 < depth; k0 += a.tile) {
        int count = depth - k0 < a.tile ? depth - k0 : a.tile;
        SYNC;
        load(a, tile, source + (long)k0 * a.rows + first, count);
        SYNC;
        if (!works)
            continue;
        const float* w = weights + k0;
        const float* h = tile + row;
        int k = 0;
#pragma unroll 4
        for (; k + 4 <= count; k += 4) {
            float h0 = h[k * rows], h1 = h[(k + 1) * rows], h2 = h[(k + 2) * rows], h3 = h[(k + 3) * rows];
#pragma unroll
            for (int g = 0; g < G; g++) {
                float4 v = *(const float4*)(w + g * ofGate + k);
                float s = sums[g];
                s = fused(h0, v.x, s);
                s = fused(h1, v.y, s);
                s = fused(h2, v.z, s);
                sums[g] = fused(h3, v.w, s);
            }
        }
#pragma unroll 1
        for (; k < count; k++) {
            float value = h[k * rows];
#pragma unroll
            for (int g = 0; g < G; g++)
                sums[g] = fused(value, w[g * ofGate + k], sums[g]);
        }
    }
}

// Copies a block's part of the weights to shared memory; returns what follows it there.
DEVICE float* hold(float* target, const float* source, int rows, int length, int sourceRow, int targetRow) {
    for (int i = TX; i < rows * length; i += THREADS)
        target[i / length * targetRow + i % length] = source[(long)(i / length) * sourceRow + i % length];
    return target + rows * targetRow;
}

// The input's part of a unit's pre-activations at a step, zero where there is none.
template <int G> DEVICE void load_inputs(const Sweep& a, const Place& here, int step, int half, float (&sums)[G]) {
    bool live = step >= 0 && step < a.steps && here.has && here.row < a.active[step];
#pragma unroll
    for (int g = 0; g < G; g++)
        sums[g] = live ? a.gates[gate_place(a, a.flat[step] + here.row, half, g, here.unit)] : 0.f;
}

DEVICE const float* shown(const Sweep& a, int half) { return a.shown + (long)half * a.units * a.rows; }
DEVICE const float* exchange(const Sweep& a, int buffer, int column) { return a.exchange + ((long)buffer * a.gateStride + column) * a.rows; }
