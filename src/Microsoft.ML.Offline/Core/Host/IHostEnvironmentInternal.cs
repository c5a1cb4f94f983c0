namespace Microsoft.ML.Runtime;

/// <summary>What the environment tells to components that know of it.</summary>
internal interface IHostEnvironmentInternal : IHostEnvironment
{
    /// <summary>The seed that the user chose.</summary>
    int? Seed { get; }

    /// <summary>The folder for temporary files.</summary>
    string TempFilePath { get; set; }

    /// <summary>Whether to run on the CPU where the chosen GPU is not there.</summary>
    bool FallbackToCpu { get; set; }

    /// <summary>The chosen GPU.</summary>
    int? GpuDeviceId { get; set; }
}
