namespace Microsoft.ML.RevRnn.Mpi;

/// <summary>What the environment says of who started this process. An MPI that was not the launcher's would take each process for a job of its own.</summary>
/// <param name="IsMpich">Whether it is MPICH's, or one that speaks as it does.</param>
/// <param name="Processes">How many it started; null where it does not say.</param>
/// <param name="Library">The library that the user names; null for none.</param>
internal sealed record Launcher(bool IsMpich, int? Processes, string? Library)
{
    public static Launcher Current => Read(Environment.GetEnvironmentVariable);

    public static Launcher Read(Func<string, string?> variable)
    {
        var ofOpenMpi = Number(variable("OMPI_COMM_WORLD_SIZE"));
        var ofPmi = Number(variable("PMI_SIZE"));
        var ofSlurm = Number(variable("SLURM_STEP_NUM_TASKS"));
        var library = variable(MpiGroup.LibraryVariable);
        return new Launcher(
            ofOpenMpi == null && (ofPmi != null || variable("PMI_RANK") != null),
            ofOpenMpi ?? ofPmi ?? ofSlurm,
            string.IsNullOrWhiteSpace(library) ? null : library);
    }

    private static int? Number(string? text) => int.TryParse(text, out var number) ? number : null;
}
