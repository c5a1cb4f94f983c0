using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>
/// Translates sources side by side, each by a beam of its own: their hypotheses are the rows of one step of the decoder. A row's results do not depend on the rows beside it, so neither
/// does a translation on what is translated with it; one that is over leaves the others.
/// </summary>
internal sealed class TranslationSearch : IDisposable
{
    private readonly TranslationPass _pass;
    private readonly EncoderStates _starts;
    private readonly EncoderStates _ends;
    private readonly PackedBatch _sources = new();
    private readonly PackedBatch _step = new();
    private readonly NextTokensHead _head;
    private LengthHistory _lengths;
    private int[] _members = [];
    private int[] _tokens = [];
    private int[] _sourceRows = [];
    private int[] _parents = [];

    public TranslationSearch(SharedTranslation model)
    {
        (_pass, _head) = model.CreateSearch();
        _starts = _pass.Decoder.CreateStates();
        _ends = _pass.Decoder.CreateStates();
    }

    /// <summary>Reads the sources; each then has a live hypothesis that is a boundary.</summary>
    public void Begin(IReadOnlyList<int[]> sources)
    {
        if (_members.Length != sources.Count)
            _members = Parameter.Identity(sources.Count);
        _sources.Fill(sources, _members, Vocabulary.EmptyToken);
        _pass.Read(_sources, _ends);
    }

    /// <summary>The row of a source's first hypothesis before its first step.</summary>
    public int RowOf(int source) => _sources.RowOfMember(source);

    /// <summary>Makes room for the rows of a step.</summary>
    public void Reserve(int rows)
    {
        if (_parents.Length >= rows)
            return;
        _parents = new int[rows];
        _sourceRows = new int[rows];
        // A batch of one step asks what follows each row.
        _tokens = new int[rows + 1];
    }

    /// <summary>Sets a row of the next step.</summary>
    /// <param name="row">The row.</param>
    /// <param name="source">Which source it translates.</param>
    /// <param name="parent">The row of the last step that it goes on from.</param>
    /// <param name="token">The token that it goes on with.</param>
    public void Set(int row, int source, int parent, int token) => (_sourceRows[row], _parents[row], _tokens[row]) = (RowOf(source), parent, token);

    /// <summary>Runs a step.</summary>
    public void Step(int rows)
    {
        _starts.Gather(_ends, _parents.AsSpan(0, rows));
        _step.FillWindow(_tokens, rows, rowLength: 1, first: 0, steps: 1);
        _pass.Step(_step, _sourceRows.AsSpan(0, rows), _starts, _ends);
    }

    /// <summary>[Vt]: log p of each token as the next one of a row.</summary>
    public ReadOnlySpan<float> LogProbabilities(int row) => _head.LogProbabilities(row);

    /// <summary>Of each row what attention looked at most.</summary>
    public ReadOnlySpan<int> Alignments => _pass.Decoder.Alignments;

    /// <summary>Gives back what very long sources took.</summary>
    public void End()
    {
        if (!_lengths.Note(_sources.TokenCount))
            return;
        _sources.Release();
        _pass.Release();
    }

    public void Dispose()
    {
        _pass.Dispose();
        _starts.Dispose();
        _ends.Dispose();
    }
}
