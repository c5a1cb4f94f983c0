using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>
/// Takes progress and checks its shape. As in ML.NET, an <see cref="MLContext"/> shows progress to nobody: <see cref="MLContext.Log"/> gets
/// the messages of channels alone.
/// </summary>
internal sealed class LocalProgressChannel : IProgressChannel
{
    private readonly IExceptionContext _owner;
    private readonly bool _isTop;
    private ProgressHeader _header = new();
    private bool _disposed;

    public LocalProgressChannel(IExceptionContext owner, bool isTop)
    {
        _owner = owner;
        _isTop = isTop;
    }

    public void SetHeader(ProgressHeader header, Action<IProgressEntry>? fillAction) => _header = header;

    public void Checkpoint(params double?[] values)
    {
        // The checkpoints of a computation inside another one are not looked at.
        if (!_isTop)
            return;
        _owner.Check(!_disposed, "The progress channel is closed.");
        int most = _header.MetricNames.Count + 2 * _header.UnitNames.Count;
        int given = values?.Length ?? 0;
        _owner.Check(given <= most, $"The progress header has room for {most} values, not for {given}.");
    }

    public IProgressChannel StartProgressChannel(string name) => new LocalProgressChannel(_owner, isTop: false);

    public void Dispose() => _disposed = true;
}
