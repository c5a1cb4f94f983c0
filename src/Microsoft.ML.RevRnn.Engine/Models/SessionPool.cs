using System.Collections.Concurrent;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>Sessions of a model that is used from many threads: as many as there were threads at once. They keep no more than usual texts take.</summary>
/// <param name="create">Makes one more.</param>
internal sealed class SessionPool<TSession>(Func<TSession> create)
    where TSession : IPooledSession
{
    private readonly ConcurrentBag<TSession> _free = [];

    public TSession Take() => _free.TryTake(out var session) ? session : create();

    /// <summary>For others to take. One that failed is not given back.</summary>
    public void Return(TSession session)
    {
        session.Release();
        _free.Add(session);
    }
}
