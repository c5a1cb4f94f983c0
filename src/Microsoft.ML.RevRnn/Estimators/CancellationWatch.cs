using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Estimators;

/// <summary>
/// While it lives, a training ends when the token of the options is cancelled or when ML.NET cancels the host, as the time limit of its AutoML does. A host
/// has a flag and no event, so a timer looks at it.
/// </summary>
internal sealed class CancellationWatch : IDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(50);

    private readonly IHost _host;
    private readonly CancellationTokenSource _ended;
    private readonly CancellationTokenRegistration _registration;
    private readonly Timer _timer;

    /// <param name="host">What ML.NET cancels.</param>
    /// <param name="asked">The token of the options.</param>
    /// <param name="ended">What is cancelled when either of them is.</param>
    public CancellationWatch(IHost host, CancellationToken asked, CancellationTokenSource ended)
    {
        _host = host;
        _ended = ended;
        _registration = asked.Register(ended.Cancel);
        Look();
        _timer = new Timer(_ => Look(), null, _interval, _interval);
    }

    /// <summary>Looks at the host now.</summary>
    public void Look()
    {
        if (_host is ICancelable { IsCanceled: true })
            _ended.Cancel();
    }

    public void Dispose()
    {
        _timer.Dispose();
        _registration.Dispose();
    }
}
