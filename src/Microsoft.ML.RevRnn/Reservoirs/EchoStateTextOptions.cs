namespace Microsoft.ML.RevRnn;

/// <summary>Options of <c>Transforms.Text.EchoState</c>.</summary>
public sealed class EchoStateTextOptions
{
    /// <summary>The column that will hold the features.</summary>
    public string OutputColumnName { get; set; } = "Features";

    /// <summary>The column of text that they are made of.</summary>
    public string InputColumnName { get; set; } = "Text";

    /// <summary>
    /// The network. Its seed is an option of its own, not that of the MLContext: same options, same features, in whatever context.
    /// </summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public EchoStateOptions Network { get; set => field = value ?? throw new ArgumentNullException(nameof(Network)); } = new();

    /// <summary>What a token is: words without their case, characters or bytes.</summary>
    public TokenKind Tokens { get; set; } = TokenKind.Words;

    /// <summary>Whether texts are read from their end too, which doubles the features.</summary>
    public bool Bidirectional { get; set; } = true;
}
