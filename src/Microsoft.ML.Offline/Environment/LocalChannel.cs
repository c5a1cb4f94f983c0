using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>A channel to the listeners of the root environment; it also traces how long it was open.</summary>
internal sealed class LocalChannel : LocalPipe<ChannelMessage>, IChannel
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public LocalChannel(LocalEnvironment parent, string name, bool verbose, Action<IMessageSource, ChannelMessage> dispatch)
        : base(parent, name, verbose, dispatch)
        => Trace(MessageSensitivity.None, "Channel opened.");

    public void Trace(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Trace, sensitivity, fmt));

    public void Trace(MessageSensitivity sensitivity, string fmt, params object?[] args)
        => Send(new(ChannelMessageKind.Trace, sensitivity, fmt, args));

    public void Error(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Error, sensitivity, fmt));

    public void Error(MessageSensitivity sensitivity, string fmt, params object?[] args)
        => Send(new(ChannelMessageKind.Error, sensitivity, fmt, args));

    public void Warning(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Warning, sensitivity, fmt));

    public void Warning(MessageSensitivity sensitivity, string fmt, params object?[] args)
        => Send(new(ChannelMessageKind.Warning, sensitivity, fmt, args));

    public void Info(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Info, sensitivity, fmt));

    public void Info(MessageSensitivity sensitivity, string fmt, params object?[] args)
        => Send(new(ChannelMessageKind.Info, sensitivity, fmt, args));

    protected override void OnDispose()
    {
        Trace(MessageSensitivity.None, "Channel was open for {0:c}.", Stopwatch.GetElapsedTime(_start));
        Trace(MessageSensitivity.None, "Channel closed.");
    }
}
