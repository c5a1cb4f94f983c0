using System.ComponentModel;
using System.Diagnostics;

namespace Microsoft.ML.RevRnn.TorchSupport;

/// <summary>Compiles a C++ source for this processor and loads it.</summary>
internal static class NativeBuild
{
    /// <summary>What is thrown where the compiler is missing: to tests that is no failure.</summary>
    public static Func<string, Exception> Missing { get; set; } = message => new PlatformNotSupportedException(message);

    /// <returns>The path of the library, which lasts as long as the process.</returns>
    public static string Compile(string source, params IEnumerable<string> options) => CompileBy("g++", source, options);

    /// <summary>The same by clang++, which the kernels' own types need.</summary>
    public static string CompileByClang(string source, params IEnumerable<string> options) => CompileBy("clang++-14", source, options);

    private static string CompileBy(string program, string source, IEnumerable<string> options)
    {
        var folder = Directory.CreateTempSubdirectory("revrnn-native");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        var library = Path.Combine(folder.FullName, $"lib{Path.GetFileNameWithoutExtension(source)}.so");
        using var compiler = Start(new ProcessStartInfo(program, ["-shared", "-fPIC", .. options, "-o", library, Path.Combine(AppContext.BaseDirectory, source)])
        {
            RedirectStandardError = true,
        });
        var errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        if (compiler.ExitCode != 0)
            throw new InvalidOperationException($"{source} could not be compiled:\n{errors}");
        return library;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw Missing($"Native code is compiled for this processor by '{start.FileName}', which is not installed.");
        }
    }
}
