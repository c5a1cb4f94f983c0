// A CUDA driver without a GPU, whose calls fail as a test says. g++ -shared -fPIC driver.cpp
#include <cstring>

static struct { const char* name; int code; } failing;
static int devices = 2, capability = 9, cooperative = 1, version = 12080, processors = 132, sharedMemory = 232448;

static int answer(const char* name) { return failing.name && std::strcmp(name, failing.name) == 0 ? failing.code : 0; }

extern "C" {
void fake_limits(int ofProcessors, int ofSharedMemory);
void fake_begin() {
    failing.name = nullptr;
    devices = 2;
    capability = 9;
    cooperative = 1;
    version = 12080;
    fake_limits(132, 232448);
}
void fake_fail(const char* name, int code) {
    static char kept[64];
    failing.name = std::strncpy(kept, name, sizeof kept - 1);
    failing.code = code;
}
void fake_devices(int count) { devices = count; }
void fake_capability(int major) { capability = major; cooperative = major >= 6; }
void fake_version(int value) { version = value; }
void fake_limits(int ofProcessors, int ofSharedMemory) {
    processors = ofProcessors;
    sharedMemory = ofSharedMemory;
}

int cuInit(unsigned) { return answer("cuInit"); }
int cuDriverGetVersion(int* value) { *value = version; return answer("cuDriverGetVersion"); }
int cuGetErrorString(int, const char** text) { *text = "as injected"; return 0; }
int cuDeviceGetCount(int* count) { *count = devices; return answer("cuDeviceGetCount"); }
int cuDeviceGet(int* device, int ordinal) { *device = ordinal; return answer("cuDeviceGet"); }
int cuDeviceGetName(char* text, int, int) { std::strcpy(text, "Pretended GPU"); return answer("cuDeviceGetName"); }
int cuDeviceGetAttribute(int* value, int attribute, int) {
    *value = attribute == 75 ? capability : attribute == 76 ? 0 : attribute == 95 ? cooperative : attribute == 16 ? processors : sharedMemory;
    return answer("cuDeviceGetAttribute");
}
int cuDevicePrimaryCtxRetain(void** context, int) { *context = nullptr; return answer("cuDevicePrimaryCtxRetain"); }
int cuCtxSetCurrent(void*) { return answer("cuCtxSetCurrent"); }
int cuModuleLoadData(void** module, const void*) { *module = nullptr; return answer("cuModuleLoadData"); }
int cuMemGetInfo_v2(size_t* free, size_t* total) { *free = 1000000000; *total = 80000000000; return answer("cuMemGetInfo_v2"); }
#ifndef REVRNN_EMULATED
int cuMemAlloc_v2(void** address, size_t) { *address = nullptr; return answer("cuMemAlloc_v2"); }
int cuLaunchKernel() { return answer("cuLaunchKernel"); }
int cuLaunchCooperativeKernel() { return answer("cuLaunchCooperativeKernel"); }
#endif
}
