using System.Diagnostics;

namespace Microsoft.ML.RevRnn.Mpi.Tests;

/// <summary>Which library is taken, in which interface, and what is said where there is none.</summary>
[TestClass]
internal sealed class InterfaceTests
{
    [TestMethod]
    [DataRow("libtest.so")]
    [DataRow("libmpi_abi.so.0")]
    public void TheStandardInterfaceIsTold(string name)
    {
        var folder = Directory.CreateTempSubdirectory("revrnn-mpi-");
        try
        {
            var library = Path.Combine(folder.FullName, name);
            Compile(Path.Combine(AppContext.BaseDirectory, "Native", "standard_abi.c"), library);

            var (code, output, errors) = RunAlone(library, "messages", "1000");
            Assert.AreEqual(0, code, errors);
            StringAssert.Contains(output, "rank 0 of 1: 0 wrong");

            (code, output, errors) = RunAlone(library, "library");
            Assert.AreEqual(0, code, errors);
            StringAssert.Contains(output, $"a test's MPI ({library}, interface of MPI-5)");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestMethod]
    public void ANamedLibraryThatIsNoneIsNamed()
    {
        var (code, _, errors) = RunAlone("no/such.so", "library");

        Assert.AreNotEqual(0, code);
        StringAssert.Contains(errors, "The MPI library 'no/such.so' that REVRNN_MPI_LIBRARY names cannot be loaded.");
    }

    [TestMethod]
    public void WhereThereIsNoMpiTheMessageSaysWhatToInstall()
    {
        var message = MpiErrors.NoLibrary(new Launcher(IsMpich: false, Processes: null, Library: null)).Message;

        StringAssert.Contains(message, "apt-get install openmpi-bin");
        StringAssert.Contains(message, MpiGroup.LibraryVariable);
        if (OperatingSystem.IsLinux())
            StringAssert.Contains(message, "libmpi.so.40, libmpi_abi.so.0, libmpi_abi.so, libmpich.so.12, libmpi.so.12");
    }

    [TestMethod]
    public void AnotherLaunchersLibraryIsFoundOut()
    {
        // What the environment says of a launcher that this process does not have.
        var start = Start("library");
        start.Environment["OMPI_COMM_WORLD_SIZE"] = "2";
        start.Environment[MpiGroup.LibraryVariable] = NamedLibrary();
        var (code, _, errors) = Run(start);

        Assert.AreNotEqual(0, code);
        StringAssert.Contains(errors, "The launcher has started 2 processes, and each is alone by");
    }

    [TestMethod]
    [DataRow("", false, null)]
    [DataRow("OMPI_COMM_WORLD_SIZE=4", false, 4)]
    [DataRow("PMI_SIZE=3", true, 3)]
    [DataRow("PMI_RANK=0", true, null)]
    [DataRow("SLURM_STEP_NUM_TASKS=8 PMIX_RANK=1", false, 8)]
    [DataRow("SLURM_STEP_NUM_TASKS=8 PMI_RANK=1", true, 8)]
    public void TheEnvironmentTellsTheLauncher(string variables, bool isMpich, int? processes)
    {
        var set = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(variable => variable.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);

        var launcher = Launcher.Read(name => set.GetValueOrDefault(name));

        Assert.AreEqual(new Launcher(isMpich, processes, null), launcher);
        Assert.AreEqual(isMpich, MpiNames.Of(launcher)[0].Contains("mpich", StringComparison.Ordinal) || MpiNames.Of(launcher)[0].Contains("libmpi.12", StringComparison.Ordinal));
    }

    /// <summary>The standard interface's one process, which no launcher is of.</summary>
    private static string NamedLibrary()
    {
        var library = Path.Combine(AppContext.BaseDirectory, "libalone.so");
        Compile(Path.Combine(AppContext.BaseDirectory, "Native", "standard_abi.c"), library);
        return library;
    }

    private static void Compile(string source, string library)
    {
        using var compiler = Try("gcc") ?? throw new AssertInconclusiveException("There is no C compiler: apt-get install g++.");
        compiler.WaitForExit();
        Assert.AreEqual(0, compiler.ExitCode, compiler.StandardError.ReadToEnd());

        Process? Try(string name)
        {
            try
            {
                return Process.Start(new ProcessStartInfo(name, ["-shared", "-fPIC", "-o", library, source]) { RedirectStandardError = true });
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return null;
            }
        }
    }

    private static (int Code, string Output, string Errors) RunAlone(string library, params string[] arguments)
    {
        var start = Start(arguments);
        start.Environment[MpiGroup.LibraryVariable] = library;
        return Run(start);
    }

    private static ProcessStartInfo Start(params string[] arguments)
        => new(MpiJob.Host, [typeof(RankProgram).Assembly.Location, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };

    private static (int Code, string Output, string Errors) Run(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
