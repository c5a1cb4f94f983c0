namespace Serving;

/// <summary>What is to be classified.</summary>
/// <param name="Text">The text.</param>
internal sealed record ClassifyRequest(string? Text);
