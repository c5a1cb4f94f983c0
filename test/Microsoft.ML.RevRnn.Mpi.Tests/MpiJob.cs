using System.Collections.Concurrent;
using System.Diagnostics;

namespace Microsoft.ML.RevRnn.Mpi.Tests;

/// <summary>A job that mpirun runs: that of Open MPI, or the one that the environment variable REVRNN_MPIRUN names.</summary>
internal sealed class MpiJob : IDisposable
{
    private static readonly TimeSpan _mostTime = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();

    private MpiJob(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Add(_errors, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The launcher; the tests that need it say so where there is none.</summary>
    public static string Launcher => Environment.GetEnvironmentVariable("REVRNN_MPIRUN")
        ?? Find("mpirun.openmpi")
        ?? Find("mpirun")
        ?? throw new AssertInconclusiveException("There is no mpirun: apt-get install openmpi-bin libopenmpi-dev.");

    public string[] Output => [.. _output];

    public string Errors => string.Join('\n', _errors);

    public static string Host => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

    /// <summary>Starts the rank program.</summary>
    public static MpiJob Start(int ranks, params string[] arguments) => StartProgram(ranks, typeof(MpiJob).Assembly.Location, arguments);

    /// <summary>Starts any program of .NET.</summary>
    public static MpiJob StartProgram(int ranks, string assembly, params string[] arguments)
    {
        var start = new ProcessStartInfo(Launcher, ["-np", $"{ranks}", Host, assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // As variables, which other launchers than Open MPI's do not mind: as root, more ranks than processors, ranks that wait let others run, and no copies that a container forbids.
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["OMPI_ALLOW_RUN_AS_ROOT"] = "1",
            ["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1",
            ["OMPI_MCA_rmaps_base_oversubscribe"] = "1",
            ["OMPI_MCA_hwloc_base_binding_policy"] = "none",
            ["OMPI_MCA_mpi_yield_when_idle"] = "1",
            ["OMPI_MCA_btl_vader_single_copy_mechanism"] = "none",
            ["TERM"] = "dumb",
            ["DOTNET_TieredPGO"] = "0",
        })
        {
            start.Environment[name] = value;
        }
        return new MpiJob(new Process { StartInfo = start });
    }

    /// <summary>The results of all ranks of a job that ends well.</summary>
    public static string[] Results(int ranks, params string[] arguments)
    {
        using var job = Start(ranks, arguments);
        Assert.AreEqual(0, job.Wait(), job.Errors);
        string[] lines = [.. job.Output.Where(line => line.StartsWith("rank ", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        CollectionAssert.AreEqual(
            Enumerable.Range(0, ranks).Select(rank => $"rank {rank} of {ranks}").ToArray(), lines.Select(line => line[..line.IndexOf(':', StringComparison.Ordinal)]).ToArray());
        return Array.ConvertAll(lines, line => line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..]);
    }

    /// <summary>Waits for the job's end.</summary>
    /// <returns>Its exit code.</returns>
    public int Wait()
    {
        if (!_process.WaitForExit(_mostTime))
            Assert.Fail($"The job did not end. {Errors}");
        // What was printed is all there.
        _process.WaitForExit();
        return _process.ExitCode;
    }

    /// <summary>Waits until something holds, or the job has ended.</summary>
    public void WaitUntil(Func<bool> holds)
    {
        while (!holds() && !_process.HasExited)
            Thread.Sleep(5);
    }

    /// <summary>kill -9 of a rank, of those that have said which process they are.</summary>
    public void KillRank(int index)
    {
        string[] processes = [.. Output.Where(line => line.StartsWith("process ", StringComparison.Ordinal))];
        if (_process.HasExited)
            return;
        try
        {
            using var rank = Process.GetProcessById(int.Parse(processes[index % processes.Length]["process ".Length..], System.Globalization.CultureInfo.InvariantCulture));
            rank.Kill();
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
        {
            // It had ended by itself.
        }
    }

    /// <summary>kill -9 of one of the processes whose command line has all of some words.</summary>
    public void KillProgram(params string[] words)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var number) || number == _process.Id)
                continue;
            try
            {
                var line = File.ReadAllText(Path.Combine(folder, "cmdline"));
                if (!line.StartsWith(Host, StringComparison.Ordinal) || !words.All(word => line.Contains(word, StringComparison.Ordinal)))
                    continue;
                using var rank = Process.GetProcessById(number);
                rank.Kill();
                return;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
            {
                // It has ended since.
            }
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static void Add(ConcurrentQueue<string> lines, string? line)
    {
        if (line != null)
            lines.Enqueue(line.Trim());
    }

    private static string? Find(string name)
        => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
