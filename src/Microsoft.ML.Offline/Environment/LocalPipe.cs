using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>A pipe that hands each message to one function.</summary>
internal class LocalPipe<TMessage> : IPipe<TMessage>, IMessageSource
{
    private readonly LocalEnvironment _parent;
    private readonly Action<IMessageSource, TMessage> _dispatch;
    private bool _disposed;

    public LocalPipe(LocalEnvironment parent, string name, bool verbose, Action<IMessageSource, TMessage> dispatch)
    {
        _parent = parent;
        _dispatch = dispatch;
        ShortName = name;
        FullName = LocalEnvironment.Qualify(parent.FullName, name);
        Verbose = verbose;
    }

    public string ShortName { get; }

    public string FullName { get; }

    public bool Verbose { get; }

    public string ContextDescription => FullName;

    public void Send(TMessage msg) => _dispatch(this, msg);

    public TException Process<TException>(TException ex)
        where TException : Exception
    {
        ex.Data["Throwing component"] = _parent.ShortName;
        ex.Data["Parent component"] = _parent.ParentName;
        ex.Data["Phase"] = ShortName;
        return Contracts.Mark(ex);
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        OnDispose();
    }

    protected virtual void OnDispose()
    {
    }
}
