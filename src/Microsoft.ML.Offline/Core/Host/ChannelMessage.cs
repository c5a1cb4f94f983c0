namespace Microsoft.ML.Runtime;

/// <summary>A text message, formatted when it is read.</summary>
public readonly struct ChannelMessage
{
    private readonly string _text;
    private readonly object?[]? _args;

    /// <summary>How much it matters.</summary>
    public readonly ChannelMessageKind Kind;

    /// <summary>What it may give away.</summary>
    public readonly MessageSensitivity Sensitivity;

    internal ChannelMessage(ChannelMessageKind kind, MessageSensitivity sensitivity, string message)
    {
        Contracts.CheckNonEmpty(message, nameof(message));
        Kind = kind;
        Sensitivity = sensitivity;
        _text = message;
    }

    internal ChannelMessage(ChannelMessageKind kind, MessageSensitivity sensitivity, string fmt, params object?[] args)
        : this(kind, sensitivity, fmt)
    {
        Contracts.CheckNonEmpty(args, nameof(args));
        _args = args;
    }

    /// <summary>The text.</summary>
    public string Message => _args == null ? _text : string.Format(_text, _args);
}
