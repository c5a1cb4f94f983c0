using System.Text.Json.Nodes;
using Microsoft.ML.RevRnn.GpuCheck;
using Microsoft.ML.RevRnn.Torch;
using TorchSharp;

// Bits first: a kernel that is fast and wrong is worth nothing. One JSON document; the exit code is 1 if a bit differs from the managed engine's, or a loss by more
// than 1e-5. With a folder of libtorch's libraries, such as torch/lib of a Python wheel, whole trainings are run too.
var driver = new CudaDriver(0);
using var kernels = new CudaKernels(driver);
var bits = BitCheck.Run(kernels);
var report = new JsonObject
{
    ["device"] = driver.Name,
    ["processors"] = kernels.Limits.Processors,
    ["sharedMemory"] = kernels.Limits.SharedMemory,
    ["memory"] = driver.Memory.Total,
    ["bits"] = bits,
    ["sweeps"] = SweepTimes.Run(kernels, driver.Synchronize),
    ["products"] = ProductTimes.Run(kernels, driver.Synchronize),
};
var isSame = bits.All(check => check!["different"]!.GetValue<long>() == 0);
if (args is [var libtorch])
{
    TorchLoader.Load(cuda: true, libtorch);
    torch.backends.cuda.matmul.allow_tf32 = false;
    var training = new TrainingCheck(() => new TorchDevice(torch.device(DeviceType.CUDA, 0), kernels), driver.Synchronize);
    var losses = training.Compare(steps: 100);
    report["training"] = losses;
    report["trainingTimes"] = training.Times();
    isSame &= losses.All(check => check!["largestDifference"]!.GetValue<double>() <= 1e-5);
}
Console.WriteLine(report.ToJsonString());
return isSame ? 0 : 1;
