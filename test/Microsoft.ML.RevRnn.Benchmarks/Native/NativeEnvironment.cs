using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>
/// The environment that native libraries read. .NET keeps a copy of its own on Unix, so what is changed there reaches child processes alone.
/// </summary>
internal static partial class NativeEnvironment
{
    /// <summary>Forces OpenBLAS onto the kernels of another processor: no fair peer.</summary>
    public const string CoreType = "OPENBLAS_CORETYPE";

    public static void Remove(string name)
    {
        Environment.SetEnvironmentVariable(name, null);
        if (!OperatingSystem.IsWindows())
            _ = UnsetEnvironmentVariable(name);
    }

    public static void Set(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        if (!OperatingSystem.IsWindows())
            _ = SetEnvironmentVariable(name, value, overwrite: 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetEnvironmentVariable(string name);
}
