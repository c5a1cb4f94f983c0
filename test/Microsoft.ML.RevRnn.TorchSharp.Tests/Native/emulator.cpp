// The CUDA kernels run on this processor, thread by thread: a driver that executes what it is asked to launch. Threads are fibers of one thread of the system,
// blocks have shared memory of their own, warps vote, and the blocks of a cooperative launch run at speeds of their own, as a random number says.
// clang++-14 -O2 -mfma -ffp-contract=off -std=c++17 -shared -fPIC -DREVRNN_EMULATED emulator.cpp
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace emulated {
struct Warp {
    unsigned votes, result;
    int value, arrived, generation;
};

struct Block {
    int x, y, threads, arrived, generation;
    std::vector<float> shared;
    std::vector<Warp> warps;
};

struct Fiber {
    void* stack;
    Block* block;
    int thread;
    bool ended;
    void (*kernel)(void**);
    void** arguments;
    // There is nothing to do for it until a value changes.
    const int* awaited;
    int seen;
};

const int StackBytes = 65536;
static Fiber* self;
static void* scheduler;
static std::vector<std::unique_ptr<char[]>> stacks;
static unsigned long long random_state = 1;

static unsigned next_random() {
    random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)(random_state >> 33);
}

// Leaves one stack for another.
__attribute__((naked, noinline)) static void change(void** left, void* entered) {
    asm("push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15; mov %rsp, (%rdi); mov %rsi, %rsp;"
        "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; pop %rbp; ret");
}

static void yield() { change(&self->stack, scheduler); }

static void wait(const int* address, int seen) {
    self->awaited = address;
    self->seen = seen;
    yield();
    self->awaited = nullptr;
}

static void sync() {
    Block* block = self->block;
    int generation = block->generation;
    if (++block->arrived == block->threads) {
        block->arrived = 0;
        block->generation++;
    }
    if (block->generation == generation)
        wait(&block->generation, generation);
}

// Lanes meet, and each sees what all have brought.
static Warp& meet(bool vote, int value) {
    int lane = self->thread & 31;
    Warp& warp = self->block->warps[self->thread / 32];
    int generation = warp.generation;
    if (vote)
        warp.votes |= 1u << lane;
    if (lane == 0)
        warp.value = value;
    if (++warp.arrived == 32) {
        warp.arrived = 0;
        warp.result = warp.votes;
        warp.votes = 0;
        warp.generation++;
    }
    if (warp.generation == generation)
        wait(&warp.generation, generation);
    return warp;
}

static float* shared() { return (float*)(((size_t)self->block->shared.data() + 63) / 64 * 64); }

static void start() {
    self->kernel(self->arguments);
    self->ended = true;
    yield();
}

// A stack on which `start` is about to be returned to, with six registers before it.
static void* prepare(size_t number) {
    while (stacks.size() <= number)
        stacks.emplace_back(new char[StackBytes]);
    void** top = (void**)(((size_t)stacks[number].get() + StackBytes) / 64 * 64 - 64);
    *--top = nullptr;
    *--top = (void*)start;
    return top - 6;
}

// Runs blocks until all threads have ended; false if they wait for each other for ever.
static bool run(std::vector<Block>& blocks, void (*kernel)(void**), void** arguments) {
    std::vector<std::vector<Fiber>> fibers(blocks.size());
    size_t number = 0;
    for (size_t b = 0; b < blocks.size(); b++) {
        fibers[b].resize(blocks[b].threads);
        for (int thread = 0; thread < blocks[b].threads; thread++) {
            Fiber& fiber = fibers[b][thread];
            fiber.block = &blocks[b];
            fiber.thread = thread;
            fiber.ended = false;
            fiber.kernel = kernel;
            fiber.arguments = arguments;
            fiber.awaited = nullptr;
            fiber.stack = prepare(number++);
        }
    }
    int idle = 0;
    for (size_t left = blocks.size(); left > 0;) {
        left = 0;
        if (idle++ == 1000)
            return false;
        for (size_t b = 0; b < blocks.size(); b++) {
            // Some blocks get far ahead of others, and warps do not go in their order.
            bool rests = blocks.size() > 1 && next_random() % 4 == 0;
            bool backwards = next_random() % 2;
            bool ended = true;
            for (int i = 0; i < blocks[b].threads; i++) {
                Fiber& fiber = fibers[b][backwards ? blocks[b].threads - 1 - i : i];
                if (fiber.ended)
                    continue;
                ended = false;
                if (rests || (fiber.awaited && *(volatile const int*)fiber.awaited == fiber.seen))
                    continue;
                idle = 0;
                self = &fiber;
                change(&scheduler, fiber.stack);
            }
            left += !ended;
        }
    }
    return true;
}
}

#define DEVICE static inline
#define KERNEL extern "C" void
#define SHARED
#define TX (emulated::self->thread)
#define BX (emulated::self->block->x)
#define BY (emulated::self->block->y)
#define THREADS (emulated::self->block->threads)
#define LANE (emulated::self->thread & 31)
#define SYNC emulated::sync()
#define memory (emulated::shared())
DEVICE unsigned ballot(bool condition) { return emulated::meet(condition, 0).result; }
DEVICE int broadcast(int value) { return emulated::meet(false, value).value; }
DEVICE void store_release(unsigned* address, unsigned value) { *address = value; }
DEVICE unsigned load_acquire(const unsigned* address) {
    // Whoever has this value already, and asks again, waits for another.
    static const unsigned* asked;
    static unsigned given;
    static emulated::Fiber* asker;
    if (asked == address && asker == emulated::self && given == *address)
        emulated::wait((const int*)address, (int)given);
    asked = address;
    asker = emulated::self;
    return given = *address;
}
DEVICE void fence() { }
#include "../Kernels/sweeps.cu"
#undef memory

#include "driver.cpp"

namespace {
template <typename... A, size_t... I> void call(void (*kernel)(A...), void** arguments, std::index_sequence<I...>) { kernel(*(A*)arguments[I]...); }

template <auto kernel> struct Launch;
template <typename... A, void (*kernel)(A...)> struct Launch<kernel> {
    static void run(void** arguments) { call(kernel, arguments, std::index_sequence_for<A...>()); }
};

#define LISTED(name) { #name, Launch<name>::run }
// A kernel that has the name of what it does for each thread.
#define TAKES(name, ...) { #name, Launch<(void (*)(__VA_ARGS__))name>::run }
#define SWEEPS(name) LISTED(name##_forward_sweep), LISTED(name##_forward_sweep_held), LISTED(name##_backward_sweep), LISTED(name##_backward_sweep_held)
const std::map<std::string, void (*)(void**)> kernels = {
    SWEEPS(revlstm), SWEEPS(revgru), SWEEPS(lstm), SWEEPS(gru), SWEEPS(gruresetafter), SWEEPS(elman),
    LISTED(product_64), LISTED(product_128), LISTED(product_transposed_64), LISTED(product_transposed_128),
    LISTED(product_of_transposed_64), LISTED(product_of_transposed_128),
    LISTED(pack), LISTED(add_rows), TAKES(add_tokens, TokenSums), TAKES(adam, Update), TAKES(descend, Update), TAKES(limit, float*, int, int, float),
};

emulated::Block block(unsigned x, unsigned y, unsigned threads, unsigned sharedBytes) {
    return { (int)x, (int)y, (int)threads, 0, 0, std::vector<float>(sharedBytes / 4 + 16), std::vector<emulated::Warp>((threads + 31) / 32) };
}
}

extern "C" {
void emulator_seed(unsigned long long seed) { emulated::random_state = seed; }
int cuModuleGetFunction(void** function, void*, const char* name) {
    auto found = kernels.find(name);
    if (found == kernels.end())
        return 500;
    *function = (void*)found->second;
    return 0;
}
int cuFuncSetAttribute(void*, int, int) { return 0; }
int cuMemAlloc_v2(void** address, size_t bytes) { *address = std::aligned_alloc(256, (bytes + 255) / 256 * 256); return 0; }
int cuMemFree_v2(void* address) { std::free(address); return 0; }
int cuMemsetD8Async(void* address, unsigned char value, size_t bytes, void*) { std::memset(address, value, bytes); return 0; }
int cuMemcpyDtoDAsync_v2(void* target, const void* source, size_t bytes, void*) { std::memcpy(target, source, bytes); return 0; }
int cuMemcpyHtoD_v2(void* target, const void* source, size_t bytes) { std::memcpy(target, source, bytes); return 0; }
int cuMemcpyDtoH_v2(void* target, const void* source, size_t bytes) { std::memcpy(target, source, bytes); return 0; }
int cuCtxSynchronize() { return 0; }

int cuLaunchKernel(void* function, unsigned x, unsigned y, unsigned, unsigned threads, unsigned, unsigned, unsigned shared, void*, void** arguments, void**) {
    for (unsigned by = 0; by < y; by++) {
        for (unsigned bx = 0; bx < x; bx++) {
            std::vector<emulated::Block> blocks = { block(bx, by, threads, shared) };
            if (!emulated::run(blocks, (void (*)(void**))function, arguments))
                return 702;
        }
    }
    return 0;
}

// All blocks are resident at once, or the launch fails as on a GPU.
int cuLaunchCooperativeKernel(void* function, unsigned x, unsigned, unsigned, unsigned threads, unsigned, unsigned, unsigned shared, void*, void** arguments) {
    if ((int)x > processors || (int)shared > sharedMemory || threads > 1024)
        return 720;
    std::vector<emulated::Block> blocks;
    for (unsigned bx = 0; bx < x; bx++)
        blocks.push_back(block(bx, 0, threads, shared));
    return emulated::run(blocks, (void (*)(void**))function, arguments) ? 0 : 702;
}
}
