using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Mpi;

/// <summary>
/// What the binary interfaces of MPI differ in: handles, which are addresses in Open MPI and numbers in the others, and levels of thread support. Where a handle is of 32 bits, the upper half
/// of the register is not looked at.
/// </summary>
/// <param name="Name">Whose it is.</param>
/// <param name="World">MPI_COMM_WORLD.</param>
/// <param name="Byte">MPI_BYTE.</param>
/// <param name="ErrorsReturn">MPI_ERRORS_RETURN.</param>
/// <param name="Serialized">MPI_THREAD_SERIALIZED.</param>
internal sealed unsafe record MpiInterface(string Name, nint World, nint Byte, nint ErrorsReturn, int Serialized)
{
    /// <summary>MPICH's, and Intel's, Cray's and MVAPICH's, which have agreed to be the same.</summary>
    private static readonly MpiInterface _mpich = new("MPICH", 0x44000000, 0x4c00010d, 0x54000001, 2);

    /// <summary>That of the MPI-5 standard, chapter 20.</summary>
    private static readonly MpiInterface _standard = new("MPI-5", 0x101, 0x247, 0x142, 2048);

    /// <summary>The interface of a library: a name that says so, symbols that only Open MPI has, or what it tells itself.</summary>
    public static MpiInterface Of(nint library, string name)
    {
        if (name.Contains("mpi_abi", StringComparison.Ordinal))
            return _standard;
        if (NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out var world))
        {
            return new MpiInterface(
                "Open MPI", world, NativeLibrary.GetExport(library, "ompi_mpi_byte"), NativeLibrary.GetExport(library, "ompi_mpi_errors_return"), 2);
        }
        if (!NativeLibrary.TryGetExport(library, "MPI_Abi_get_version", out var version))
            return _mpich;
        int major = 0, minor = 0;
        return ((delegate* unmanaged<int*, int*, int>)version)(&major, &minor) == 0 && major >= 1 ? _standard : _mpich;
    }
}
