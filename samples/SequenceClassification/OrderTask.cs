using Samples;

namespace SequenceClassification;

/// <summary>
/// Texts of which a bag of words can tell nothing: sentences of the corpus, among which a valve is opened as often as it is closed. The class is what it is at the end.
/// </summary>
/// <param name="Name">What the texts are.</param>
/// <param name="Rows">Number of texts.</param>
/// <param name="Sentences">Sentences of a text that have nothing to do with the valve.</param>
/// <param name="Turns">How often the valve is turned, an even number.</param>
internal sealed record OrderTask(string Name, int Rows, int Sentences, int Turns)
{
    private const string Opened = "The valve was opened.", Closed = "The valve was closed.";

    /// <summary>Writes the texts, the same for the same seed.</summary>
    public List<LabelledText> Write(IReadOnlyList<string> sentences, int seed)
    {
        var random = new Random(seed);
        var rows = new List<LabelledText>(Rows);
        for (var row = 0; row < Rows; row++)
        {
            var turns = Enumerable.Range(0, Turns).Select(turn => turn % 2 == 0 ? Opened : Closed).ToArray();
            random.Shuffle(turns);
            var parts = Enumerable.Range(0, Sentences).Select(_ => sentences[random.Next(sentences.Count)]).ToList();
            // From the last to the first, each somewhere before the one that it precedes.
            var places = turns.Select(_ => random.Next(Sentences + 1)).Order().ToArray();
            for (var turn = Turns - 1; turn >= 0; turn--)
                parts.Insert(places[turn], turns[turn]);
            rows.Add(new LabelledText { Text = string.Join(' ', parts), Label = turns[^1] == Opened ? "open" : "closed" });
        }
        return rows;
    }
}
