using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Batches of a real text, as a training has them.</summary>
internal abstract class JobText
{
    protected JobText(string name, int vocabularySize, int rows, int steps)
    {
        Name = name;
        VocabularySize = vocabularySize;
        Rows = rows;
        Steps = steps;
    }

    public string Name { get; }

    /// <summary>V.</summary>
    public int VocabularySize { get; }

    /// <summary>B.</summary>
    public int Rows { get; }

    /// <summary>T.</summary>
    public int Steps { get; }

    public int Tokens => Rows * Steps;

    public abstract int BatchCount { get; }

    public abstract void Fill(PackedBatch batch, int index);

    public override string ToString() => $"{Name}/T{Steps}/B{Rows}";
}

/// <summary>Windows of contiguous streams, of which the next word is to be told.</summary>
internal sealed class LanguageJobText(LanguageText text, int rows, int steps) : JobText("language", text.VocabularySize, rows, steps)
{
    private readonly int _rowLength = (text.Training.Length - 1) / rows;

    public int[] Stream => text.Training;

    public override int BatchCount => _rowLength / Steps;

    public override void Fill(PackedBatch batch, int index) => batch.FillWindow(text.Training, Rows, _rowLength, index * Steps, Steps);
}

/// <summary>Pieces of two texts, all of one length, of which the text is to be told that they are from.</summary>
internal sealed class DocumentJobText : JobText
{
    private readonly List<int[]> _documents = [];
    private readonly List<int> _labels = [];

    /// <param name="files">A text for each class.</param>
    /// <param name="rows">B.</param>
    /// <param name="steps">T, the length of each piece.</param>
    public DocumentJobText(IReadOnlyList<FileInfo> files, int rows, int steps)
        : this(LanguageText.ReadTogether(files), rows, steps)
    {
    }

    private DocumentJobText((int VocabularySize, int[][] Texts) read, int rows, int steps)
        : base("documents", read.VocabularySize, rows, steps)
    {
        for (var label = 0; label < read.Texts.Length; label++)
        {
            for (var first = 0; first + steps <= read.Texts[label].Length; first += steps)
            {
                _documents.Add(read.Texts[label][first..(first + steps)]);
                _labels.Add(label);
            }
        }
        var random = new Random(1);
        var order = Parameter.Identity(_documents.Count).ToArray();
        random.Shuffle(order);
        _documents = [.. order.Select(i => _documents[i])];
        _labels = [.. order.Select(i => _labels[i])];
    }

    public ReadOnlySpan<int> Labels => CollectionsMarshal.AsSpan(_labels);

    public int[] AllLabels => [.. _labels];

    public override int BatchCount => _documents.Count / Rows;

    public override void Fill(PackedBatch batch, int index)
    {
        var members = new int[Rows];
        for (var row = 0; row < Rows; row++)
            members[row] = index * Rows + row;
        batch.Fill(_documents, members, 0);
    }
}
