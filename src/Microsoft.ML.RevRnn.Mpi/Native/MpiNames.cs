namespace Microsoft.ML.RevRnn.Mpi;

/// <summary>The names that MPI's libraries have, in the order in which they are tried.</summary>
internal static class MpiNames
{
    public static IReadOnlyList<string> Of(Launcher launcher)
    {
        if (launcher.Library != null)
            return [launcher.Library];
        string[] openMpi = OperatingSystem.IsMacOS() ? ["libmpi.40.dylib"] : ["libmpi.so.40"];
        string[] mpich = OperatingSystem.IsMacOS() ? ["libmpi.12.dylib", "libmpich.12.dylib"] : ["libmpich.so.12", "libmpi.so.12"];
        string[] standard = OperatingSystem.IsMacOS() ? ["libmpi_abi.0.dylib", "libmpi_abi.dylib"] : ["libmpi_abi.so.0", "libmpi_abi.so"];
        return launcher.IsMpich ? [.. mpich, .. standard, .. openMpi] : [.. openMpi, .. standard, .. mpich];
    }
}
