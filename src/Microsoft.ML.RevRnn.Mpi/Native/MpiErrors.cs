namespace Microsoft.ML.RevRnn.Mpi;

/// <summary>What went wrong before anything was computed, and what to do.</summary>
internal static class MpiErrors
{
    public static PlatformNotSupportedException NoLibrary(Launcher launcher) => launcher.Library is { } named
        ? new($"The MPI library '{named}' that {MpiGroup.LibraryVariable} names cannot be loaded. Give the path of an MPI library, or unset the variable.")
        : new($"No MPI was found: none of {string.Join(", ", MpiNames.Of(launcher))} can be loaded. Install one (Debian and Ubuntu: apt-get install openmpi-bin, or mpich), or name its " +
            $"library in the environment variable {MpiGroup.LibraryVariable}. For training in one process leave {nameof(TrainingOptions)}.{nameof(TrainingOptions.Group)} unset.");

    public static PlatformNotSupportedException OtherLauncher(string library, int processes) => new(
        $"The launcher has started {processes} processes, and each is alone by {library}, which is not the launcher's MPI. Start the program with the mpirun of that MPI, " +
        $"or name the launcher's library in the environment variable {MpiGroup.LibraryVariable}.");
}
