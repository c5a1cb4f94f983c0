using System.Text.Json.Nodes;
using Microsoft.ML.RevRnn.GpuCheck;
using Microsoft.ML.RevRnn.Torch;

// Bits first: a kernel that is fast and wrong is worth nothing. One JSON document; the exit code is 1 if a bit differs from the managed engine's.
var driver = new CudaDriver(0);
using var kernels = new CudaKernels(driver);
var bits = BitCheck.Run(kernels);
var report = new JsonObject
{
    ["device"] = driver.Name,
    ["processors"] = kernels.Limits.Processors,
    ["sharedMemory"] = kernels.Limits.SharedMemory,
    ["bits"] = bits,
    ["sweeps"] = SweepTimes.Run(kernels, driver.Synchronize),
    ["products"] = ProductTimes.Run(kernels, driver.Synchronize),
};
Console.WriteLine(report.ToJsonString());
return bits.All(check => check!["different"]!.GetValue<long>() == 0) ? 0 : 1;
