using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Mpi;

/// <summary>The calls of MPI's C interface that a group takes.</summary>
internal sealed unsafe class MpiLibrary
{
    private const int Tag = 7;
    private const int TextLength = 8192;

    // MPI_Status is 20 to 32 bytes.
    private const int StatusLength = 64;

    private readonly nint _library;
    private readonly MpiInterface _interface;
    private readonly delegate* unmanaged<void*, int, nint, int, int, void*, int, nint, int, int, nint, void*, int> _sendReceive;
    private readonly delegate* unmanaged<void*, nint, int*, int> _getCount;
    private readonly delegate* unmanaged<void*, int, nint, int, nint, int> _broadcast;
    private readonly delegate* unmanaged<nint, int> _barrier;
    private readonly delegate* unmanaged<nint, int, int> _abort;
    private readonly delegate* unmanaged<int> _finalize;
    private readonly delegate* unmanaged<int, byte*, int*, int> _errorString;
    private readonly Launcher _launcher;
    private bool _isOurs;

    private MpiLibrary(nint library, string name, Launcher launcher)
    {
        _library = library;
        _launcher = launcher;
        _interface = MpiInterface.Of(library, name);
        _sendReceive = (delegate* unmanaged<void*, int, nint, int, int, void*, int, nint, int, int, nint, void*, int>)Export("MPI_Sendrecv");
        _getCount = (delegate* unmanaged<void*, nint, int*, int>)Export("MPI_Get_count");
        _broadcast = (delegate* unmanaged<void*, int, nint, int, nint, int>)Export("MPI_Bcast");
        _barrier = (delegate* unmanaged<nint, int>)Export("MPI_Barrier");
        _abort = (delegate* unmanaged<nint, int, int>)Export("MPI_Abort");
        _finalize = (delegate* unmanaged<int>)Export("MPI_Finalize");
        _errorString = (delegate* unmanaged<int, byte*, int*, int>)Export("MPI_Error_string");
        Description = $"{Version()} ({name}, interface of {_interface.Name})";
    }

    /// <summary>What the library says of itself, its file, and its interface.</summary>
    public string Description { get; }

    public int Rank { get; private set; }

    public int Size { get; private set; }

    /// <summary>Loads the library that is there: the one that is named, or the launcher's.</summary>
    /// <exception cref="PlatformNotSupportedException">There is none.</exception>
    public static MpiLibrary Load(Launcher launcher)
    {
        foreach (var name in MpiNames.Of(launcher))
        {
            if (TryOpen(name, out var library))
                return new MpiLibrary(library, name, launcher);
        }
        throw MpiErrors.NoLibrary(launcher);
    }

    /// <summary>Joins the job, unless somebody in this process has done so before.</summary>
    /// <exception cref="PlatformNotSupportedException">It is a job of this process alone, and the launcher has started several.</exception>
    public void Join()
    {
        int value;
        Check(((delegate* unmanaged<int*, int>)Export("MPI_Initialized"))(&value));
        if (value == 0)
        {
            Check(((delegate* unmanaged<int*, byte***, int, int*, int>)Export("MPI_Init_thread"))(null, null, _interface.Serialized, &value));
            _isOurs = true;
        }
        Check(((delegate* unmanaged<nint, nint, int>)Export("MPI_Comm_set_errhandler"))(_interface.World, _interface.ErrorsReturn));
        Check(((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank"))(_interface.World, &value));
        Rank = value;
        Check(((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size"))(_interface.World, &value));
        Size = value;
        if (Size == 1 && _launcher.Processes is > 1 and var started)
            throw MpiErrors.OtherLauncher(Description, started);
    }

    public void SendReceive(ReadOnlySpan<byte> send, Span<byte> receive, int peer)
    {
        var status = stackalloc byte[StatusLength];
        fixed (byte* sent = send, received = receive)
        {
            Check(_sendReceive(
                sent, send.Length, _interface.Byte, peer, Tag, received, receive.Length, _interface.Byte, peer, Tag, _interface.World, status));
        }
        int count;
        Check(_getCount(status, _interface.Byte, &count));
        if (count != receive.Length)
            throw new InvalidOperationException($"Rank {Rank} expected {receive.Length} bytes of rank {peer}, and got {count}: the ranks do not do the same.");
    }

    public void Broadcast(Span<byte> data, int root)
    {
        fixed (byte* bytes = data)
            Check(_broadcast(bytes, data.Length, _interface.Byte, root, _interface.World));
    }

    public void Barrier() => Check(_barrier(_interface.World));

    public void Abort(int exitCode) => _abort(_interface.World, exitCode);

    /// <summary>Leaves the job, which may wait for the others.</summary>
    public void Leave()
    {
        if (_isOurs)
            Check(_finalize());
    }

    private string Version()
    {
        var text = stackalloc byte[TextLength];
        int length;
        var code = ((delegate* unmanaged<byte*, int*, int>)Export("MPI_Get_library_version"))(text, &length);
        return code == 0 ? Text(text, length).Split('\n', ',')[0].Replace('\t', ' ') : "an MPI";
    }

    private void Check(int code)
    {
        if (code == 0)
            return;
        var text = stackalloc byte[TextLength];
        int length;
        var what = _errorString(code, text, &length) == 0 ? Text(text, length) : $"code {code}";
        throw new InvalidOperationException($"MPI failed on rank {Rank} of {Size}: {what} ({Description})");
    }

    private static string Text(byte* text, int length) => Marshal.PtrToStringUTF8((nint)text, Math.Clamp(length, 0, TextLength)).Trim();

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    /// <summary>Open MPI loads components that take its symbols from the process, so these must be the process's.</summary>
    private static bool TryOpen(string name, out nint library)
    {
        const int Now = 2, Global = 0x100;
        if (!OperatingSystem.IsLinux())
            return NativeLibrary.TryLoad(name, out library);
        library = Open(name, Now | Global);
        return library != 0;
    }

    [DllImport("libc", EntryPoint = "dlopen")]
    private static extern nint Open([MarshalAs(UnmanagedType.LPUTF8Str)] string name, int flags);
}
