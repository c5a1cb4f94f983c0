using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>In what order a network reads a text.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NetworkStructure>))]
public enum NetworkStructure
{
    /// <summary>Token after token, by <see cref="NetworkOptions.Cell"/>.</summary>
    Sequence = 0,

    /// <summary>
    /// A binary Tree-LSTM (Tai, Socher and Manning 2015) over the balanced tree of the tokens: n leaves are the first ceil(n / 2) and the rest, so no token is further than
    /// ceil(log2 n) nodes from the root, where a chain has n - 1. For classifiers: it needs the whole text.
    /// </summary>
    BalancedTree = 1,

    /// <summary>
    /// The same over a tree that is given with each text: tokens are in postfix order, and <see cref="Vocabulary.EmptyToken"/> joins the last two trees before it. <c>a b 0 c 0</c> is
    /// ((a b) c). Where there are not two, it is a token like others; what is left at the end is joined from the right. An estimator makes these of a text with brackets.
    /// </summary>
    GivenTree = 2,

    /// <summary>
    /// An end-to-end memory network (Sukhbaatar et al. 2015) over the tokens as memories: it reads all of them, softly, by a question that is learned, adds what it read to the question and
    /// reads again, <see cref="NetworkOptions.LayerCount"/> times. For classifiers: it needs the whole text, and has no order but each token's place, as a part of the text's length.
    /// </summary>
    MemoryNetwork = 3,
}
