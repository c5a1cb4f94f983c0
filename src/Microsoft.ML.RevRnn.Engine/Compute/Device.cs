namespace Microsoft.ML.RevRnn.Compute;

/// <summary>What a network computes with: a team of threads, the kernels of a register width, and an account of the bytes that depend on the batch.</summary>
internal sealed class Device : IDisposable
{
    private readonly bool _ownsTeam;

    /// <summary>A device with threads of its own.</summary>
    /// <param name="threads">In how many shares work is cut.</param>
    /// <param name="width">Of the registers; null for the widest.</param>
    /// <param name="running">Threads that there are; null for one a share.</param>
    public Device(int threads, SimdWidth? width = null, int? running = null)
        : this(new WorkerTeam(threads, running), width)
        => _ownsTeam = true;

    /// <summary>A device over a team that is somebody else's.</summary>
    public Device(WorkerTeam team, SimdWidth? width = null, MemoryMeter? memory = null)
    {
        Team = team;
        Width = width ?? SimdWidths.Best;
        Matrix = MatrixKernel.For(Width);
        Memory = memory ?? new MemoryMeter();
    }

    public WorkerTeam Team { get; }

    public SimdWidth Width { get; }

    public MatrixKernel Matrix { get; }

    /// <summary>Every byte whose amount depends on the batch: states, gates, gradients by them, inputs, lost bits, what heads keep.</summary>
    public MemoryMeter Memory { get; }

    /// <summary>The same threads and kernels with an account of its own.</summary>
    public Device WithOwnAccount() => new(Team, Width);

    /// <summary>The same threads and kernels with an account that is a part of this one's.</summary>
    public Device Part() => new(Team, Width, new MemoryMeter(Memory));

    public void Dispose()
    {
        if (_ownsTeam)
            Team.Dispose();
    }
}
