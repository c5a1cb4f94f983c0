using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>How a language model's training texts are laid out.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TextLayout>))]
public enum TextLayout
{
    /// <summary>
    /// All texts one after another, cut into as many contiguous streams as a batch has rows; states go on from window to window, gradients reach back to
    /// a window's start (truncated back-propagation). What is usual, and fast.
    /// </summary>
    Streams = 0,

    /// <summary>Each text by itself from beginning to end, with gradients over all of it: what reversal makes room for.</summary>
    Documents = 1,
}
