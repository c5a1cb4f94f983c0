namespace Microsoft.ML.RevRnn;

/// <summary>
/// Ranks that train one model together, each with a copy of the data and of the weights: what <see cref="TrainingOptions.Group"/> needs of whatever connects them. All ranks make
/// the same calls in the same order, each from one thread at a time; a call returns when this rank's part of it is done.
/// </summary>
/// <remarks>
/// No sum is asked for: those of floats depend on their order, and the order is the library's business. <see cref="ThreadGroup"/> connects threads of a process, the package
/// Microsoft.ML.RevRnn.Mpi processes on any number of machines.
/// </remarks>
public interface IGradientGroup
{
    /// <summary>This rank, 0 to <see cref="Size"/> - 1. Rank 0 decides for all, writes checkpoints, and tells of progress.</summary>
    int Rank { get; }

    /// <summary>R: how many ranks there are, at least 1.</summary>
    int Size { get; }

    /// <summary>Sends bytes to another rank while it sends some to this one. Either may be empty, for a message that goes one way.</summary>
    /// <param name="send">What the other one receives; not changed until the call returns.</param>
    /// <param name="receive">Receives what it sends, which must be as long.</param>
    /// <param name="peer">The other rank, which names this one.</param>
    void Exchange(ReadOnlySpan<byte> send, Span<byte> receive, int peer);

    /// <summary>Brings bytes from one rank to all.</summary>
    /// <param name="data">Of <paramref name="root"/> what the others receive, which must be as long.</param>
    /// <param name="root">The rank that has them.</param>
    void Broadcast(Span<byte> data, int root);

    /// <summary>Returns when all ranks have called it.</summary>
    void Barrier();
}
