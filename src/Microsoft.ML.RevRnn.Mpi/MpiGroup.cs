using Microsoft.ML.RevRnn.Mpi;

namespace Microsoft.ML.RevRnn;

/// <summary>The processes of an MPI job: <c>Training = new() { Shards = 8, Group = MpiGroup.World() }</c>, in a program that mpirun or srun starts.</summary>
/// <remarks>
/// A process that ends with an exception, or with an exit code that is not 0, ends the job, so that no other waits for it; one that ends well leaves MPI. Calls are made from one thread at a
/// time. See docs/distributed.md.
/// </remarks>
public sealed class MpiGroup : IGradientGroup
{
    /// <summary>Names the library to load, where it is not one of those that are looked for.</summary>
    public const string LibraryVariable = "REVRNN_MPI_LIBRARY";

    /// <summary>Bytes of a message: far below the 2^31 that a count can say and that some transports fail at.</summary>
    private const int MessageLength = 1 << 30;

    private static readonly object _lock = new();
    private static MpiGroup? _world;

    private readonly MpiLibrary _library;
    private readonly int _messageLength;

    private MpiGroup(MpiLibrary library, int messageLength)
    {
        _library = library;
        _messageLength = messageLength;
        (Rank, Size) = (library.Rank, library.Size);
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <summary>What the library says of itself, and in which of the three interfaces it is called.</summary>
    public string Implementation => _library.Description;

    /// <summary>All processes of the job; the first call joins it. Of a process that was started by itself it is this one alone.</summary>
    /// <exception cref="PlatformNotSupportedException">There is no MPI, or it is not that of the launcher; the message says what was looked for, and what to do.</exception>
    /// <exception cref="InvalidOperationException">MPI failed; the message is its own.</exception>
    public static MpiGroup World() => World(MessageLength);

    /// <inheritdoc/>
    public void Exchange(ReadOnlySpan<byte> send, Span<byte> receive, int peer)
    {
        // Both count as many messages, for what one sends is as long as what the other receives. One that goes one way is an empty one the other way.
        for (var begin = 0L; begin < Math.Max(send.Length, receive.Length); begin += _messageLength)
            _library.SendReceive(Part(send, begin), PartOf(receive, begin), peer);
    }

    /// <inheritdoc/>
    public void Broadcast(Span<byte> data, int root)
    {
        for (var begin = 0L; begin < data.Length; begin += _messageLength)
            _library.Broadcast(PartOf(data, begin), root);
    }

    /// <inheritdoc/>
    public void Barrier() => _library.Barrier();

    /// <summary>Ends all processes of the job at once, as an exception that nobody catches does.</summary>
    /// <param name="exitCode">That of the job, where the launcher hands it on.</param>
    public void Abort(int exitCode) => _library.Abort(exitCode);

    /// <summary>The same with messages of another length.</summary>
    internal static MpiGroup World(int messageLength)
    {
        lock (_lock)
        {
            if (_world != null)
                return _world;
            var library = MpiLibrary.Load(Launcher.Current);
            library.Join();
            _world = new MpiGroup(library, messageLength);
            AppDomain.CurrentDomain.UnhandledException += (_, failure) => _world.EndJob(failure.ExceptionObject);
            AppDomain.CurrentDomain.ProcessExit += (_, _) => _world.Leave();
            return _world;
        }
    }

    private void EndJob(object failure)
    {
        Console.Error.WriteLine($"Rank {Rank} of {Size} has ended with an exception, and with it the job: {failure}");
        Console.Error.Flush();
        Abort(1);
    }

    private void Leave()
    {
        if (Environment.ExitCode == 0)
            _library.Leave();
        else
            Abort(Environment.ExitCode);
    }

    private ReadOnlySpan<byte> Part(ReadOnlySpan<byte> data, long begin) => begin >= data.Length ? [] : data.Slice((int)begin, Math.Min(_messageLength, data.Length - (int)begin));

    private Span<byte> PartOf(Span<byte> data, long begin)
        => begin >= data.Length ? [] : data.Slice((int)begin, Math.Min(_messageLength, data.Length - (int)begin));
}
