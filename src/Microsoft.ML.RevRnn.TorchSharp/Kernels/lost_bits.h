// What a forget gate throws away. h := floor(h Z / 1024) is the prediction's own arithmetic; of the n states that it maps to the same result - n follows from
// the result and Z alone - the number of the one that was is kept as a digit of base n. No row and no unit depends on another.
//
// A unit's digits are one integer D below 2^60. Its fill is a bound of D's length beyond 18 bits, in 1/65536 bits, advanced by an amount that depends on n
// alone: where it reaches 32 bits, the low 32 bits of D move to the stack of words of the warp, in the order of its lanes; where reversal lowers it below 0, they
// come back. (N = 2^(18 + fill / 65536) exceeds D. A digit makes D + 1 at most n (D + 1); moving out makes it D / 2^32 + 1, which a unit of the fill covers
// because N stays at 2^18 or more.)
#pragma once
#include "arithmetic.h"

#define WORD_BITS 32
#define DROP ((WORD_BITS << 16) - 1)
#define PAGE_WORDS 64

// Pages of words, taken one after another; a page remembers the one below it in its stack.
struct Pages {
    unsigned* words;
    int* below;
    int* taken;
    int capacity;
    int* failed;      // counts what went wrong: 1 no page left, 2 a state out of range
};

// A warp's stack, held in registers while a kernel runs; and, of the thread's own units, how many bits it has kept and how few would have done,
// the sum of -log2 z, both in 1/65536.
struct Stack {
    int page;
    int used;
    u64 kept, least;
};

#define NO_PAGES -1

DEVICE void push(Stack& stack, const Pages& pages, bool due, unsigned word) {
    unsigned mask = ballot(due);
    if (mask == 0)
        return;
    int count = __builtin_popcount(mask), after = stack.used + count, page = stack.page;
    int at = stack.used + __builtin_popcount(mask & ((1u << LANE) - 1u));
    if (after > PAGE_WORDS) {
        if (LANE == 0) {
            page = add_atomic(pages.taken, 1);
            if (page >= pages.capacity) {
                page = 0;
                *pages.failed = 1;
            }
            pages.below[page] = stack.page;
        }
        page = broadcast(page);
        after -= PAGE_WORDS;
    }
    if (due)
        pages.words[at < PAGE_WORDS ? stack.page * PAGE_WORDS + at : page * PAGE_WORDS + at - PAGE_WORDS] = word;
    stack.page = page;
    stack.used = after;
}

DEVICE unsigned pop(Stack& stack, const Pages& pages, bool due) {
    unsigned mask = ballot(due);
    if (mask == 0)
        return 0;
    // More is asked for than there is: something was damaged.
    if (stack.page < 0) {
        *pages.failed = 3;
        return 0;
    }
    int first = stack.used - __builtin_popcount(mask), page = stack.page;
    int at = first + __builtin_popcount(mask & ((1u << LANE) - 1u));
    if (first < 0) {
        page = pages.below[page];
        first += PAGE_WORDS;
        if (page < 0) {
            *pages.failed = 3;
            page = 0;
        }
    }
    unsigned word = due ? pages.words[at < 0 ? page * PAGE_WORDS + at + PAGE_WORDS : stack.page * PAGE_WORDS + at] : 0;
    stack.page = page;
    stack.used = first;
    return word;
}

// The digits of one forget gate of one unit of one row.
struct Digits {
    u64 value;
    int fill;
};

// Of the states 1024 q + r that lead to q Z + t, the least r. Exact: t 1024 / Z is at most 1024 and no nearer than 1/1023 to an integer that it is not.
DEVICE int first_of(int t, float gate) { return (int)__builtin_ceilf((float)(t << 10) / gate); }

// floor(state Z / 1024). Lanes that are not live take part in the ballot only.
DEVICE int forget(int state, int gate, bool live, Digits& digits, Stack& stack, const Pages& pages, const int* bits, bool keeps) {
    int digit = state & 1023, t = (digit * gate) >> 10;
    int kept = (state >> 10) * gate + t;
    if (!keeps)
        return kept;
    int least_of = first_of(t, (float)gate), count = first_of(t + 1, (float)gate) - least_of;
    u64 value = digits.value * (unsigned)count + (unsigned)(digit - least_of);
    int fill = digits.fill + bits[count];
    bool due = live && fill >= DROP;
    stack.kept += live ? bits[count] : 0;
    stack.least += live ? bits[1024] - bits[gate] : 0;
    push(stack, pages, due, (unsigned)value);
    digits.value = due ? value >> WORD_BITS : value;
    digits.fill = due ? fill - DROP : fill;
    return kept;
}

// The state before forget, from what it returned.
DEVICE int recall(int kept, int gate, bool live, Digits& digits, Stack& stack, const Pages& pages, const int* bits) {
    int q = kept / gate;
    q -= kept < q * gate;
    int t = kept - q * gate;
    int least_of = first_of(t, (float)gate), count = first_of(t + 1, (float)gate) - least_of;
    u64 value = digits.value;
    int fill = digits.fill - bits[count];
    bool due = live && fill < 0;
    unsigned word = pop(stack, pages, due);
    if (due) {
        value = value << WORD_BITS | word;
        fill += DROP;
    }
    digits.value = value / (unsigned)count;
    digits.fill = fill;
    return (q << 10) + least_of + (int)(value - digits.value * (unsigned)count);
}
